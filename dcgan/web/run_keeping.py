"""Routes that keep runs in order, and that look back at their stages.

POST  /gradio_api/dcgan/runs/{name}/rename           {"to": NAME}
POST  /gradio_api/dcgan/runs/{name}/note             {"text": …}
POST  /gradio_api/dcgan/runs/{name}/delete           -> {"ticket"}: moved aside, brought back within 24 hours by
POST  /gradio_api/dcgan/runs/undelete                {"ticket"} -> {"run"}
POST  /gradio_api/dcgan/runs/{name}/promote          {"model": NAME}: a model of the library, with card and recording
GET   /gradio_api/dcgan/runs/{name}/facts            {bytes, steps}: disk use, and the stages of the time machine
GET   /gradio_api/dcgan/runs/{name}/film.png         ?seed=&count=, or ?z=<base64url of float32>: a frame a stage, side by side
GET   /gradio_api/dcgan/runs/{name}/film.gif         the same as a film
GET   /gradio_api/dcgan/runs/{name}/run.zip          the run, to be carried elsewhere; not on a public server
POST  /gradio_api/dcgan/runs/import                  such a zip as the raw body -> {"run"}; not on a public server

Renaming, notes, deleting and promoting are for whoever started the run, and on the own machine for runs of the command line too.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from dcgan.config import MAX_SEED
from dcgan.errors import DCGANError, RunError
from dcgan.files import is_name
from dcgan.latent import z_from_text
from dcgan.models.card import HubFacts
from dcgan.models.library import newest_snapshot
from dcgan.training.runs.archive import export_run, import_run
from dcgan.training.runs.film import film_gif, frames, strip_png
from dcgan.training.runs.recording import shelve
from dcgan.training.runs.store import RECORDED, bytes_of
from dcgan.web.answers import FRESH, answer_json
from dcgan.web.bodies import failure, read_object, save_body
from dcgan.web.guard import Gate, Slots
from dcgan.web.library import UPLOAD_BYTES
from dcgan.web.orders import carried_out, key_of, order_gate
from dcgan.web.pictures import PREFIX
from dcgan.web.protocol import MAX_VALUE

if TYPE_CHECKING:
    from dcgan.studio import Studio

MAX_BODY_BYTES = 16_384
MOST_PICTURES = 16  # a frame
FILMS_AT_ONCE = 2
UPLOADS_AT_ONCE = 2
FILMS = {"png": strip_png, "gif": film_gif}


def keeping_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes that keep runs in order; those with a fixed word stand before `{name}`."""
    keeping, run = Keeping(studio), f"{PREFIX}/runs/{{name}}"
    acts = {"rename": keeping.rename, "note": keeping.note, "delete": keeping.delete, "promote": keeping.promote}
    return [
        Route(f"{PREFIX}/runs/import", keeping.take_in, methods=["POST"]),
        Route(f"{PREFIX}/runs/undelete", keeping.undelete, methods=["POST"]),
        *(Route(f"{run}/{word}", keeping.acting(act), methods=["POST"]) for word, act in acts.items()),
        Route(f"{run}/facts", keeping.facts),
        Route(f"{run}/film.{{kind}}", keeping.film),
        Route(f"{run}/run.zip", keeping.export),
    ]


