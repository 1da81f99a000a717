"""Routes of the Train page's form.

GET   /gradio_api/dcgan/form            {public, data: [{name, title, on_disk}], recipes: {name: settings}, fields: [{key, kind, choices}]}
POST  /gradio_api/dcgan/form/plan       a wish -> {recipe, count, notes, label_columns, advice, networks}: what it comes to; nothing starts
POST  /gradio_api/dcgan/form/estimate   a wish -> {seconds_per_step, images_per_second, steps, total_seconds}, after a short trial
POST  /gradio_api/dcgan/form/start      a wish, with the control key in the header -> {"run": NAME}

A wish is {"data", "recipe", "settings": {key: text}, "length": {"minutes": 3}, "from"}, all but `data` left out where nothing is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.config import Budget
from dcgan.errors import ConfigError, DCGANError
from dcgan.studio_form import StartRequest
from dcgan.training.worker import DEFAULT_BUDGET
from dcgan.web.answers import answer_json
from dcgan.web.bodies import failure, read_body, refusal
from dcgan.web.guard import Slots, same_origin
from dcgan.web.pictures import PREFIX
from dcgan.web.runs import key_of

if TYPE_CHECKING:
    from dcgan.studio import Studio

MAX_WISH_BYTES = 16_384
TRIALS_AT_ONCE = 1  # two would slow, and so mislead, each other


def form_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of the form."""
    form = Form(studio)
    return [
        Route(f"{PREFIX}/form", form.offer),
        Route(f"{PREFIX}/form/plan", form.plan, methods=["POST"]),
        Route(f"{PREFIX}/form/estimate", form.estimate, methods=["POST"]),
        Route(f"{PREFIX}/form/start", form.start, methods=["POST"]),
    ]


class Form:
    """The studio's planner and its one way to start a run, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._trials = Slots(TRIALS_AT_ONCE)

    def offer(self, _request: Request) -> Response:
        """Return what can be chosen."""
        return answer_json(self._studio.planner.form())

    async def plan(self, request: Request) -> Response:
        """Say what a wish comes to."""
        return await self._answer(request, lambda wish, _key: self._studio.planner.plan(wish).to_json())

    async def estimate(self, request: Request) -> Response:
        """Say how long a wish will take."""
        with self._trials.hold() as free:
            if not free:
                return failure("another trial is on; try again in some seconds", 503)
            return await self._answer(request, lambda wish, _key: asdict(self._studio.planner.estimate(wish)))

    async def start(self, request: Request) -> Response:
        """Start a run."""
        return await self._answer(request, lambda wish, key: {"run": self._studio.start_run(wish, key)})

    async def _answer(self, request: Request, act: Callable[[StartRequest, str], dict[str, Any]]) -> Response:
        if not same_origin(request.headers):
            return failure("the form is read from this app's own pages only", 403)
        try:
            wish = read_wish(await read_body(request, MAX_WISH_BYTES))
            return answer_json(await run_in_threadpool(act, wish, key_of(request)))
        except (DCGANError, ClientDisconnect) as error:
            return refusal(error)


def read_wish(body: bytes) -> StartRequest:
    """Read a wish; whatever is wrong with it is a ConfigError."""
    try:
        record = json.loads(body)
        settings, length = record.get("settings") or {}, record.get("length") or {}
        given = tuple(f"{key}={value}" for key, value in settings.items())
        amounts = {key: float(value) for key, value in length.items() if key in ("steps", "epochs", "minutes")}
        texts = [record.get(key) for key in ("data", "recipe", "from")]
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise ConfigError("a wish is a JSON object of data, recipe, settings and length, and a length is a number") from None
    if not all(text is None or isinstance(text, str) for text in texts):
        raise ConfigError("data, recipe and from are names")
    source, recipe, model = texts
    whole = {key: int(value) if key == "steps" and value.is_integer() else value for key, value in amounts.items()}
    if "steps" in whole and not isinstance(whole["steps"], int):
        raise ConfigError(f"steps are whole, found {whole['steps']}")
    budget = Budget(**whole) if whole else DEFAULT_BUDGET  # type: ignore[arg-type]
    return StartRequest((source or "").strip(), recipe or "dcgan", given, budget, (model or "").strip() or None)
