"""Pictures of a wanted kind, by the classifiers that come with the package.

{"first": seed, "wanted": {"Smiling": true, "Male": false}} -> {"seeds": [seed, …], "next": the seed to go on from}
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dcgan.config import MAX_SEED
from dcgan.directions.attributes import Attributes, load_attributes, suiting
from dcgan.errors import ConfigError
from dcgan.web.keys import parse_number
from dcgan.web.protocol import RequestRefused

if TYPE_CHECKING:
    from dcgan.models import ModelInfo, Synthesizer

OFFERED = 24
MOST_TRIED = 1024
AT_ONCE = 64
SURE = 0.9  # probability from which a picture counts as of a kind, and 1 - SURE up to which as not


def questions_for(info: ModelInfo) -> list[list[str]]:
    """Return what can be wanted of a model's pictures, a list a question, one name for yes or no.

    A model with labels is asked for those instead, and for some kinds of pictures no classifier comes with the package.
    """
    try:
        return [] if info.labels else [list(question) for question in _attributes(suiting(info)[0]).questions]
    except ConfigError:
        return []


def offers(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Look through seeds for pictures of the wanted kind."""
    known = [name for question in questions_for(synthesizer.info) for name in question]
    wanted = asked.get("wanted")
    if not isinstance(wanted, dict) or not all(name in known and isinstance(answer, bool) for name, answer in wanted.items()):
        raise RequestRefused(f"wanted names attributes, true or false each, of {', '.join(known) or 'none'}; found {wanted!r:.80}")
    first = parse_number(asked, "first", 0, 0, MAX_SEED - MOST_TRIED)
    seeds: list[int] = []
    tried = 0
    while len(seeds) < OFFERED and tried < MOST_TRIED:
        seeds += _fitting(synthesizer, range(first + tried, first + tried + AT_ONCE), known, wanted)
        tried += AT_ONCE
    if len(seeds) > OFFERED:
        seeds = seeds[:OFFERED]
        tried = seeds[-1] + 1 - first
    if not seeds:
        raise RequestRefused(f"none of {MOST_TRIED} pictures is like that; ask for less, or look on from seed {first + tried}")
    return {"seeds": seeds, "next": first + tried}


def _fitting(synthesizer: Synthesizer, seeds: range, known: list[str], wanted: Mapping[str, bool]) -> list[int]:
    probabilities = _attributes(suiting(synthesizer.info)[0]).predict(synthesizer.images(synthesizer.z(seeds)))
    fits = np.ones(len(seeds), bool)
    for name, answer in wanted.items():
        p = probabilities[:, known.index(name)]
        fits &= p >= SURE if answer else p <= 1 - SURE
    return [seed for seed, fit in zip(seeds, fits, strict=True) if fit]


@lru_cache
def _attributes(group: str) -> Attributes:
    return load_attributes(group)
