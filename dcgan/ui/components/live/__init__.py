"""The live view of a training run: charts, the sheet of fixed z, progress and orders, all in the page's own script."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts, setting_names

SCRIPTS = (
    "../routes/routes.js",
    "words.js",
    "settings.js",
    "api.js",
    "../making_way/making_way.js",
    "plotly.js",
    "history.js",
    "charts.js",
    "sheet.js",
    "measured.js",
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
    constants = {
        "TABLES": component_texts(tables, "train.live", "train.way"),
        "FIELDS": setting_names(tables),
        "PLOTLY_VERSION": version("plotly"),
    }
    return component(Path(__file__).parent, SCRIPTS, constants, elem_id="dcgan-live")