class Keeping:
    """The studio's run store, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self._store = studio, studio.runs
        self._gate, self._films = order_gate(), Slots(FILMS_AT_ONCE)
        only = "runs are taken in on one's own machine, from this app's own pages"
        self._uploads = Gate(UPLOADS_AT_ONCE, only, "too many uploads at once; try again", closed=studio.public)

    def acting(self, act: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Callable[[Request], Any]:
        """Return the endpoint of `act(name, record)`, for requests from our own page that may keep the run."""

        async def endpoint(request: Request) -> Response:
            return await self._answer(request, lambda record: self._kept(request, act, record))

        return endpoint

    def _kept(self, request: Request, act: Callable[[str, dict[str, Any]], dict[str, Any]], record: dict[str, Any]) -> dict[str, Any]:
        name = request.path_params["name"]
        if not self._studio.may_keep(name, key_of(request)):
            raise RunError(f"run {name} was started in another browser: here it can be watched")
        return act(name, record)

    async def _answer(self, request: Request, act: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
        async def order() -> Response:
            record = await read_object(request, MAX_BODY_BYTES)
            return await carried_out(self._studio, key_of(request), lambda: act(record))

        return await self._gate.answer(request, order)

    def rename(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        """Give a run another name."""
        self._store.rename(name, str(record.get("to", "")))
        return {"run": str(record["to"]).strip()}

    def note(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        """Keep a note with a run."""
        self._store.annotate(name, str(record.get("text", "")))
        return {"ok": True}

    def delete(self, name: str, _record: dict[str, Any]) -> dict[str, Any]:
        """Move a run aside."""
        return {"ticket": self._store.move_aside(name)}

    def promote(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        """Make a model of the library of a run's newest snapshot."""
        model = str(record.get("model", "")).strip()
        if not is_name(model) or model in self._studio.library.names():
            raise RunError(f"{model!r} cannot be the name of a new model: it is taken, or no name; choose another")
        folder = self._store.find(name).folder
        if newest_snapshot(folder) is None:
            raise RunError(f"{name} has kept no stage yet; make a model of it once its first pictures are there")
        shelve(folder, self._studio.library.home / "models" / model, HubFacts(), snapshots=True)
        self._studio.own_models.own(model, self._studio.owner(name))
        return {"model": model}

    async def undelete(self, request: Request) -> Response:
        """Bring a deleted run back, for whoever holds the ticket."""
        return await self._answer(request, lambda record: {"run": self._store.bring_back(str(record.get("ticket", "")))})

    def facts(self, request: Request) -> Response:
        """Return what takes a look at the disk."""
        name = request.path_params["name"]
        try:
            steps = list(self._studio.library.stages(name.removeprefix(RECORDED)))
            return answer_json({"bytes": bytes_of(self._store.find(name)), "steps": steps})
        except DCGANError as error:
            return failure(str(error), 404)

    async def film(self, request: Request) -> Response:
        """Return the pictures of a z at every stage."""
        name, kind = request.path_params["name"], request.path_params["kind"]
        if kind not in FILMS:
            return failure("a film is png or gif", 404)
        with self._films.hold() as free:
            if not free:
                return failure("too many films at once; try again", 503)
            try:
                sheets = await asyncio.to_thread(self._frames, name, dict(request.query_params))
                content = await asyncio.to_thread(FILMS[kind], sheets)
            except DCGANError as error:
                return failure(str(error), 400)
        return Response(content, media_type=f"image/{kind}", headers=FRESH)

    def _frames(self, name: str, query: dict[str, str]) -> list[Any]:
        self._store.find(name)
        seed, count = query.get("seed", "0"), query.get("count", "1")
        if not (seed.isdecimal() and int(seed) + MOST_PICTURES <= MAX_SEED and count.isdecimal() and 1 <= int(count) <= MOST_PICTURES):
            raise RunError(f"a seed is a whole number from 0 on, and a frame has 1 to {MOST_PICTURES} pictures")
        z = _read_z(query["z"]) if query.get("z") else None
        return frames(self._studio.library.stages(name.removeprefix(RECORDED)), int(seed), int(count), z)

    async def export(self, request: Request) -> Response:
        """Return the run as a zip file."""
        name = request.path_params["name"]
        if self._studio.public:
            return failure("runs are handed out on one's own machine", 403)
        try:
            reader = self._store.find(name)
        except DCGANError as error:
            return failure(str(error), 404)
        with tempfile.NamedTemporaryFile(prefix="dcgan-export-", suffix=".zip", delete=False) as file:
            target = Path(file.name)
        try:
            await asyncio.to_thread(export_run, reader, target)
        except BaseException:  # a full disk, or a visitor who is gone
            target.unlink(missing_ok=True)
            raise
        return FileResponse(
            target, media_type="application/zip", filename=f"{name.replace(':', '-')}.zip", background=BackgroundTask(target.unlink)
        )

    async def take_in(self, request: Request) -> Response:
        """Take in a run that was exported."""
        return await self._uploads.answer(request, lambda: self._receive(request))

    async def _receive(self, request: Request) -> Response:
        with tempfile.TemporaryDirectory(prefix="dcgan-import-") as folder:
            file = Path(folder) / "run.zip"
            await save_body(request, UPLOAD_BYTES, file)
            name = await asyncio.to_thread(import_run, file, self._store)
        await asyncio.to_thread(self._studio.own, name, key_of(request))
        return answer_json({"run": name})


def _read_z(text: str) -> Any:
    """Return z (1, n) of the explorer's link."""
    try:
        z = z_from_text(text)
    except ValueError:
        raise RunError("this z is not that of a link of the explorer") from None
    if not np.all(np.abs(z) <= MAX_VALUE):  # false for NaN as well
        raise RunError(f"z holds a value that is not a number from -{MAX_VALUE:g} to {MAX_VALUE:g}")
    return z.reshape(1, -1)
