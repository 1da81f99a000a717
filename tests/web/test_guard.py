"""The gate of our POST routes: who passes, how many, and what the others are told."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dcgan.errors import ConfigError
from dcgan.web.guard import Gate


def request(origin: str = "http://here") -> Request:
    return Request({"type": "http", "method": "POST", "headers": [(b"host", b"here"), (b"origin", origin.encode())]})


async def done() -> Response:
    return Response("done")


def told(answer: Response) -> tuple[int, str]:
    return answer.status_code, json.loads(bytes(answer.body))["error"]


def test_our_own_pages_pass_and_foreign_ones_are_told_why_not() -> None:
    gate = Gate(1, "for our pages only")
    assert bytes(asyncio.run(gate.answer(request(), done)).body) == b"done"
    assert told(asyncio.run(gate.answer(request("http://elsewhere"), done))) == (403, "for our pages only")


def test_a_closed_gate_lets_nobody_pass() -> None:
    assert told(asyncio.run(Gate(1, "for the owner only", closed=True).answer(request(), done))) == (403, "for the owner only")


def test_only_so_many_pass_at_once() -> None:
    async def crowd() -> list[Response]:
        gate, leave = Gate(2, "", "come later"), asyncio.Event()

        async def stay() -> Response:
            await leave.wait()
            return Response("stayed")

        inside = [asyncio.create_task(gate.answer(request(), stay)) for _ in range(2)]
        await asyncio.sleep(0)  # both are inside
        outside = await gate.answer(request(), done)
        leave.set()
        return [outside, *await asyncio.gather(*inside), await gate.answer(request(), done)]

    outside, *rest = asyncio.run(crowd())
    assert told(outside) == (503, "come later")
    assert [bytes(answer.body) for answer in rest] == [b"stayed", b"stayed", b"done"]


@pytest.mark.parametrize("error", [ConfigError("z is too long"), ClientDisconnect()])
def test_what_fails_is_a_refusal_and_gives_its_place_back(error: Exception) -> None:
    async def fail() -> Response:
        raise error

    async def twice() -> tuple[Response, Response]:
        gate = Gate(1, "")
        return await gate.answer(request(), fail), await gate.answer(request(), done)

    failed, after = asyncio.run(twice())
    assert failed.status_code == 400 and after.status_code == 200
    assert isinstance(error, ClientDisconnect) or told(failed) == (400, "z is too long")
