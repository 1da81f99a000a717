"""Routes of the Train page's live view: the list of runs, what a run said since a line, its sheets, and orders to it.

GET   /gradio_api/dcgan/runs                             [{name, state, step, data, recipe}, …], newest first
GET   /gradio_api/dcgan/runs/{name}/since/{line}         {next, generation, columns, rows, events, status, may_control},
                                                         from line 0 also {config, samples}
GET   /gradio_api/dcgan/runs/{name}/samples/{step}.jpg   one sheet
POST  /gradio_api/dcgan/runs/{name}/orders               {"order": "pause" | "resume" | "stop" | "learning_rates", "values"}
POST  /gradio_api/dcgan/runs/{name}/continue

A viewer polls `since`, which costs about 200 bytes when little happened; nothing keeps a connection open. Files are read
in Starlette's thread pool (plain `def`), so a slow disk never blocks the event loop. POSTs carry the control key.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast, get_args

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import DCGANError
from dcgan.training.control import OrderName
from dcgan.web.bodies import TooLarge, failure, read_body
from dcgan.web.guard import same_origin
from dcgan.web.pictures import PREFIX
from dcgan.web.plotly_file import plotly_route

if TYPE_CHECKING:
    from dcgan.studio import Studio
    from dcgan.training.run_folder import RunReader, RunStatus

KEY_HEADER = "X-DCGAN-Key"
MAX_ROWS = 4_000  # one answer's rows; more than a chart has pixels
MAX_ORDER_BYTES = 4_096
LAST_STEP = 10**12
MAX_NUMBER = 1e300  # JSON may hold infinities and whole numbers that no float takes
ORDERS = get_args(OrderName)
PACKED_BYTES = 4_000  # longer answers are gzipped
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "no-store"}
PRIVATE_DATA = ("source", "data_dir", "skipped")
COLUMNS = (
    "step",
    "epoch",
    "seconds",
    "loss_d",
    "loss_g",
    "d_real",
    "d_fake",
    "d_fake_after",
    "grad_norm_d",
    "grad_norm_g",
    "diversity",
    "images_per_second",
)


def run_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes that show and steer runs, and the one that serves plotly.js."""
    runs = Runs(studio)
    packed = [Middleware(GZipMiddleware, minimum_size=PACKED_BYTES)]
    return [
        Route(f"{PREFIX}/runs", runs.all),
        Route(f"{PREFIX}/runs/{{name}}/since/{{line:int}}", runs.since, middleware=packed),
        Route(f"{PREFIX}/runs/{{name}}/samples/{{step:int}}.jpg", runs.sample),
        Route(f"{PREFIX}/runs/{{name}}/orders", runs.order, methods=["POST"]),
        Route(f"{PREFIX}/runs/{{name}}/continue", runs.go_on, methods=["POST"]),
        plotly_route(f"{PREFIX}/plotly.min.js"),
    ]


