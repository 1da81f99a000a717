"""The form of the Train page: data and length, everything else folded; the whole of it is in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts

SCRIPTS = (
    "../routes/routes.js",
    "../served/served.js",
    "../live/words.js",
    "../served/published.js",
    "../live/api.js",
    "../making_way/making_way.js",
    "../clipboard/clipboard.js",
    "wish.js",
    "fields.js",
    "versus.js",
    "layers.js",
    "curves.js",
    "examination.js",
    "own.js",
    "report.js",
    "script.js",
)


def training_form(tables: Mapping[str, Mapping[str, str]]) -> gr.HTML:
    """Return the form. It says `dcgan:run` on the document when it has started one.

    It carries, for the whole page, what the server says no with.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.form` go into the page.
    """
    constants = {"TABLES": component_texts(tables, "train.form", "train.way"), "SERVED": component_texts(tables, "train.refusal")}
    return component(Path(__file__).parent, SCRIPTS, constants, elem_id="dcgan-form")
