"""Directions over HTTP.

GET   /gradio_api/dcgan/directions?model=M&method=raw|sefa|pca|attribute|saved[&group=G]
          200 {"state": "ready", method, group, groups, step, n, directions: [{id, name, method, vector, share, effect, note}, …]}
          202 {"state": "working", done, total, what}      ask again in half a second; equal requests share one computation
POST  /gradio_api/dcgan/directions/marked?model=M          {"name", "positive": [z, …], "negative": [z, …]} -> {"direction": {…}}
PUT   /gradio_api/dcgan/directions/saved?model=M           {"directions": [{"id"?, "name", "vector"}, …]} -> {"directions": [{…}, …]}

A vector or z is text as of `latent.z_to_text`. PUT replaces what was saved; it is refused on a
public server, where every visitor would see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.directions import METHODS, Direction, Found, find_directions, marked_direction
from dcgan.directions.attributes import GROUPS, suiting
from dcgan.directions.finding import MOST, MOST_RAW
from dcgan.directions.jobs import Jobs
from dcgan.directions.keeping import MOST_SAVED, save
from dcgan.directions.marking import MOST as MOST_MARKED
from dcgan.errors import ConfigError, DCGANError
from dcgan.latent import z_from_text, z_to_text
from dcgan.latent.directions import Floats
from dcgan.web.answers import answer_json
from dcgan.web.bodies import failure, read_object, refusal
from dcgan.web.guard import Gate
from dcgan.web.pictures import PREFIX
from dcgan.web.protocol import MAX_VALUE

if TYPE_CHECKING:
    from dcgan.models import Synthesizer
    from dcgan.studio import Studio

MOMENT, PATIENCE = 0.02, 50  # an answer waits 50 times 20 ms, as long as SeFa may take, before it says "working"
POSTS_AT_ONCE = 4


def direction_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes that find, make and save directions."""
    server = Directions(studio)
    return [
        Route(f"{PREFIX}/directions", server.find, methods=["GET"]),
        Route(f"{PREFIX}/directions/marked", server.marked, methods=["POST"]),
        Route(f"{PREFIX}/directions/saved", server.save, methods=["PUT"]),
    ]


class Directions:
    """Directions of the studio's models, for the page."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self._jobs = studio, Jobs()
        self._gate = Gate(POSTS_AT_ONCE, "directions are for pages of this server only")

    async def find(self, request: Request) -> Response:
        """Answer with directions, or with how far their computation is."""
        turned_away = self._gate.turned_away(request)
        if turned_away is not None:
            return turned_away
        try:
            maker = await self._synthesizer(request)
            return await self._find(maker, request.query_params.get("method", ""), request.query_params.get("group"))
        except DCGANError as error:
            return refusal(error)

    async def _find(self, maker: Synthesizer, method: str, group: str | None) -> Response:
        if method not in METHODS:
            raise ConfigError(f"the method is {', '.join(METHODS)}; found {method[:40]!r}")
        groups = suiting(maker.info)
        if group not in (None, *groups):
            raise ConfigError(f"no attributes are called {str(group)[:40]!r}; there are {', '.join(GROUPS)}")
        if method == "saved":
            return answer_json(_listed(await run_in_threadpool(find_directions, maker, method), groups))
        job = self._jobs.ask(maker, method, (group or groups[0]) if method == "attribute" else None)
        for _ in range(PATIENCE):
            if job.result.done():
                break
            await asyncio.sleep(MOMENT)
        if not job.result.done():
            return answer_json({"state": "working", "done": job.done, "total": job.total, "what": job.what}, 202)
        return answer_json(_listed(job.result.result(), groups))

    async def marked(self, request: Request) -> Response:
        """Answer with the direction between marked examples."""
        return await self._post(request, self._marked)

    async def save(self, request: Request) -> Response:
        """Save directions with a model."""
        if self._studio.public:
            return failure("directions are not saved on a public server; download them instead", 403)
        return await self._post(request, self._save)

    async def _post(self, request: Request, answer: Callable[[Synthesizer, dict[str, Any]], dict[str, Any]]) -> Response:
        async def act() -> Response:
            maker = await self._synthesizer(request)
            record = await read_object(request, _max_bytes(maker.info.z_dim))
            return answer_json(await run_in_threadpool(answer, maker, record))

        return await self._gate.answer(request, act)

    def _marked(self, maker: Synthesizer, record: dict[str, Any]) -> dict[str, Any]:
        positive, negative = (_examples(record, side, maker.info.z_dim) for side in ("positive", "negative"))
        return {"direction": _encoded(marked_direction(maker, _name(record), positive, negative))}

    def _save(self, maker: Synthesizer, record: dict[str, Any]) -> dict[str, Any]:
        listed = record.get("directions")
        if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            raise ConfigError("directions is a list of objects with name and vector")
        wanted = [
            Direction(str(entry.get("id") or ""), _name(entry), "saved", _decoded(entry.get("vector"), maker.info.z_dim))
            for entry in listed[: MOST_SAVED + 1]
        ]
        return {"directions": [_encoded(direction) for direction in save(maker.info, wanted)]}

    async def _synthesizer(self, request: Request) -> Synthesizer:
        model = request.query_params.get("model") or self._studio.default_model
        return await run_in_threadpool(self._studio.synthesizer, model)


def _listed(found: Found, groups: tuple[str, ...]) -> dict[str, Any]:
    directions = [_encoded(direction) for direction in found.first(MOST_RAW if found.method == "raw" else MOST).directions]
    rest = {"method": found.method, "group": found.group, "groups": list(groups), "step": found.step, "n": found.n}
    return {"state": "ready", **rest, "directions": directions}


def _encoded(direction: Direction) -> dict[str, Any]:
    return {**direction.to_json(), "vector": z_to_text(direction.vector)}


def _decoded(text: object, z_dim: int) -> Floats:
    try:
        vector = z_from_text(str(text))
    except ValueError:
        raise ConfigError("a vector is the base64url of float32 numbers") from None
    if vector.shape != (z_dim,) or not np.all(np.abs(vector) <= MAX_VALUE):  # false for NaN as well
        raise ConfigError(f"a vector has {z_dim} numbers from -{MAX_VALUE:g} to {MAX_VALUE:g}, found {vector.size} numbers")
    return vector


def _examples(record: dict[str, Any], side: str, z_dim: int) -> Floats:
    listed = record.get(side)
    if not isinstance(listed, list) or len(listed) > MOST_MARKED:
        raise ConfigError(f"{side} is a list of at most {MOST_MARKED} vectors")
    return np.stack([_decoded(text, z_dim) for text in listed]) if listed else np.zeros((0, z_dim), np.float32)


def _name(record: dict[str, Any]) -> str:
    name = record.get("name")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 64:
        raise ConfigError("a direction's name has 1 to 64 characters")
    return name.strip()


def _max_bytes(z_dim: int) -> int:
    """Return the longest body that is read: all marked examples, or all saved directions."""
    return 2 * MOST_MARKED * (z_dim * 6 + 8) + 4_096
