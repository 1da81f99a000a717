"""The live view of a training run: charts, the sheet of fixed z, progress and orders, all in the page's own script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component_files, component_texts

SCRIPTS = (
    "words.js",
    "api.js",
    "plotly.js",
    "history.js",
    "charts.js",
    "sheet.js",
    "kid.js",
    "guess.js",
    "lineup.js",
    "progress.js",
    "picker.js",
    "panel.js",
    "changing.js",
    "happenings.js",
    "axes.js",
    "projector.js",
    "script.js",
)


def live_view(tables: Mapping[str, Mapping[str, str]]) -> gr.HTML:
    """Return the live view. The document's event `dcgan:run`, its detail a run's name, makes it show that run.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.live` go into the page.
    """
    files = component_files(Path(__file__).parent, SCRIPTS)
    constants = {"TABLES": component_texts(tables, "train.live"), "PLOTLY_VERSION": version("plotly")}
    declared = "".join(f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in constants.items())
    return gr.HTML(
        html_template=files.template,
        css_template=files.css,
        js_on_load=declared + files.js,
        apply_default_css=False,
        elem_id="dcgan-live",
    )
