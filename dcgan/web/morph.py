"""The Morph page's routes: films, and sheets of whatever points it names.

POST /gradio_api/dcgan/film?model=MODEL                        what the page plays (`walks`)
POST /gradio_api/dcgan/walk?model=MODEL&format=mp4|gif|png     a film as a file (`walks`)
POST /gradio_api/dcgan/figure?model=MODEL&of=arithmetic|turn|plane what a panel shows, as a PNG file (`figure_files`)
POST /gradio_api/dcgan/pictures?model=MODEL                    {"points": [point, …], "labels"} -> a sheet (`sheets`)
POST /gradio_api/dcgan/arithmetic|turn|plane|figures?model=MODEL   (`concepts`)
POST /gradio_api/dcgan/offers?model=MODEL                      seeds whose pictures are of a kind (`offers`)

They take long beside one picture: they are made on a thread of their own, so that pictures go on, and few wait at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dcgan.errors import DCGANError
from dcgan.models.morphing import format_of
from dcgan.web.answers import FRESH, answer_json
from dcgan.web.bodies import read_object, refusal
from dcgan.web.concepts import arithmetic, corners, figures, turning
from dcgan.web.figure_files import figure_file
from dcgan.web.guard import Gate
from dcgan.web.offers import offers
from dcgan.web.pictures import PREFIX
from dcgan.web.sheets import pictures
from dcgan.web.walks import film, walk_file

if TYPE_CHECKING:
    from dcgan.models import Synthesizer
    from dcgan.studio import Studio

AT_ONCE = 8
MOST_BYTES = 2**20
MEDIA = {"mp4": "video/mp4", "gif": "image/gif", "png": "image/png"}
Work = Callable[["Synthesizer", Mapping[str, Any]], Any]
RECORDS: Mapping[str, Work] = {
    "film": film,
    "pictures": pictures,
    "arithmetic": arithmetic,
    "turn": turning,
    "plane": corners,
    "figures": figures,
    "offers": offers,
}


def morph_routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of the Morph page."""
    morph = MorphServer(studio)
    records = [Route(f"{PREFIX}/{name}", morph.record, methods=["POST"]) for name in RECORDS]
    return [
        *records,
        *(Route(f"{PREFIX}/{name}", work, methods=["POST"]) for name, work in (("walk", morph.walk), ("figure", morph.figure))),
    ]


class MorphServer:
    """Makes what the Morph page asks for, one after another."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="morph")
        self._gate = Gate(AT_ONCE, "films are made for pages of this server only", "others are making films; try again in a minute")

    async def record(self, request: Request) -> Response:
        """Answer with the JSON that the route's name stands for."""
        work = RECORDS[request.url.path.rpartition("/")[2]]
        return await self._answer(request, lambda synthesizer, asked: answer_json(work(synthesizer, asked)))

    async def walk(self, request: Request) -> Response:
        """Answer with a film as a file."""
        try:
            kind = format_of(request.query_params.get("format", ""))
        except DCGANError as error:
            return refusal(error)
        return await self._answer(request, lambda model, asked: _file(walk_file(model, asked, kind), kind))

    async def figure(self, request: Request) -> Response:
        """Answer with a figure as a PNG."""
        of = request.query_params.get("of", "")
        return await self._answer(request, lambda model, asked: _file(figure_file(model, asked, of), "png"))

    async def _answer(self, request: Request, work: Callable[..., Response]) -> Response:
        async def act() -> Response:
            model = request.query_params.get("model") or self._studio.default_model
            asked = await read_object(request, MOST_BYTES)
            synthesizer = await asyncio.to_thread(self._studio.synthesizer, model)
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, synthesizer, asked)

        return await self._gate.answer(request, act)


def _file(content: bytes, kind: str) -> Response:
    return Response(content, media_type=MEDIA[kind], headers=FRESH)
