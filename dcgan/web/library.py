"""The models over HTTP: list them, hand in checkpoint files, ask whether the server lives.

GET   /gradio_api/dcgan/models?also=NAME             [ModelInfo, …], with NAME where that is an untrained model; "may_delete" says
                                                     whether who asks may rename and delete it
GET   /gradio_api/dcgan/models/card?model=NAME       {"html": its card}, for those that "has_card"
GET   /gradio_api/dcgan/models/newest?model=NAME     ModelInfo as it is now and "is_growing": whether NAME is a run that trains
POST  /gradio_api/dcgan/models?filename=netG.pth     the file as the raw body, &set=key=value for each override of what it does
                                                     not say -> {"model": NAME, "report": {proved, supported, assumed, notes, convolutions,
                                                     readings}},
                                                     and "noise": {file, z, z_dim, shown, count} where it holds a notebook's z, or alone;
                                                     several files behind one another: a filename= and a bytes= for each. Another
                                                     reading of the same files takes the place of the one before
                                                     A refusal has a "setting", key=value, where the files can be read under it
POST  /gradio_api/dcgan/models/check?filename=&bytes=   the first 512 bytes of each such file: refuses, by these and the sizes, what would
                                                     be refused once all had been sent
POST  /gradio_api/dcgan/models/rename                {"model": NAME, "to": NAME}
POST  /gradio_api/dcgan/models/delete                {"model": NAME}: moved aside, brought back within 24 hours by
POST  /gradio_api/dcgan/models/undelete              {"model": NAME}, as is a reading whose place another took
GET   /gradio_api/dcgan/health                       {"status": "ok"}

A model of one's own is renamed and deleted on the own machine, and on a public server by whoever brought it: the control key, in
KEY_HEADER, tells.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import DCGANError
from dcgan.models.adoption import Upload, page_answer
from dcgan.models.importing.contents import check_start
from dcgan.models.importing.formats import START
from dcgan.web.answers import answer_json
from dcgan.web.bodies import cut, failure, read_body, read_object, save_body, sent_files, too_large
from dcgan.web.cards import card_file, card_html
from dcgan.web.guard import Gate
from dcgan.web.orders import carried_out, key_of, order_gate
from dcgan.web.pictures import PREFIX

if TYPE_CHECKING:
    from dcgan.models import ModelInfo
    from dcgan.studio import Studio

UPLOAD_BYTES = 4 * 10**9
PUBLIC_UPLOAD_BYTES = 20 * 10**6
UPLOADS_AT_ONCE = 4
MAX_SETTINGS = 20
MAX_FILES = 8  # at once
MAX_BODY_BYTES = 1_024


def library_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes that list and take in models."""
    library = Library(studio)
    return [
        Route(f"{PREFIX}/models", library.models, methods=["GET"]),
        Route(f"{PREFIX}/models", library.adopt, methods=["POST"]),
        Route(f"{PREFIX}/models/check", library.check, methods=["POST"]),
        Route(f"{PREFIX}/models/newest", library.newest, methods=["GET"]),
        Route(f"{PREFIX}/models/card", library.card, methods=["GET"]),
        Route(f"{PREFIX}/models/rename", library.acting(studio.rename_model, "to"), methods=["POST"]),
        Route(f"{PREFIX}/models/delete", library.acting(studio.delete_model), methods=["POST"]),
        Route(f"{PREFIX}/models/undelete", library.acting(studio.own_models.bring_back), methods=["POST"]),
        Route(f"{PREFIX}/health", health, methods=["GET"]),
    ]


class Library:
    """The studio's models, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._limit = PUBLIC_UPLOAD_BYTES if studio.public else UPLOAD_BYTES
        self._gate = Gate(UPLOADS_AT_ONCE, "files are taken from pages of this server only", "too many uploads at once; try again")
        self._orders = order_gate()

    async def models(self, request: Request) -> Response:
        """List what can be explored; paths stay on the server when strangers look."""
        also, key = request.query_params.get("also", ""), key_of(request)
        return answer_json(await asyncio.to_thread(lambda: [self._shown(info, key) for info in self._studio.models(also)]))

    def newest(self, request: Request) -> Response:
        """Say what one model is now: a run that trains is another one at every stage."""
        model = request.query_params.get("model", "")
        try:
            info = self._studio.synthesizer(model).info
        except DCGANError as error:
            return failure(str(error), 404)
        shown = {**self._shown(info, key_of(request)), "is_growing": self._studio.is_growing(model)}
        return answer_json(shown)

    def card(self, request: Request) -> Response:
        """Return what is said of a model: its data, terms, scores and limits."""
        try:
            html = card_html(self._studio.synthesizer(request.query_params.get("model", "")).info)
        except DCGANError as error:
            return failure(str(error), 404)
        return answer_json({"html": html})

    def _shown(self, info: ModelInfo, key: str) -> dict[str, Any]:
        shown = {name: value for name, value in asdict(info).items() if name != "path" or not self._studio.public}
        may_delete = info.source == "own" and self._studio.own_models.may_delete(info.name, key)
        return {**shown, "has_card": card_file(info) is not None, "may_delete": may_delete}

    def acting(self, act: Callable[..., None], *fields: str) -> Callable[[Request], Any]:
        """Return the endpoint of `act(model, *fields, key)`, for requests from our own pages."""

        async def answer(request: Request) -> Response:
            record = await read_object(request, MAX_BODY_BYTES)
            said = [str(record.get(name, "")) for name in ("model", *fields)]
            return await carried_out(self._studio, key_of(request), lambda: act(*said, key_of(request)))

        async def endpoint(request: Request) -> Response:
            return await self._orders.answer(request, lambda: answer(request))

        return endpoint

    async def adopt(self, request: Request) -> Response:
        """Take checkpoint files in."""
        return await self._gate.answer(request, lambda: self._receive(request))

    async def check(self, request: Request) -> Response:
        """Refuse checkpoint files that need not be sent."""
        return await self._orders.answer(request, lambda: self._check(request))

    async def _check(self, request: Request) -> Response:
        names, sizes = sent_files(request, "checkpoint", MAX_FILES)
        if sum(sizes) > self._limit:
            raise too_large(sum(sizes), self._limit)
        starts = io.BytesIO(await read_body(request, MAX_FILES * START))
        for name, size in zip(names, sizes, strict=True):
            check_start(name, starts.read(min(size, START)), size, allow_pickle=not self._studio.public)
        return answer_json({"ok": True})

    async def _receive(self, request: Request) -> Response:
        settings = request.query_params.getlist("set")[:MAX_SETTINGS]
        with tempfile.TemporaryDirectory(prefix="dcgan-upload-") as folder:
            names, sizes = sent_files(request, "checkpoint", MAX_FILES)
            whole = Path(folder) / "upload"
            await save_body(request, self._limit, whole)
            paths = await asyncio.to_thread(cut, whole, sizes)
            uploads = [Upload(path, name) for path, name in zip(paths, names, strict=True)]
            adopted = await asyncio.to_thread(self._studio.own_models.adopt, uploads, settings, key_of(request))
            return answer_json(await asyncio.to_thread(page_answer, adopted))


async def health(_request: Request) -> Response:
    """Answer as long as the server lives."""
    return answer_json({"status": "ok"})
