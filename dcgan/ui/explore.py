"""The Explore page: layout and wiring only; everything that moves is in the explorer component and in `dcgan.web`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dcgan.ui.components.explorer import explorer

if TYPE_CHECKING:
    from dcgan.studio import Studio


def explore_page(studio: Studio, tables: Mapping[str, Mapping[str, str]]) -> None:
    """Build the page inside the surrounding `gr.Blocks`."""
    explorer(tables, studio.default_model)
