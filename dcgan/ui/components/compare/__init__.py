"""Some runs beside each other: what their recipes differ in, their sheets under one scrubber, their curves over each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component_files, component_texts

SHARED = ("words.js", "api.js", "plotly.js", "history.js")  # of the live view
SCRIPTS = (*(f"../live/{name}" for name in SHARED), "source.js", "curves.js", "sheets.js", "table.js", "queue.js", "script.js")


def comparison_view(tables: Mapping[str, Mapping[str, str]]) -> gr.HTML:
    """Return the view, in the place of the live one while it is open.

    The document's events `dcgan:compare`, its detail the names of two to four runs, and `dcgan:comparison`, its detail the name of a
    comparison of one setting, open it, and so do `compare=` and `comparison=` in the address.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.compare` go into the page.
    """
    files = component_files(Path(__file__).parent, SCRIPTS)
    constants = {"TABLES": component_texts(tables, "train.compare"), "PLOTLY_VERSION": version("plotly")}
    declared = "".join(f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in constants.items())
    return gr.HTML(
        html_template=files.template,
        css_template=files.css,
        js_on_load=declared + files.js,
        apply_default_css=False,
        elem_id="dcgan-compare",
    )
