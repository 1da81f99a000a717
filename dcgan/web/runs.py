"""Routes of the Train page's live view: the list of runs, what a run said since a line, and its sheets.

GET   /gradio_api/dcgan/runs                             [{name, state, step, seconds, data, says_data, recipe, note, may_keep}, …], newest
                                                         first, then the recorded runs of the shelf, called recorded:MODEL
GET   /gradio_api/dcgan/runs/{name}/since/{line}         {next, generation, columns, rows, events, status, best, may_control},
                                                         from line 0 also {config, samples}
GET   /gradio_api/dcgan/runs/{name}/samples/{step}.jpg   one sheet
GET   /gradio_api/dcgan/runs/{name}/samples/{step}.json  D's outputs, where an event "judged" names the step: {real: [n], fake: [n]}
GET   /gradio_api/dcgan/runs/{name}/real.jpg             the real pictures that it judged; in public of named data sets only
GET   /gradio_api/dcgan/runs/{name}/measures.csv         every step line, with the KID and the score of its step
GET   /gradio_api/dcgan/runs/{name}/differences?other=   {setting: [of this run, of the other]}

A viewer polls `since`, which costs about 200 bytes when little happened; nothing keeps a connection open. Files are read
in Starlette's thread pool (plain `def`), so a slow disk never blocks the event loop.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from dcgan.data.entries import NAMES
from dcgan.errors import DCGANError
from dcgan.training.runs.folder import REAL
from dcgan.training.runs.store import differences, summary
from dcgan.web.answers import COLUMNS, FRESH, TAKEN, answer_json, table, whole_table
from dcgan.web.bodies import failure
from dcgan.web.orders import key_of
from dcgan.web.pictures import PREFIX
from dcgan.web.plotly_file import plotly_route

if TYPE_CHECKING:
    from dcgan.studio import Studio
    from dcgan.training.runs.folder import RunReader

LAST_STEP = 10**12
PACKED_BYTES = 4_000  # longer answers are gzipped
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
PRIVATE_DATA = ("source", "data_dir", "skipped")


def run_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes that show runs, and the one that serves plotly.js."""
    runs = Runs(studio)
    packed = [Middleware(GZipMiddleware, minimum_size=PACKED_BYTES)]
    return [
        Route(f"{PREFIX}/runs", runs.all),
        Route(f"{PREFIX}/runs/{{name}}/since/{{line:int}}", runs.since, middleware=packed),
        Route(f"{PREFIX}/runs/{{name}}/samples/{{step:int}}.jpg", runs.sample),
        Route(f"{PREFIX}/runs/{{name}}/samples/{{step:int}}.json", runs.judgement),
        Route(f"{PREFIX}/runs/{{name}}/real.jpg", runs.real),
        Route(f"{PREFIX}/runs/{{name}}/measures.csv", runs.measures),
        Route(f"{PREFIX}/runs/{{name}}/differences", runs.differences),
        plotly_route(f"{PREFIX}/plotly.min.js"),
    ]


class Runs:
    """The studio's runs, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def all(self, request: Request) -> Response:
        """List the runs, newest first, then the recorded ones."""
        key, readers = key_of(request), [*self._studio.runs.all(), *self._studio.runs.recorded()]
        may = [self._studio.may_keep(reader.name, key) for reader in readers]
        found = [summary(reader, self._studio.status(reader.name)) for reader in readers]
        return answer_json([{**entry, "may_keep": allowed} for entry, allowed in zip(found, may, strict=True)])

    def since(self, request: Request) -> Response:
        """Return what was added to a run since a line of its events file.

        When `generation` is not the one a viewer knows, the run was resumed and its file cut back: the viewer starts again
        from line 0.
        """
        name, line = request.path_params["name"], request.path_params["line"]
        try:
            reader = self._studio.runs.find(name)
        except DCGANError as error:
            return failure(str(error), 404)
        answer = _increment(reader, line) | {"status": asdict(self._studio.status(name)), "best": reader.best}
        if line == 0:
            answer |= {"config": shown(reader.config, self._studio.public), "samples": reader.sample_steps()}
        return answer_json(answer | {"may_control": self._studio.may_control(name, key_of(request))})

    def sample(self, request: Request) -> Response:
        """Return one sheet."""
        return self._file(request, lambda run, step: run.sample_path(step), "image/jpeg")

    def judgement(self, request: Request) -> Response:
        """Return what D said of a sheet and of real pictures."""
        return self._file(request, lambda run, step: run.judgement_path(step), "application/json")

    def real(self, request: Request) -> Response:
        """Return the sheet of real pictures; strangers are shown none of somebody's own."""
        return self._file(request, lambda run, _step: run.folder / REAL if self._may_show(run) else Path(), "image/jpeg")

    def _may_show(self, run: RunReader) -> bool:
        return not self._studio.public or run.config.get("data", {}).get("source") in NAMES

    def _file(self, request: Request, path_of: Callable[[RunReader, int], Path], media_type: str) -> Response:
        """Return a file of a run that is written once and therefore cached for ever."""
        name, step = request.path_params["name"], request.path_params.get("step", 0)
        try:
            path = path_of(self._studio.runs.find(name), step)
        except DCGANError as error:
            return failure(str(error), 404)
        if step > LAST_STEP or not path.is_file():
            return failure(f"run {name} has no {request.url.path.rpartition('/')[2]} of this step", 404)
        return FileResponse(path, media_type=media_type, headers=FOREVER)

    def measures(self, request: Request) -> Response:
        """Return what the charts show, whole, as a table for other programs."""
        try:
            lines = self._studio.runs.find(request.path_params["name"]).since(0).lines
        except DCGANError as error:
            return failure(str(error), 404)
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow((*COLUMNS, *TAKEN))
        rows.writerows(whole_table(lines))
        return Response(text.getvalue(), media_type="text/csv", headers=FRESH)

    def differences(self, request: Request) -> Response:
        """Return in which settings two runs differ."""
        try:
            names = (request.path_params["name"], request.query_params.get("other", ""))
            return answer_json(differences(*(shown(self._studio.runs.find(name).config, self._studio.public) for name in names)))
        except DCGANError as error:
            return failure(str(error), 404)


def _increment(reader: RunReader, line: int) -> dict[str, Any]:
    increment = reader.since(line)
    return {"next": increment.next, "generation": increment.generation, **table(increment.lines)}


def shown(config: dict[str, Any], public: bool) -> dict[str, Any]:
    """Return config.json as viewers may see it: strangers are told no paths of this machine."""
    if not public or not config:
        return config
    data = {key: value for key, value in config["data"].items() if key not in PRIVATE_DATA}
    named = {"parent": Path(config["parent"]).name} if config.get("parent") else {}
    return {key: value for key, value in config.items() if key not in ("parent", "command")} | {"data": data} | named
