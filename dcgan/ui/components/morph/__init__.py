"""The laboratory of walks and arithmetic: one `gr.HTML` that names points and plays what our routes (`dcgan.web.morph`) make of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts
from dcgan.ui.components.explorer import explorer_texts

SCRIPTS = (
    "../routes/routes.js",
    "../served/served.js",
    "../explorer/texts.js",
    "../explorer/panel.js",  # numbers, create
    "../clipboard/clipboard.js",
    "../help/help.js",
    "../explorer/files.js",
    "../explorer/store.js",
    "memory.js",
    "api.js",
    "sheet.js",
    "curves.js",
    "player.js",
    "keys.js",
    "chooser.js",
    "steps.js",
    "opening.js",
    "key_points.js",
    "film_files.js",
    "film.js",
    "slots.js",
    "concepts.js",
    "../tabs/tabs.js",
    "script.js",
)
STYLES = ("style.css", "../help/help.css")


def morph(tables: Mapping[str, Mapping[str, str]], default_model: str) -> gr.HTML:
    """Return the component; `default_model` is shown where neither the address nor the browser's memory names one."""
    return component(
        Path(__file__).parent, SCRIPTS, styles=STYLES, elem_classes=["dcgan-morph"], texts=_texts(tables), default_model=default_model
    )


def _texts(tables: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return the component's sentences, and the explorer's names for kinds of models and attributes, and what the server says no with."""
    own, explorer = component_texts(tables, "morph"), explorer_texts(tables)
    shared = {
        language: {key: text for key, text in table.items() if key.startswith(("source_", "attribute_", "refusal_"))}
        for language, table in explorer.items()
    }
    return {language: {**shared[language], **own[language]} for language in own}
