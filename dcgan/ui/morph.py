"""The Morph page: layout and wiring only; everything that moves is in the component and in `dcgan.web`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dcgan.ui.components.morph import morph

if TYPE_CHECKING:
    from dcgan.studio import Studio


def morph_page(studio: Studio, tables: Mapping[str, Mapping[str, str]]) -> None:
    """Build the page inside the surrounding `gr.Blocks`."""
    morph(tables, studio.default_model)
