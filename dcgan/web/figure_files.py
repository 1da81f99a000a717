"""What the Morph page's panels show, as PNG files: with their recipe, and with what was asked, from which the page opens them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dcgan.images import png_bytes
from dcgan.models.arithmetic import enlargement, make_arithmetic
from dcgan.models.replay import Layout, PictureRecipe, chunk
from dcgan.web.concepts import SIDE, STEPS, filled, label_of, terms, turned
from dcgan.web.protocol import RequestRefused

if TYPE_CHECKING:
    from dcgan.models import Synthesizer

Sheet = npt.NDArray[np.uint8]
Figure = tuple[Sheet, PictureRecipe | None]


def figure_file(synthesizer: Synthesizer, asked: Mapping[str, Any], of: str) -> bytes:
    """Make the PNG of what `asked` says of a panel: "arithmetic", "turn" or "plane"."""
    if of not in FIGURES:
        raise RequestRefused(f"a figure is one of {', '.join(FIGURES)}, found {of[:40]!r}")
    make, names = FIGURES[of]
    sheet, recipe = make(synthesizer, asked)
    return png_bytes(sheet, chunk(synthesizer.info, recipe, morph_of(of, asked, names)))


def morph_of(of: str, asked: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a PNG tells the page: the panel, and of what was asked the parts that it knows."""
    return {"of": of, **{name: asked[name] for name in names if name in asked}}


def _arithmetic(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> Figure:
    a, b, c = terms(synthesizer, asked, least=1)
    made = make_arithmetic(synthesizer, a, b, c, label_of(synthesizer, asked))
    return made.sheet(), made.recipe(synthesizer.info)


def _turn(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> Figure:
    return _grid(synthesizer, turned(synthesizer, asked)[-1], synthesizer.labels(1, label_of(synthesizer, asked)), STEPS)


def _plane(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> Figure:
    z, weights = filled(synthesizer, asked)
    if weights is None or (weights.max(axis=1) == 1.0).all():
        return _grid(synthesizer, z, None if weights is None else weights.argmax(axis=1), SIDE)
    sheet, _ = _grid(synthesizer, z, weights, SIDE)
    return sheet, None  # a recipe names labels, and nothing between them


def _grid(synthesizer: Synthesizer, z: npt.NDArray[np.float32], labels: npt.NDArray[Any] | None, columns: int) -> Figure:
    """Lay pictures out in rows, enlarged so that they can be seen."""
    info = synthesizer.info
    classes = () if labels is None or labels.ndim == 2 else tuple(int(label) for label in labels)
    layout = Layout(columns, scale=enlargement(info.height, info.width))
    recipe = PictureRecipe(info.name, info.sha256, len(z), layout, z=z, labels=classes)
    return recipe.lay_out(synthesizer.images(z, labels)), recipe


FIGURES: Mapping[str, tuple[Callable[..., Figure], tuple[str, ...]]] = {
    "arithmetic": (_arithmetic, ("a", "b", "c", "label")),
    "turn": (_turn, ("left", "right", "samples", "label")),
    "plane": (_plane, ("corners", "labels")),
}
