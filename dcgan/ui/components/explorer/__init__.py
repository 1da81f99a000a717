"""The explorer: one `gr.HTML` that holds z in the page and gets its pictures over our own routes (`dcgan.web`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component_files, component_texts

SCRIPTS = (
    "latent.js",
    "files.js",
    "steering.js",
    "store.js",
    "address.js",
    "protocol.js",
    "engine.js",
    "stream.js",
    "history.js",
    "view.js",
    "panel.js",
    "equaliser.js",
    "radius.js",
    "walk.js",
    "rest.js",
    "sheet.js",
    "sheets.js",
    "score.js",
    "direction_source.js",
    "direction_rows.js",
    "own_directions.js",
    "direction_editor.js",
    "marks.js",
    "directions.js",
    "strongest.js",
    "recipe.js",
    "saving.js",
    "shelf.js",
    "tabs.js",
    "help.js",
    "link.js",
    "marked.js",
    "models.js",
    "opening.js",
    "stage.js",
    "following.js",
    "drop.js",
    "hub.js",
    "script.js",
)


def explorer(tables: Mapping[str, Mapping[str, str]], default_model: str) -> gr.HTML:
    """Return the component; `default_model` is shown where the address names none."""
    files = component_files(Path(__file__).parent, SCRIPTS)
    return gr.HTML(
        html_template=files.template,
        css_template=files.css,
        js_on_load=files.js,
        apply_default_css=False,
        elem_classes=["dcgan-explorer"],
        texts=component_texts(tables, "explore"),
        default_model=default_model,
    )
