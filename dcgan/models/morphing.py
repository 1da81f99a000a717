"""Walks between pictures and arithmetic on them, by a model: for the command line, Python and the Morph page's downloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from dcgan.errors import ConfigError
from dcgan.films import film_bytes
from dcgan.images import Images, enlarge, grid, png_bytes
from dcgan.latent import Method, combine, mean, noisy, walk
from dcgan.models.replay import Layout, PictureRecipe
from dcgan.models.synthesizer import Floats, ModelInfo, Synthesizer, Wanted

Format = Literal["mp4", "gif", "png"]
SHEET_SIDE = 64  # pictures of an arithmetic sheet are enlarged to at least this
CENTRE = 4  # the result's place among its 3 x 3


@dataclass(frozen=True)
class Walk:
    """The frames of a walk: latents z (n, z_dim), how much of each class a frame is (n, classes) or None, images (n, h, w, c)."""

    z: Floats
    labels: Floats | None
    images: Images
    loop: bool = False

    def encode(self, info: ModelInfo, kind: Format, fps: int) -> bytes:
        """Return a film of `fps` frames a second, or as PNG all frames side by side, with their recipe."""
        if kind != "png":
            return film_bytes(self.images, kind, fps)
        recipe = self.recipe(info)
        return png_bytes(grid(self.images, len(self.images)), recipe.text() if recipe else None)

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


@dataclass(frozen=True)
class Arithmetic:
    """The pictures of a - b + c: three slots (m, h, w, 3), their `means` (3, h, w, 3), the `result` between eight noisy neighbours
    (9, h, w, 3), and `pixels` (h, w, 3), the same arithmetic on the pictures themselves."""

    slots: tuple[Images, Images, Images]
    means: Images
    result: Images
    pixels: npt.NDArray[np.uint8]

    def sheet(self) -> npt.NDArray[np.uint8]:
        """Lay out as figure 7: a column a slot with its mean last, then the result among its neighbours, then the pixels' result."""
        height, width = self.pixels.shape[:2]
        rows = max(3, *(len(slot) for slot in self.slots)) + 1
        cells = np.zeros((rows, 9, height, width, 3), np.uint8)  # columns 3 and 7 stay empty
        for column, slot in enumerate(self.slots):
            cells[: len(slot), column] = slot
            cells[-1, column] = self.means[column]
        cells[-3:, 4:7] = self.result.reshape(3, 3, height, width, 3)
        cells[-2, 8] = self.pixels
        sheet = grid(cells.reshape(-1, height, width, 3), columns=9)
        return enlarge(sheet, max(1, SHEET_SIDE // min(height, width)))


def make_arithmetic(synthesizer: Synthesizer, a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, label: Wanted = None) -> Arithmetic:
    """Compute a - b + c of slots of latents (m, z_dim), in z and in pixels; of a conditional model, everything has the one `label`.

    Three samples a slot, because a single z is unstable (Radford et al. 2015, 6.3.2).
    """
    one_class = 0 if label is None and synthesizer.info.labels else label
    slots = (np.asarray(a), np.asarray(b), np.asarray(c))
    centre = combine(*slots)
    around = np.insert(noisy(centre), CENTRE, centre, axis=0)
    pictures = [synthesizer.rgb(slot, one_class) for slot in slots]
    means = synthesizer.rgb(np.stack([mean(slot) for slot in slots]), one_class)
    averages = [picture.astype(np.float64).mean(axis=0) for picture in pictures]
    pixels = np.clip(np.rint(averages[0] - averages[1] + averages[2]), 0, 255).astype(np.uint8)
    return Arithmetic((pictures[0], pictures[1], pictures[2]), means, synthesizer.rgb(around, one_class), pixels)
