"""The explorer: one `gr.HTML` that holds z in the page and gets its pictures over our own routes (`dcgan.web`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts

SCRIPTS = (
    "../routes/routes.js",
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
    "undoing.js",
    "returning.js",
    "../served/served.js",
    "texts.js",
    "status.js",
    "panel.js",
    "../clipboard/clipboard.js",
    "equaliser.js",
    "radius.js",
    "walk.js",
    "rest.js",
    "sheet.js",
    "neighbours.js",
    "noise.js",
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
    "../tabs/tabs.js",
    "../help/help.js",
    "link.js",
    "marked.js",
    "models.js",
    "card.js",
    "deleting.js",
    "renaming.js",
    "opening.js",
    "stage.js",
    "following.js",
    "layer_table.js",
    "reading.js",
    "drop.js",
    "hub.js",
    "script.js",
)
STYLES = ("style.css", "../help/help.css")


def explorer(tables: Mapping[str, Mapping[str, str]], default_model: str) -> gr.HTML:
    """Return the component; `default_model` is shown where the address names none."""
    return component(
        Path(__file__).parent,
        SCRIPTS,
        styles=STYLES,
        elem_classes=["dcgan-explorer"],
        texts=explorer_texts(tables),
        default_model=default_model,
    )


def explorer_texts(tables: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return the component's sentences, and as `refusal_…` and `reading_…` what the server says no with and what it says of files.

    The English ones are there to know them by.
    """
    own, served = component_texts(tables, "explore"), {kind: component_texts(tables, kind) for kind in ("refusal", "reading")}
    return {
        language: {**table, **{f"{kind}_{name}": text for kind, tables in served.items() for name, text in tables[language].items()}}
        for language, table in own.items()
    }
