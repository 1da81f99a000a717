"""Walks between pictures by a model: for the command line, Python and the Morph page's downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from dcgan.errors import ConfigError
from dcgan.films import film_bytes
from dcgan.images import Images, grid, png_bytes
from dcgan.latent import Method, walk
from dcgan.models.replay import Layout, PictureRecipe, chunk
from dcgan.models.synthesizer import Floats, ModelInfo, Synthesizer, Wanted

Format = Literal["mp4", "gif", "png"]


@dataclass(frozen=True)
class Walk:
    """The frames of a walk: latents z (n, z_dim), how much of each class a frame is (n, classes) or None, images (n, h, w, c)."""

    z: Floats
    labels: Floats | None
    images: Images
    loop: bool = False

    def encode(self, info: ModelInfo, kind: Format, fps: int, morph: Mapping[str, Any] | None = None) -> bytes:
        """Return a film of `fps` frames a second, or as PNG all frames side by side, with their recipe and what the page asked for."""
        if kind != "png":
            return film_bytes(self.images, kind, fps)
        return png_bytes(grid(self.images, len(self.images)), chunk(info, self.recipe(info), morph))

    def recipe(self, info: ModelInfo) -> PictureRecipe | None:
        """Return what a strip of the frames says of itself; None where frames lie between labels, which a recipe cannot name."""
        classes: tuple[int, ...] = ()
        if self.labels is not None:
            if not (self.labels.max(axis=1) == 1.0).all():
                return None
            classes = tuple(int(row.argmax()) for row in self.labels)
        return PictureRecipe(info.name, info.sha256, len(self.z), Layout(len(self.z)), z=self.z, labels=classes)

    def norms(self) -> Floats:
        """Return the length of each z, (n,)."""
        return np.asarray(np.linalg.norm(self.z.astype(np.float64), axis=1), np.float32)

    def changes(self) -> Floats:
        """Return how much each frame differs from the next, and of a loop the last from the first: the mean over its pixels, 0 to 255."""
        after = np.concatenate([self.images[1:], self.images[:1]]) if self.loop else self.images[1:]
        difference = np.abs(after.astype(np.int16) - self.images[: len(after)])
        return np.asarray(difference.reshape(len(after), -1).mean(axis=1), np.float32)


def format_of(ending: str) -> Format:
    """Return the format that a file name's ending, or a request, asks for; another one is a ConfigError."""
    for known in get_args(Format):
        if ending.lower().removeprefix(".") == known:
            return known  # type: ignore[no-any-return]
    raise ConfigError(f"a walk is saved as .mp4, .gif or .png (a strip), found {ending or 'no ending'!r}")


def ways_of(info: ModelInfo) -> tuple[Method, ...]:
    """Return the ways of walking that fit a model's prior: where z is uniform there is no sphere to follow."""
    return ("slerp", "lerp") if info.prior == "normal" else ("lerp",)


def way_of(info: ModelInfo, method: Method | None) -> Method:
    """Return how a walk goes, by default as fits the prior best; slerp where z is uniform is a ConfigError."""
    if method == "slerp" and "slerp" not in ways_of(info):
        raise ConfigError(f"slerp follows the sphere on which normal z lie, but z of {info.name} is uniform: take lerp")
    return method or ways_of(info)[0]


def make_walk(
    synthesizer: Synthesizer,
    keys: npt.ArrayLike,
    frames: int = 16,
    method: Method | None = None,
    loop: bool = False,
    labels: Wanted = None,
) -> Walk:
    """Walk through the key points (k, z_dim); the method is by default slerp, or lerp for a uniform prior.

    For conditional models key point j has label j mod n of the n `labels`; on the way the weights of the two classes change evenly.
    """
    z = walk(keys, frames, way_of(synthesizer.info, method), loop)
    classes = synthesizer.labels(len(np.asarray(keys)), labels)
    weights = None
    if classes is not None:
        weights = walk(np.eye(len(synthesizer.info.labels), dtype=np.float32)[classes], frames, "lerp", loop)
    return Walk(z, weights, synthesizer.images(z, weights), loop)
