"""The top of every page: the app's name and the way to the other pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts

PAGES = {"explore": "", "morph": "morph", "train": "train"}  # name -> path below the app's own address


def masthead(tables: Mapping[str, Mapping[str, str]], current: str) -> gr.HTML:
    """Return the component, which hides Gradio's own bar; `current` is the name of the page that it stands on."""
    return component(
        Path(__file__).parent,
        texts=component_texts(tables, "masthead"),
        pages=[{"name": name, "path": path} for name, path in PAGES.items()],
        current=current,
    )
