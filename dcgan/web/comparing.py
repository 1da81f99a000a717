"""Routes that compare runs, and that look after comparisons of one field; `form/compare` starts those.

GET   /gradio_api/dcgan/compare?run=A&run=B…   {differences: {setting: [of A, of B, …]}, numbers: [of A, of B, …]}, for at most four runs;
                                               what has not begun has null for its settings, and no measures
GET   /gradio_api/dcgan/comparisons            [{name, field, values, runs, begun, state, on, message, may_control}, …], newest first;
                                               `begun` are those of the runs that are there, `on` the one that is trained, and the
                                               state is running, stopped, interrupted or completed
GET   /gradio_api/dcgan/comparisons/{name}     one of them
POST  /gradio_api/dcgan/comparisons/{name}/stop
POST  /gradio_api/dcgan/comparisons/{name}/continue   ?pause=, as for runs
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import DCGANError
from dcgan.studio.keys import is_key
from dcgan.training.comparing import MOST, numbers
from dcgan.training.runs.store import differences
from dcgan.web.answers import answer_json
from dcgan.web.bodies import failure
from dcgan.web.orders import carried_out, key_of, order_gate, pausing
from dcgan.web.pictures import PREFIX
from dcgan.web.runs import shown

if TYPE_CHECKING:
    from dcgan.studio import Studio
    from dcgan.studio.comparing import Asked


def comparing_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of the comparison view."""
    comparing, one = Comparing(studio), f"{PREFIX}/comparisons/{{name}}"
    return [
        Route(f"{PREFIX}/compare", comparing.runs),
        Route(f"{PREFIX}/comparisons", comparing.all),
        Route(one, comparing.one),
        Route(f"{one}/stop", comparing.stop, methods=["POST"]),
        Route(f"{one}/continue", comparing.go_on, methods=["POST"]),
    ]


class Comparing:
    """The studio's runs beside each other, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._gate = order_gate()

    def runs(self, request: Request) -> Response:
        """Say in what some runs differ, and what came of each."""
        names = request.query_params.getlist("run")
        if not 0 < len(names) <= MOST:
            return failure(f"at most {MOST} runs can be compared, found {len(names)}", 400)
        try:
            readers = [self._studio.runs.find(name) for name in names]
        except DCGANError as error:
            return failure(str(error), 404)
        configs = [shown(reader.config, self._studio.public) for reader in readers]
        return answer_json({"differences": differences(*configs), "numbers": [numbers(reader) for reader in readers]})

    def all(self, request: Request) -> Response:
        """List the comparisons of one field, newest first."""
        return answer_json([self._told(asked, request) for asked in self._studio.comparisons.all()])

    def one(self, request: Request) -> Response:
        """Say what a comparison is doing."""
        try:
            return answer_json(self._told(self._studio.comparisons.find(request.path_params["name"]), request))
        except DCGANError as error:
            return failure(str(error), 404)

    async def stop(self, request: Request) -> Response:
        """Stop a comparison, with the training that it is at."""
        return await self._steer(request, self._studio.comparisons.stop)

    async def go_on(self, request: Request) -> Response:
        """Go on with a comparison that was stopped or interrupted."""
        return await self._steer(request, lambda name, key: self._studio.continue_comparison(name, key, pausing(request)))

    def _told(self, asked: Asked, request: Request) -> dict[str, Any]:
        on = self._studio.comparisons.run if self._studio.comparisons.on == asked.name else None
        told = {"name": asked.name, "field": asked.comparison.field, "values": asked.comparison.values, "runs": asked.runs}
        told |= {"begun": [run for run in asked.runs if self._studio.runs.has(run)]}
        message = "" if self._studio.public else asked.message  # it may name a path of this machine
        return told | {"state": asked.state, "on": on, "message": message, "may_control": is_key(key_of(request), asked.owner)}

    async def _steer(self, request: Request, act: Callable[[str, str], None]) -> Response:
        name, key = request.path_params["name"], key_of(request)
        return await self._gate.answer(request, lambda: carried_out(self._studio, key, lambda: act(name, key)))
