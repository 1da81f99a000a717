"""Pictures of one's own over HTTP, for the person at this machine only: their folders, their disk.

POST  /gradio_api/dcgan/data?filename=cats.zip    the archive as the raw body -> {"source": PATH}
POST  /gradio_api/dcgan/data/look                 {"source"} -> {"errand": NAME}: examine a set
POST  /gradio_api/dcgan/data/fetch                {"source": "hf:OWNER/NAME"} -> {"errand": NAME}: fetch a set of the Hub
GET   /gradio_api/dcgan/data/errands/NAME         {done, total, what, answer, error}; answer or error when it is at its end: of look
      {remarks: [{key, values}], skipped: [[file, reason]], proposal: [{key, value, reason}], strips: {crop: data URI}}, of fetch {source}
"""

from __future__ import annotations

import asyncio
import base64
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import ConfigError, DCGANError
from dcgan.web.answers import answer_json
from dcgan.web.bodies import failure, read_object, refusal, save_body, sent_name
from dcgan.web.errands import Errands, Progress
from dcgan.web.guard import Gate
from dcgan.web.library import UPLOAD_BYTES
from dcgan.web.pictures import PREFIX

if TYPE_CHECKING:
    from dcgan.studio import Studio

BODY = 8192  # bytes
AT_ONCE = 2


def data_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of pictures of one's own; on a public server they refuse."""
    desk = DataDesk(studio)
    return [
        Route(f"{PREFIX}/data", desk.adopt, methods=["POST"]),
        Route(f"{PREFIX}/data/look", desk.look, methods=["POST"]),
        Route(f"{PREFIX}/data/fetch", desk.fetch, methods=["POST"]),
        Route(f"{PREFIX}/data/errands/{{name}}", desk.errand),
    ]


class DataDesk:
    """Takes pictures in and has them examined."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._errands = Errands(AT_ONCE)
        only = "pictures are taken from the person at this machine only"
        self._gate = Gate(AT_ONCE, only, "too many uploads at once; try again", closed=studio.public)

    async def adopt(self, request: Request) -> Response:
        """Take an archive in."""
        return await self._gate.answer(request, lambda: self._receive(request))

    async def _receive(self, request: Request) -> Response:
        with tempfile.TemporaryDirectory(prefix="dcgan-upload-") as folder:
            file = Path(folder) / "upload.zip"
            await save_body(request, UPLOAD_BYTES, file)
            source = await asyncio.to_thread(self._studio.own_data.adopt, file, sent_name(request, "pictures.zip"))
            return answer_json({"source": source})

    async def look(self, request: Request) -> Response:
        """Begin to examine a set."""

        def act(source: str, progress: Progress) -> dict[str, Any]:
            looked = self._studio.own_data.look(source, progress)
            strips = {crop: f"data:image/jpeg;base64,{base64.b64encode(strip).decode()}" for crop, strip in looked.strips.items()}
            return {**looked.record, "strips": strips}

        return await self._begin(request, act)

    async def fetch(self, request: Request) -> Response:
        """Begin to fetch a set of the Hub."""
        return await self._begin(request, lambda source, progress: {"source": self._studio.own_data.fetch(source, progress)})

    async def _begin(self, request: Request, act: Callable[[str, Progress], dict[str, Any]]) -> Response:
        turned_away = self._gate.turned_away(request)
        if turned_away is not None:
            return turned_away
        try:
            source = (await read_object(request, BODY)).get("source")
            if not isinstance(source, str) or not source.strip():
                raise ConfigError("source is missing: the path of a folder or zip, or hf:owner/name")
        except (DCGANError, ClientDisconnect) as error:
            return refusal(error)
        name = self._errands.start(partial(act, source.strip()))
        if name is None:
            return failure("other pictures are being looked at; wait for that to end", 503)
        return answer_json({"errand": name})

    async def errand(self, request: Request) -> Response:
        """Say how far something is."""
        turned_away = self._gate.turned_away(request)
        if turned_away is not None:
            return turned_away
        try:
            return answer_json(asdict(self._errands.look(request.path_params["name"])))
        except DCGANError as error:
            return refusal(error)
