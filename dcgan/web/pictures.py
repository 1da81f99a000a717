"""The picture path: z in, RGB out, over a WebSocket or by POST; bytes as in `protocol`.

WS    /gradio_api/dcgan/ws?model=MODEL       any number of requests, answered in their order
POST  /gradio_api/dcgan/sample?model=MODEL   one request
POST  /gradio_api/dcgan/score?model=MODEL    the same request; answer n float32, little endian: what the model's discriminator says of each
                                             picture, as log-odds (0: it can only guess); 404 where the model has none

A connection is served in sequence: the page keeps at most three requests in flight and holds the newest z back itself, so nothing
piles up here, and a client without manners is slowed by its own unread answers. Pictures are made on threads of their own, because a
batch takes tens of milliseconds, in which the event loop must go on.

Close codes: 1008 refused for good (after a refusal with id 0 that says why), 4000 idle (open again when needed).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dcgan.errors import DCGANError
from dcgan.web.answers import FRESH
from dcgan.web.bodies import failure, read_body
from dcgan.web.guard import Gate, Slots, Throttle, same_origin
from dcgan.web.protocol import (
    WHOLE_CONNECTION,
    RequestRefused,
    encode_answer,
    encode_refusal,
    max_request_bytes,
    parse_request,
)

if TYPE_CHECKING:
    from dcgan.models import Synthesizer
    from dcgan.studio import Studio

Answer = Callable[["Synthesizer", bytes, Throttle], Awaitable[bytes]]
PREFIX = "/gradio_api/dcgan"
CONNECTIONS = 256
POSTS_AT_ONCE = 16
PICTURES_PER_SECOND = 300.0  # a drag asks for 60, a sheet of neighbours for 12 at once
BURST = 256.0
IDLE_SECONDS = 900.0  # a forgotten tab gives its connection back

REFUSED, IDLE = 1008, 4000


def picture_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes that make and judge pictures."""
    server = PictureServer(studio)
    return [
        WebSocketRoute(f"{PREFIX}/ws", server.connect),
        Route(f"{PREFIX}/sample", server.sample, methods=["POST"]),
        Route(f"{PREFIX}/score", server.score, methods=["POST"]),
    ]


class NoDiscriminator(DCGANError):
    """Scores were asked of a model that came without its discriminator."""


class PictureServer:
    """Makes pictures for all connections, on two threads: one more than a core's worth would only wait for it."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="pictures")
        self._connections, self._gate = Slots(CONNECTIONS), Gate(POSTS_AT_ONCE, "pictures are made for pages of this server only")

    async def connect(self, socket: WebSocket) -> None:
        """Serve one WebSocket to its end."""
        if not same_origin(socket.headers):
            await socket.close(REFUSED)  # before accept: the handshake is answered with 403
            return
        with self._connections.hold() as free:
            await socket.accept()
            try:
                if not free:
                    raise RequestRefused(f"all {CONNECTIONS} connections are taken; try again in a minute")
                await self._serve(socket, socket.query_params.get("model"))
            except DCGANError as error:
                await _refuse(socket, str(error))
            except WebSocketDisconnect:
                pass

    async def sample(self, request: Request) -> Response:
        """Answer one POST with pictures."""
        return await self._post(request, self._answer)

    async def score(self, request: Request) -> Response:
        """Answer one POST with the discriminator's scores."""
        return await self._post(request, self._scores)

    async def _post(self, request: Request, answer: Answer) -> Response:
        async def act() -> Response:
            synthesizer = await self._synthesizer(request.query_params.get("model"))
            body = await read_body(request, max_request_bytes(synthesizer.info.z_dim, len(synthesizer.info.labels)))
            try:
                content = await answer(synthesizer, body, Throttle(PICTURES_PER_SECOND, BURST))
            except NoDiscriminator as error:
                return failure(str(error), 404)
            return Response(content, media_type="application/octet-stream", headers=FRESH)

        return await self._gate.answer(request, act)

    async def _serve(self, socket: WebSocket, model: str | None) -> None:
        synthesizer = await self._synthesizer(model)
        throttle = Throttle(PICTURES_PER_SECOND, BURST)
        while True:
            try:
                frame = await asyncio.wait_for(socket.receive_bytes(), IDLE_SECONDS)
            except asyncio.TimeoutError:
                await socket.close(IDLE)
                return
            except KeyError:  # Starlette's answer to a text frame
                raise RequestRefused("a request is a binary frame, found text") from None
            if synthesizer.info.source == "run":
                synthesizer = await self._synthesizer(model)  # it may have learned since
            try:
                answer = await self._answer(synthesizer, frame, throttle)
            except RequestRefused as error:
                answer = encode_refusal(error.request_id, str(error))
            await socket.send_bytes(answer)

    async def _answer(self, synthesizer: Synthesizer, frame: bytes, throttle: Throttle) -> bytes:
        request = parse_request(frame, synthesizer.info.z_dim, len(synthesizer.info.labels))
        await throttle.take(len(request.z))
        loop = asyncio.get_running_loop()
        rgb: npt.NDArray[np.uint8] = await loop.run_in_executor(self._threads, synthesizer.rgb, request.z, request.labels)
        return encode_answer(request.request_id, rgb)

    async def _scores(self, synthesizer: Synthesizer, frame: bytes, throttle: Throttle) -> bytes:
        if not synthesizer.info.scores:
            raise NoDiscriminator(f"{synthesizer.info.name} has no discriminator to judge its pictures")
        request = parse_request(frame, synthesizer.info.z_dim, len(synthesizer.info.labels))
        await throttle.take(len(request.z))
        scores = await asyncio.get_running_loop().run_in_executor(self._threads, synthesizer.scores, request.z, request.labels)
        return scores.astype("<f4").tobytes()

    async def _synthesizer(self, model: str | None) -> Synthesizer:
        """Load on a thread that makes no pictures, so that others' pictures go on."""
        return await asyncio.to_thread(self._studio.synthesizer, model or self._studio.default_model)


async def _refuse(socket: WebSocket, sentence: str) -> None:
    try:
        await socket.send_bytes(encode_refusal(WHOLE_CONNECTION, sentence))
        await socket.close(REFUSED)
    except (WebSocketDisconnect, RuntimeError):  # the other side is gone already
        pass
