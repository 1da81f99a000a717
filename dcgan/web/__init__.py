"""Our own HTTP and WebSocket routes, handed to `launch(app_kwargs={"routes": routes(studio)})`. No gradio here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from dcgan.web.comparing import comparing_routes
from dcgan.web.directions import direction_routes
from dcgan.web.form import form_routes
from dcgan.web.full_disk import saying_that_it_is_full
from dcgan.web.hub import hub_routes
from dcgan.web.library import library_routes
from dcgan.web.morph import morph_routes
from dcgan.web.orders import order_routes
from dcgan.web.own_data import data_routes
from dcgan.web.pictures import picture_routes
from dcgan.web.run_keeping import keeping_routes
from dcgan.web.runs import run_routes
from dcgan.web.steps import step_routes

if TYPE_CHECKING:
    from dcgan.studio import Studio

__all__ = ["routes"]


def routes(studio: Studio) -> list[BaseRoute]:
    """Return every route of ours."""
    all_of_them: list[BaseRoute] = [
        *picture_routes(studio),
        *library_routes(studio),
        *direction_routes(studio),
        *morph_routes(studio),
        *run_routes(studio),
        *order_routes(studio),
        *step_routes(studio),
        *form_routes(studio),
        *data_routes(studio),
        *keeping_routes(studio),
        *comparing_routes(studio),
        *hub_routes(studio),
    ]
    for route in all_of_them:
        if isinstance(route, Route):
            route.app = saying_that_it_is_full(route.app)
    return all_of_them
