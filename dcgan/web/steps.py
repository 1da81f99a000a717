"""What the newest ordered step of a run saw, for the page that walks its phases.

GET   /gradio_api/dcgan/runs/{name}/seen?known=VERSION   what `training.witness.sight` returns, with its version;
                                                         {version} where that is the known one, {} where there is none
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import DCGANError
from dcgan.web.answers import answer_json
from dcgan.web.bodies import failure
from dcgan.web.pictures import PREFIX

if TYPE_CHECKING:
    from dcgan.studio import Studio


def step_routes(studio: Studio) -> list[BaseRoute]:
    """Return the route that shows an ordered step."""

    def seen(request: Request) -> Response:
        try:
            run = studio.runs.find(request.path_params["name"])
        except DCGANError as error:
            return failure(str(error), 404)
        return answer_json(run.seen(request.query_params.get("known", "")))

    return [Route(f"{PREFIX}/runs/{{name}}/seen", seen)]
