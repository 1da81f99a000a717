"""How alike the pictures of a set are: repeats, how far they spread, and whether mirrored ones are of the same kind.

Everything is measured on 16x16 RGB pictures. Radford et al. 2015, section 4.1.1, looked for near-duplicates too, by the binarised code of
a small autoencoder, so that millions could be compared; what a code says of two pictures depends on all others that it was learned from.
Here two pictures are alike by themselves: by their distance, which for these numbers can be had of all pairs.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dcgan.data.dataset import Images

SIDE = 16  # pixels
COARSE = 4  # pixels a side of what most pairs are told apart by
# Of altered copies (JPEG at quality 50, 3/4 of the size and back, brightness + 15 %, contrast - 15 %; n = 300 of each set) these bounds
# find 99.7 % of faces and 97 % of drawn shapes at 64 px, 98.7 % of clothes at 32 px and 92 % of the digits of mnist-28; among 2,000 as they
# come they find 0, 5, 7 and 0 repeats.
FARTHEST = 0.12  # root mean square distance of two alike pictures, each brought to mean 0 and deviation 1
DARKER = 0.2  # difference of their mean lightness, of 1
MOST_MIRRORED = 2_000
FEWEST_MIRRORED = 200  # pictures below which the nearest neighbour is too far to say anything
_ROWS = 500  # pictures compared with all others at once
_QUIET = 4 / 255  # added to a picture's deviation, so that noise on a plain ground is not blown up

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Variety:
    """How far the pictures of a set spread.

    `distance` is the root mean square difference of two pictures, their values running from 0 to 1; `common` the share of all contrast
    that the mean picture has, from 0 (nothing lies at the same place) to 1 (all are one picture).
    """

    distance: float
    common: float


def reduce_pictures(images: Images) -> Images:
    """Return pictures (n, h, h, c) as uint8 (n, 16, 16, 3), each pixel the mean of those it stands for."""
    reduced = np.empty((len(images), SIDE, SIDE, 3), dtype=np.uint8)
    for k, image in enumerate(images):
        picture = Image.fromarray(image if image.shape[2] == 3 else image[..., 0]).convert("RGB")
        reduced[k] = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
    return reduced


def find_repeats(images: Images) -> list[int]:
    """Return for each picture of `images` (n, 16, 16, 3) the index of the first one that it is alike to: its own for most.

    That one is its own first: whoever is alike to a repeat only is none.
    """
    x = _points(images)  # (n, d)
    lightness = x.mean(1)
    centred = x - lightness[:, None]
    plain = centred / (centred.std(1, keepdims=True) + _QUIET)
    coarse = _coarse(plain)
    first = np.arange(len(x))
    is_first = np.ones(len(x), dtype=bool)
    for start in range(0, len(x), _ROWS):
        rows, so_far = slice(start, start + _ROWS), slice(0, start + _ROWS)
        near = _squared(coarse[rows], coarse[so_far]) <= coarse.shape[1] * FARTHEST**2  # (rows, so far)
        near &= np.abs(lightness[rows, None] - lightness[so_far]) <= DARKER
        for row, candidates in enumerate(near, start):
            earlier = np.flatnonzero(candidates[:row] & is_first[:row])
            apart = np.sqrt(((plain[earlier] - plain[row]) ** 2).mean(1))
            alike = earlier[apart <= FARTHEST]
            if len(alike):
                first[row], is_first[row] = alike[0], False
    found: list[int] = first.tolist()
    return found


def _coarse(plain: Floats) -> Floats:
    """Return the means of blocks (n, 48): two pictures are never nearer, root mean square, than their blocks are."""
    block = SIDE // COARSE
    means: Floats = plain.reshape(-1, COARSE, block, COARSE, block, 3).mean((2, 4)).reshape(len(plain), -1)
    return means


def measure_variety(images: Images) -> Variety:
    """Return how far at least two pictures (n, 16, 16, 3) spread."""
    x = _points(images)
    mean = x.mean(0)
    within = float(((x - mean) ** 2).mean())
    by_colour = mean.reshape(-1, 3)
    by_chance = within / len(x)  # the mean of few pictures keeps some contrast of theirs
    shared = max(0.0, float(((by_colour - by_colour.mean(0)) ** 2).mean()) - by_chance)
    distance = (2 * within * len(x) / (len(x) - 1)) ** 0.5
    return Variety(distance, shared / (shared + within) if shared + within else 1.0)


def measure_mirrored(images: Images) -> float | None:
    """Return how much farther a mirrored picture is from its nearest other one than the picture itself, as a ratio of means.

    About 1 where a mirrored picture might as well be in the set, more for letters, digits, and whatever always faces one way. None for
    fewer than FEWEST_MIRRORED pictures (n, 16, 16, 3); of more than MOST_MIRRORED the first count.
    """
    if len(images) < FEWEST_MIRRORED:
        return None
    images = images[:MOST_MIRRORED]
    x = _points(images)
    plain, mirrored = _nearest(x, x), _nearest(_points(images[:, :, ::-1]), x)
    return float(mirrored.mean() / plain.mean()) if plain.mean() else 1.0


def _nearest(x: Floats, others: Floats) -> Floats:
    """Return the distance of each point to the nearest of `others`, that of the same index left out."""
    found = np.empty(len(x), dtype=np.float32)
    for start in range(0, len(x), _ROWS):
        part = x[start : start + _ROWS]
        squared = _squared(part, others)
        squared[np.arange(len(part)), np.arange(start, start + len(part))] = np.inf
        found[start : start + _ROWS] = np.sqrt(np.maximum(squared.min(1), 0))
    return found


def _squared(a: Floats, b: Floats) -> Floats:
    """Return the squared distances (n, m) of points (n, d) and (m, d), rounded: those of equal ones may be a little below 0."""
    squared: Floats = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return squared


def _points(images: Images) -> Floats:
    return images.reshape(len(images), -1).astype(np.float32) / 255


def grouped(keys: Sequence[Hashable]) -> list[list[int]]:
    """Return the indices that share a key, where there are at least two, the largest groups first."""
    gathered: dict[Hashable, list[int]] = {}
    for index, key in enumerate(keys):
        gathered.setdefault(key, []).append(index)
    return sorted((group for group in gathered.values() if len(group) > 1), key=len, reverse=True)
