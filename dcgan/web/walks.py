"""Walks between pictures, for the Morph page.

film   {"keys": [point, …] (`keys`), "frames": a segment, "loop": false, "labels": [of the key points, repeated], or null}
       -> {"shell": [low, high], "paths": [{"method", "norms": [n], "changes": [n - 1, or n of a loop], and the frames (`sheets`)}]}
walk   the same, with "fps" and "method": "slerp" | "lerp" | null -> a file
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from dcgan.films import MOST_FPS
from dcgan.latent import Method, shell
from dcgan.models.morphing import Format, Walk, make_walk, ways_of
from dcgan.web.figure_files import morph_of
from dcgan.web.keys import parse_labels, parse_number, parse_points
from dcgan.web.protocol import RequestRefused
from dcgan.web.sheets import sheet_record

if TYPE_CHECKING:
    from dcgan.models import Synthesizer

KEPT = ("keys", "frames", "loop", "labels", "fps", "method")  # what a strip tells the page, to open it again
MOST_FRAMES = 1000  # of one film: 50 seconds at 20 a second


def film(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Make the walk by every method that fits the prior."""
    info = synthesizer.info
    ways = ways_of(info)
    with ThreadPoolExecutor(len(ways)) as threads:  # a way each: on two cores the film is there in half the time
        paths = list(threads.map(lambda method: _path(method, _walk(synthesizer, asked, method)), ways))
    return {"shell": shell(info.z_dim, info.prior), "paths": paths}


def walk_file(synthesizer: Synthesizer, asked: Mapping[str, Any], kind: Format) -> bytes:
    """Make one walk as a file."""
    fps = parse_number(asked, "fps", 20, 1, MOST_FPS)
    method = asked.get("method")
    if method not in (None, "slerp", "lerp"):
        raise RequestRefused(f"method is slerp or lerp, found {method!r}")
    return _walk(synthesizer, asked, method).encode(synthesizer.info, kind, fps, morph_of("film", asked, KEPT))


def _walk(synthesizer: Synthesizer, asked: Mapping[str, Any], method: Method | None) -> Walk:
    keys = parse_points(asked, "keys", synthesizer)
    frames = parse_number(asked, "frames", 16, 1, MOST_FRAMES)
    if len(keys) * frames > MOST_FRAMES:
        raise RequestRefused(f"a film has at most {MOST_FRAMES} frames, found {len(keys)} key points with {frames} frames each")
    return make_walk(synthesizer, keys, frames, method, asked.get("loop") is True, parse_labels(asked, synthesizer))


def _path(method: Method, walk: Walk) -> dict[str, Any]:
    norms, changes = ([round(float(value), 4) for value in values] for values in (walk.norms(), walk.changes()))
    return {"method": method, "norms": norms, "changes": changes, **sheet_record(walk.images)}
