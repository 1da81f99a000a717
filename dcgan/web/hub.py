"""The Hub over HTTP, for the person at this machine only: their disk, their token.

GET   /gradio_api/dcgan/hub          {"open": true, "suggestions": [{reference, pictures, author, terms}, …]}; {"open": false} for strangers
POST  /gradio_api/dcgan/hub/pull     {"repository": "OWNER/NAME"} -> {"model": NAME}
POST  /gradio_api/dcgan/hub/push     {"model", "repository", "private", "looked"} -> {"url", "commit", "private"}, or before "looked" is
                                     true for a model of pictures of one's own {"question": {"pictures", "ratio", "sheet"}}
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import ConfigError
from dcgan.web.answers import answer_json
from dcgan.web.bodies import read_object
from dcgan.web.guard import Gate
from dcgan.web.pictures import PREFIX

if TYPE_CHECKING:
    from dcgan.studio import Studio

BODY = 4096  # bytes
AT_ONCE = 2


def hub_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of the Hub; on a public server they refuse."""
    desk = Desk(studio)
    return [
        Route(f"{PREFIX}/hub", desk.suggestions, methods=["GET"]),
        Route(f"{PREFIX}/hub/pull", desk.pull, methods=["POST"]),
        Route(f"{PREFIX}/hub/push", desk.push, methods=["POST"]),
    ]


class Desk:
    """Takes models in from the Hub, and gives them away."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        busy = "the Hub is being spoken to already; wait for that to end"
        self._gate = Gate(AT_ONCE, "the Hub is for the person at this machine only", busy, closed=studio.public)

    async def suggestions(self, _request: Request) -> Response:
        if self._studio.public:
            return answer_json({"open": False})
        from dcgan.models.hub.suggested import SUGGESTIONS

        return answer_json({"open": True, "suggestions": [asdict(suggestion) for suggestion in SUGGESTIONS]})

    async def pull(self, request: Request) -> Response:
        """Make a repository's model an own one."""
        return await self._serve(request, self._pull)

    async def push(self, request: Request) -> Response:
        """Make a model the content of a repository, or ask first."""
        return await self._serve(request, self._push)

    async def _serve(self, request: Request, act: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
        async def answer() -> Response:
            return answer_json(await asyncio.to_thread(act, await read_object(request, BODY)))

        return await self._gate.answer(request, answer)

    def _pull(self, wish: dict[str, Any]) -> dict[str, Any]:
        from dcgan.hub import Reference
        from dcgan.models.hub import pull

        name, _ = pull(Reference.parse(_text(wish, "repository")), None, self._studio.library)
        return {"model": name}

    def _push(self, wish: dict[str, Any]) -> dict[str, Any]:
        from dcgan.hub import Reference
        from dcgan.metrics.memorised import own_pictures
        from dcgan.models.hub import push

        target, maker = Reference.parse(_text(wish, "repository")), self._studio.synthesizer(_text(wish, "model"))
        pictures = own_pictures(maker.model)
        if pictures is not None and wish.get("looked") is not True:
            return {"question": self._question(maker.info.name, pictures)}
        pushed = push(maker.model, maker.info.name, target, private=wish.get("private") is not False)
        return {"url": pushed.url, "commit": pushed.commit, "private": pushed.private}

    def _question(self, model: str, pictures: str) -> dict[str, Any]:
        """Return what to look at: the samples nearest to a training picture, where those are still there."""
        from dcgan.metrics.memorised import nearest_to_training

        if not Path(pictures).is_absolute() or not Path(pictures).exists():
            return {"pictures": pictures, "ratio": None, "sheet": None}
        found = nearest_to_training(self._studio.synthesizer(model), pictures)
        sheet = base64.b64encode(found.sheet()).decode()
        return {"pictures": pictures, "ratio": found.closeness, "sheet": f"data:image/png;base64,{sheet}"}


def _text(wish: dict[str, Any], key: str) -> str:
    value = wish.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{key} is missing")
    return value
