"""Routes of the Train page's form.

GET   /gradio_api/dcgan/form            {public, data: [{name, title, on_disk}], recipes: {name: settings}, fields: [{key, kind, choices}]}
POST  /gradio_api/dcgan/form/plan       a wish -> {recipe, count, own_size, notes, label_columns, advice, networks}: what it comes to
POST  /gradio_api/dcgan/form/estimate   a wish -> {seconds_per_step, images_per_second, steps, total_seconds, beside}, after a short trial
POST  /gradio_api/dcgan/form/start      a wish, with the control key in the header -> {"run": NAME}; while another run is on 409 and
                                        {"error", "on": RUN, "may_pause"}, after which {"pause": RUN} in the wish stops that one first
POST  /gradio_api/dcgan/form/compare    a wish that says {"field", "values"} too -> {"comparison": NAME}; 409 as for start

A wish is {"data", "recipe", "settings": {key: text}, "length": {"minutes": 3}, "from", "kid_every": STEPS}, all but `data` left out where
nothing is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.checks import MAX_STEPS
from dcgan.config import Budget
from dcgan.errors import AnotherRunIsOn, ConfigError
from dcgan.studio.form import StartRequest
from dcgan.training.worker import DEFAULT_BUDGET
from dcgan.web.answers import answer_json
from dcgan.web.bodies import read_object
from dcgan.web.guard import Gate
from dcgan.web.orders import conflict, key_of
from dcgan.web.pictures import PREFIX

if TYPE_CHECKING:
    from dcgan.studio import Studio

MAX_WISH_BYTES = 16_384
WISHES_AT_ONCE = 32
TRIALS_ASKED = 16  # one at a time is made, since two would slow, and so mislead, each other


@dataclass(frozen=True)
class Wish:
    """What the form says, the run that may be paused for it, and the field whose values are to be compared, if any."""

    request: StartRequest
    pausing: str | None = None
    field: str = ""
    values: tuple[str, ...] = ()


def form_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of the form."""
    form = Form(studio)
    return [
        Route(f"{PREFIX}/form", form.offer),
        Route(f"{PREFIX}/form/plan", form.plan, methods=["POST"]),
        Route(f"{PREFIX}/form/estimate", form.estimate, methods=["POST"]),
        Route(f"{PREFIX}/form/start", form.start, methods=["POST"]),
        Route(f"{PREFIX}/form/compare", form.compare, methods=["POST"]),
    ]


class Form:
    """The studio's planner and its one way to start a run, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        only = "the form is read from this app's own pages only"
        self._gate, self._trying = Gate(WISHES_AT_ONCE, only), asyncio.Lock()
        self._trials = Gate(TRIALS_ASKED, only, "other trials are on; try again in some seconds")

    def offer(self, _request: Request) -> Response:
        """Return what can be chosen."""
        return answer_json(self._studio.planner.form())

    async def plan(self, request: Request) -> Response:
        """Say what a wish comes to."""
        return await self._answer(request, lambda wish, _key: self._studio.planner.plan(wish.request).to_json())

    async def estimate(self, request: Request) -> Response:
        """Say how long a wish will take."""
        return await self._answer(request, lambda wish, _key: asdict(self._studio.estimate(wish.request)), trial=True)

    async def start(self, request: Request) -> Response:
        """Start a run, after pausing the one that the wish names."""

        def act(wish: Wish, key: str) -> dict[str, Any]:
            return {"run": self._studio.start_run(wish.request, key, wish.pausing)}

        return await self._answer(request, act)

    async def compare(self, request: Request) -> Response:
        """Start a comparison of one field, after pausing the run that the wish names."""

        def act(wish: Wish, key: str) -> dict[str, Any]:
            return {"comparison": self._studio.start_comparison(wish.request, wish.field, wish.values, key, wish.pausing)}

        return await self._answer(request, act)

    async def _answer(self, request: Request, act: Callable[[Wish, str], dict[str, Any]], trial: bool = False) -> Response:
        """Read the wish and act; a trial waits for its turn, and is made if somebody still waits for it."""

        async def answer() -> Response:
            wish = read_wish(await read_object(request, MAX_WISH_BYTES))
            try:
                async with self._trying if trial else nullcontext():
                    if trial and await request.is_disconnected():
                        raise ClientDisconnect
                    return answer_json(await run_in_threadpool(act, wish, key_of(request)))
            except AnotherRunIsOn as error:
                return conflict(self._studio, error, key_of(request))

        return await (self._trials if trial else self._gate).answer(request, answer)


def read_wish(record: Mapping[str, Any]) -> Wish:
    """Read a wish; whatever is wrong with it is a ConfigError."""
    try:
        settings, length = record.get("settings") or {}, record.get("length") or {}
        given = tuple(f"{key}={value}" for key, value in settings.items())
        amounts = {key: float(value) for key, value in length.items() if key in ("steps", "epochs", "minutes")}
    except (ValueError, TypeError, AttributeError):
        raise ConfigError("a wish is a JSON object of data, recipe, settings and length, and a length is a number") from None
    texts, values = [record.get(key) for key in ("data", "recipe", "from", "pause", "field")], record.get("values") or []
    if not all(text is None or isinstance(text, str) for text in texts):
        raise ConfigError("data, recipe, from, pause and field are names")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ConfigError("values are texts, as the form has them")
    source, recipe, model, pausing, field = texts
    whole = {key: int(value) if key == "steps" and value.is_integer() else value for key, value in amounts.items()}
    if "steps" in whole and not isinstance(whole["steps"], int):
        raise ConfigError(f"steps are whole, found {whole['steps']}")
    budget = Budget(**whole) if whole else DEFAULT_BUDGET  # type: ignore[arg-type]
    kid_every = record.get("kid_every")
    if kid_every is not None and (type(kid_every) is not int or not 0 < kid_every <= MAX_STEPS):
        raise ConfigError(f"kid_every is a whole number of steps from 1 to {MAX_STEPS}, found {kid_every!r}")
    request = StartRequest((source or "").strip(), recipe or "dcgan", given, budget, (model or "").strip() or None, kid_every)
    return Wish(request, pausing or None, field or "", tuple(values))
