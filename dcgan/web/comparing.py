"""Routes that compare runs.

GET   /gradio_api/dcgan/compare?run=A&run=B…   {differences: {setting: [of A, of B, …]}, numbers: [of A, of B, …]}, for two to four runs;
                                               what has not begun has null for its settings, and no measures
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import DCGANError
from dcgan.training.comparing import FEWEST, MOST, numbers
from dcgan.training.run_store import differences
from dcgan.web.answers import answer_json
from dcgan.web.bodies import failure
from dcgan.web.pictures import PREFIX
from dcgan.web.runs import shown

if TYPE_CHECKING:
    from dcgan.studio import Studio


def comparing_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of the comparison view."""
    return [Route(f"{PREFIX}/compare", Comparing(studio).runs)]


class Comparing:
    """The studio's runs beside each other, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def runs(self, request: Request) -> Response:
        """Say in what some runs differ, and what came of each."""
        names = request.query_params.getlist("run")
        if not FEWEST <= len(names) <= MOST:
            return failure(f"{FEWEST} to {MOST} runs can be compared, found {len(names)}", 400)
        try:
            readers = [self._studio.runs.find(name) for name in names]
        except DCGANError as error:
            return failure(str(error), 404)
        configs = [shown(reader.config, self._studio.public) for reader in readers]
        return answer_json({"differences": differences(*configs), "numbers": [numbers(reader) for reader in readers]})