class Runs:
    """The studio's runs, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def all(self, _request: Request) -> Response:
        """List the runs, newest first."""
        return _json([_summary(reader, self._studio.status(reader.name)) for reader in self._studio.runs()])

    def since(self, request: Request) -> Response:
        """Return what was added to a run since a line of its events file.

        When `generation` is not the one a viewer knows, the run was resumed and its file cut back: the viewer starts again
        from line 0.
        """
        name, line = request.path_params["name"], request.path_params["line"]
        try:
            reader = self._studio.run(name)
        except DCGANError as error:
            return failure(str(error), 404)
        answer = _increment(reader, line) | {"status": asdict(self._studio.status(name))}
        if line == 0:
            answer |= {"config": _shown(reader.config, self._studio.public), "samples": reader.sample_steps()}
        return _json(answer | {"may_control": self._studio.may_control(name, _key(request))})

    def sample(self, request: Request) -> Response:
        """Return one sheet: written once, and therefore cached for ever."""
        name, step = request.path_params["name"], request.path_params["step"]
        try:
            path = self._studio.run(name).sample_path(step)
        except DCGANError as error:
            return failure(str(error), 404)
        if step > LAST_STEP or not path.is_file():
            return failure(f"run {name} has no sheet of step {step}", 404)
        return FileResponse(path, media_type="image/jpeg", headers=FOREVER)

    async def order(self, request: Request) -> Response:
        """Pass an order on, from whoever started the run."""
        try:
            order, values = _parse_order(await read_body(request, MAX_ORDER_BYTES))
        except (TooLarge, ValueError) as error:
            return failure(str(error), 413 if isinstance(error, TooLarge) else 400)
        return await run_in_threadpool(self._steer, request, lambda name, key: self._studio.order(name, key, order, values))

    def go_on(self, request: Request) -> Response:
        """Start a stopped or interrupted run again where it was."""
        return self._steer(request, self._studio.continue_run)

    def _steer(self, request: Request, act: Callable[[str, str], None]) -> Response:
        """Carry out `act(name, key)` for a request from our own page that may control the run."""
        name, key = request.path_params["name"], _key(request)
        if not same_origin(request.headers):
            return failure("orders are taken from this app's own pages only", 403)
        try:
            self._studio.run(name)
        except DCGANError as error:
            return failure(str(error), 404)
        if not self._studio.may_control(name, key):
            return failure(f"run {name} was started in another browser: here it can be watched", 403)
        try:
            act(name, key)
        except DCGANError as error:
            return failure(str(error), 409)
        return _json({"ok": True})


def _key(request: Request) -> str:
    return request.headers.get(KEY_HEADER, "")


def _summary(reader: RunReader, status: RunStatus) -> dict[str, Any]:
    config = reader.config
    data, recipe = config.get("data", {}), config.get("recipe", {})
    return {"name": reader.name, "state": status.state, "step": status.step, "data": data.get("name"), "recipe": recipe.get("name")}


def _increment(reader: RunReader, line: int) -> dict[str, Any]:
    increment = reader.since(line)
    return {"next": increment.next, "generation": increment.generation, **table(increment.lines)}


def _shown(config: dict[str, Any], public: bool) -> dict[str, Any]:
    """Return config.json as viewers may see it: strangers are told no paths of this machine."""
    if not public or not config:
        return config
    data = {key: value for key, value in config["data"].items() if key not in PRIVATE_DATA}
    return {key: value for key, value in config.items() if key not in ("parent", "command")} | {"data": data}


def table(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Split lines into `rows` (under `columns`, left out when there are none) and `events`.

    More than `MAX_ROWS` rows are thinned to every k-th and the last, so that the first look at a long run stays small;
    events are all kept.
    """
    steps = [line for line in lines if "event" not in line]
    rows = [[_short(line.get(column)) for column in COLUMNS] for line in _thinned(steps)]
    events = [line for line in lines if "event" in line]
    return {**({"columns": COLUMNS} if rows else {}), "rows": rows, "events": events}


def _thinned(steps: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    stride = math.ceil(len(steps) / MAX_ROWS)
    if stride <= 1:
        return steps
    kept = steps[:-1:stride]
    return [*kept, steps[-1]]


def _short(value: Any) -> Any:
    """Round to what a chart can show: six digits."""
    return float(f"{value:.6g}") if isinstance(value, float) and math.isfinite(value) else value


def _parse_order(body: bytes) -> tuple[OrderName, dict[str, float]]:
    """Return (order, values) of `{"order": "pause", "values": {…}}`; a ValueError says what is wrong."""
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("an order is a JSON object") from None
    order, values = (record.get("order"), record.get("values") or {}) if isinstance(record, dict) else (None, {})
    if order not in ORDERS or not isinstance(values, dict):
        raise ValueError(f'an order is {{"order": NAME, "values": {{…}}}}, NAME one of {", ".join(ORDERS)}')
    if not all(isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER for value in values.values()):
        raise ValueError("the values of an order are finite numbers")
    return cast(OrderName, order), {key: float(value) for key, value in values.items()}


def _json(value: Any) -> Response:
    return JSONResponse(finite(value), headers=FRESH)


def finite(value: Any) -> Any:
    """Replace NaN and infinities, which the browser's JSON.parse refuses, by None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
