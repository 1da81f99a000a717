"""What a PNG of ours says of itself: the recipe in its text chunk `dcgan`, from which the same pixels are made again.

{"model": name, "sha256": of generator.safetensors or null,
 "seed": int or null                    of the first picture; picture k has seed + k
 "z": base64url of float32, or null     (n, z_dim) little endian, where the pictures are not the seeds' own
 "count": n, "label": int or null, or "labels": [int, …] repeated over the pictures
 "layout": {"columns": int, "padding": int, "scale": int},
 "slots": [n, n, n]                     only of arithmetic: how many z belong to a, b and c; the sheet is then that of `Arithmetic`
 "morph": {…}}                          only from the Morph page: what it was asked for, to open it there again

The Explore page writes and reads the same (`recipe.js`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dcgan.errors import ConfigError
from dcgan.images import enlarge, grid
from dcgan.latent import z_from_text, z_to_text
from dcgan.models.synthesizer import Floats, ModelInfo, Synthesizer

KEYWORD = "dcgan"
MOST = 100_000  # pictures of a sheet
MOST_PIXELS = 2**29  # of a sheet: the most pictures at 64 pixels a side


@dataclass(frozen=True)
class Layout:
    """How the pictures lie on the sheet: `padding` black pixels between them, then everything `scale` times as large."""

    columns: int
    padding: int = 2
    scale: int = 1

    def __post_init__(self) -> None:
        if not (self.columns >= 1 and 0 <= self.padding <= 64 and 1 <= self.scale <= 64):
            raise ConfigError(f"a layout has 1 or more columns, padding 0 to 64 and scale 1 to 64, found {self}")


@dataclass(frozen=True)
class PictureRecipe:
    """The pictures of one sheet. `z` is (n, z_dim), or None where picture k is that of `seed` + k; `labels` are repeated."""

    model: str
    sha256: str | None
    count: int
    layout: Layout
    seed: int | None = None
    z: Floats | None = None
    labels: tuple[int, ...] = ()
    slots: tuple[int, ...] = ()
    morph: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        z = None if self.z is None else z_to_text(self.z)
        labels: dict[str, Any] = {"labels": list(self.labels)} if len(self.labels) > 1 else {"label": next(iter(self.labels), None)}
        layout = {"columns": self.layout.columns, "padding": self.layout.padding, "scale": self.layout.scale}
        more = {**({"slots": list(self.slots)} if self.slots else {}), **({"morph": dict(self.morph)} if self.morph else {})}
        return {
            "model": self.model,
            "sha256": self.sha256,
            "seed": self.seed,
            "z": z,
            "count": self.count,
            **labels,
            "layout": layout,
            **more,
        }

    def text(self) -> dict[str, str]:
        """Return the text chunk for `png_bytes`."""
        return {KEYWORD: json.dumps(self.to_json(), ensure_ascii=False)}

    def latents(self, synthesizer: Synthesizer) -> Floats:
        """Return z (n, z_dim) of the pictures for the model that is to make them."""
        if self.z is not None:
            return self.z
        assert self.seed is not None
        return synthesizer.z(range(self.seed, self.seed + self.count))

    def sheet(self, synthesizer: Synthesizer, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return the sheet (H, W, 3) of the pictures (n, h, w, c) that `synthesizer` made, or raise a ConfigError where it is endless."""
        if not self.slots:
            return self.lay_out(images)
        from dcgan.models.arithmetic import make_arithmetic

        a, b, c = np.split(self.latents(synthesizer), np.cumsum(self.slots)[:-1])
        return make_arithmetic(synthesizer, a, b, c, self.labels or None).sheet()

    def lay_out(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return the sheet (H, W, 3) of the pictures (n, h, w, c), or raise a ConfigError where it would be endless."""
        sheet, scale = grid(images, self.layout.columns, self.layout.padding), self.layout.scale
        height, width = sheet.shape[0] * scale, sheet.shape[1] * scale
        if height * width > MOST_PIXELS:
            raise ConfigError(f"a sheet of {width} x {height} pixels is too large: a smaller scale or fewer pictures, please")
        return enlarge(sheet, scale)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> PictureRecipe:
        """Read what `to_json` or the page wrote; anything else is a ConfigError."""
        try:
            layout = record.get("layout") or {"columns": 1, "padding": 0}
            labels = record.get("labels", [record.get("label")])
            return _checked(
                cls(
                    model=str(record["model"]),
                    sha256=None if record.get("sha256") is None else str(record["sha256"]),
                    count=int(record.get("count", 1)),
                    layout=Layout(int(layout["columns"]), int(layout.get("padding", 0)), int(layout.get("scale", 1))),
                    seed=None if record.get("seed") is None else int(record["seed"]),
                    z=_decoded(record.get("z"), int(record.get("count", 1))),
                    labels=tuple(int(label) for label in labels if label is not None),
                    slots=tuple(int(count) for count in record.get("slots") or ()),
                    morph=dict(record["morph"]) if record.get("morph") else None,
                )
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError(f"it lacks or misstates {error}") from None


def chunk(info: ModelInfo, recipe: PictureRecipe | None, morph: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Return the text chunk of a recipe with what the Morph page was asked for.

    Where there is no recipe, as of pictures between two labels, that alone: enough for the page to make the same again.
    """
    if recipe is not None:
        return replace(recipe, morph=morph).text()
    return {KEYWORD: json.dumps({"model": info.name, "sha256": info.sha256, "morph": dict(morph)}, ensure_ascii=False)} if morph else None


def maker_of(recipe: PictureRecipe, model: str | None = None) -> Synthesizer:
    """Return the model that is to make the pictures again: `model`, or the recipe's own.

    That is looked for by its name alone: a file that may come from anyone opens no path and asks no server. Raises CheckpointError.
    """
    from dcgan.models import Library

    return Library().synthesizer(model or recipe.model, allow_paths=model is not None)


def read_recipe(path: Path) -> PictureRecipe:
    """Return the recipe in a PNG of ours, or raise a ConfigError that names the file."""
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            picture.load()
            text = picture.info.get(KEYWORD)
    except (OSError, ValueError, SyntaxError) as error:
        raise ConfigError(f"{path} cannot be read as a PNG: {error}") from None
    if text is None:
        raise ConfigError(f"{path} carries no recipe; only PNG files of this program do, and many programs drop it when they save")
    try:
        record = json.loads(text)
        if not isinstance(record, dict):
            raise ConfigError(f"it is no object but {type(record).__name__}")
        return PictureRecipe.from_json(record)
    except (ValueError, ConfigError) as error:
        raise ConfigError(f"the recipe in {path} cannot be used: {error}") from None


def _checked(recipe: PictureRecipe) -> PictureRecipe:
    if not 1 <= recipe.count <= MOST:
        raise ConfigError(f"it has 1 to {MOST} pictures, found {recipe.count}")
    if recipe.layout.columns > recipe.count:
        raise ConfigError(f"it has at most as many columns as pictures, found {recipe.layout.columns} for {recipe.count}")
    if recipe.slots and (len(recipe.slots) != 3 or min(recipe.slots) < 1 or sum(recipe.slots) != recipe.count):
        raise ConfigError(f"arithmetic has three slots that hold its {recipe.count} pictures, found {list(recipe.slots)}")
    if recipe.z is None and recipe.seed is None:
        raise ConfigError("it has neither a seed nor z")
    return recipe


def _decoded(text: object, count: int) -> Floats | None:
    if text is None:
        return None
    return z_from_text(str(text)).reshape(count, -1)
