"""Routes that steer runs, and what all routes share that carry orders. Orders carry the control key, in the header KEY_HEADER.

POST  /gradio_api/dcgan/runs/{name}/orders               {"order": "pause" | "resume" | "stop", one of training.control.STEPS, or one of
                                                          training.changes.CHANGES with its "values"}
POST  /gradio_api/dcgan/runs/{name}/continue             ?pause=
POST  /gradio_api/dcgan/runs/{name}/branch               ?pause=, {"step", "settings": {key: value}} -> {"run": NAME}, begun from that stage

What would start a training while another is on is answered 409 {"error", "on": RUN, "may_pause"}; with pause=RUN that one is stopped first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import AnotherRunIsOn, ConfigError, DCGANError
from dcgan.training.control import OrderName
from dcgan.web.answers import answer_json
from dcgan.web.bodies import failure, read_object
from dcgan.web.guard import Gate
from dcgan.web.pictures import PREFIX

if TYPE_CHECKING:
    from dcgan.studio import Studio

KEY_HEADER = "X-DCGAN-Key"
MAX_ORDER_BYTES = 4_096
ORDERS_AT_ONCE = 32
MAX_NUMBER = 1e300  # JSON may hold infinities and whole numbers that no float takes
ORDERS = get_args(OrderName)


def order_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes that steer runs."""
    orders, run = Orders(studio), f"{PREFIX}/runs/{{name}}"
    return [
        Route(f"{run}/orders", orders.order, methods=["POST"]),
        Route(f"{run}/continue", orders.go_on, methods=["POST"]),
        Route(f"{run}/branch", orders.branch, methods=["POST"]),
    ]


class Orders:
    """The studio's runs, for whoever steers them."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._gate = order_gate()

    async def order(self, request: Request) -> Response:
        """Pass an order on, from whoever started the run."""

        async def act() -> Response:
            order, values = _read_order(await read_object(request, MAX_ORDER_BYTES))
            return await self._steer(request, lambda name, key: self._studio.order(name, key, order, values))

        return await self._gate.answer(request, act)

    async def branch(self, request: Request) -> Response:
        """Start a new run from an earlier stage of this one, with settings changed; anyone may who may start a run."""

        async def act() -> Response:
            step, settings = _read_branch(await read_object(request, MAX_ORDER_BYTES))
            name, key, pause = request.path_params["name"], key_of(request), pausing(request)
            return await carried_out(self._studio, key, lambda: {"run": self._studio.branch_run(name, step, settings, key, pause)})

        return await self._gate.answer(request, act)

    async def go_on(self, request: Request) -> Response:
        """Start a stopped or interrupted run again where it was."""

        async def act() -> Response:
            return await self._steer(request, lambda name, key: self._studio.continue_run(name, key, pausing(request)))

        return await self._gate.answer(request, act)

    async def _steer(self, request: Request, act: Callable[[str, str], None]) -> Response:
        """Carry out `act(name, key)` for whoever may control the run."""
        name, key = request.path_params["name"], key_of(request)
        try:
            await run_in_threadpool(self._studio.runs.find, name)
        except DCGANError as error:
            return failure(str(error), 404)
        if not await run_in_threadpool(self._studio.may_control, name, key):
            return failure(f"run {name} was started in another browser: here it can be watched", 403)
        return await carried_out(self._studio, key, lambda: act(name, key))


def order_gate() -> Gate:
    """Return where orders to runs and comparisons pass."""
    return Gate(ORDERS_AT_ONCE, "orders are taken from this app's own pages only")


async def carried_out(studio: Studio, key: str, act: Callable[[], Mapping[str, Any] | None]) -> Response:
    """Return what `act`, done in a thread, comes to; where it cannot be done now, 409 and why."""
    try:
        return answer_json(await run_in_threadpool(act) or {"ok": True})
    except DCGANError as error:
        return conflict(studio, error, key)


def pausing(request: Request) -> str | None:
    """Return the run that is to be paused for what is asked for."""
    return request.query_params.get("pause") or None


def conflict(studio: Studio, error: DCGANError, key: str) -> Response:
    """Return what is answered where something cannot be done now; where another run is on, which, and whether `key` may pause it."""
    if not isinstance(error, AnotherRunIsOn):
        return failure(str(error), 409)
    return answer_json({"error": str(error), "on": error.run, "may_pause": studio.may_pause(error.run, key)}, 409)


def key_of(request: Request) -> str:
    return request.headers.get(KEY_HEADER, "")


def _read_order(record: Mapping[str, Any]) -> tuple[OrderName, dict[str, float]]:
    """Return (order, values) of `{"order": "pause", "values": {…}}`; whatever is wrong with it is a ConfigError."""
    order, values = record.get("order"), record.get("values") or {}
    if order not in ORDERS or not isinstance(values, dict):
        raise ConfigError(f'an order is {{"order": NAME, "values": {{…}}}}, NAME one of {", ".join(ORDERS)}')
    if not all(isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER for value in values.values()):
        raise ConfigError("the values of an order are finite numbers")
    return cast(OrderName, order), {key: float(value) for key, value in values.items()}


def _read_branch(record: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Return (step, settings) of `{"step": 500, "settings": {…}}`; whatever is wrong with it is a ConfigError."""
    try:
        return int(record["step"]), [f"{key}={value}" for key, value in record["settings"].items()]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise ConfigError('a branch is {"step": STEP, "settings": {KEY: VALUE}}') from None
