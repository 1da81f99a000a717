"""The live view of a training run: charts, the sheet of fixed z, progress and orders, all in the page's own script."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts

SCRIPTS = (
    "../routes/routes.js",
    "words.js",
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


FIELD = "train.form.field_"  # how the form calls a setting


def names_of_settings(table: Mapping[str, str]) -> dict[str, str]:
    """Return setting -> its name in the form, in the language of `table`."""
    return {key.removeprefix(FIELD): name for key, name in table.items() if key.startswith(FIELD)}


def live_view(tables: Mapping[str, Mapping[str, str]]) -> gr.HTML:
    """Return the live view. The document's event `dcgan:run`, its detail a run's name, makes it show that run.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.live` go into the page.
    """
    constants = {
        "TABLES": component_texts(tables, "train.live", "train.way"),
        "FIELDS": {language: names_of_settings(table) for language, table in tables.items()},
        "PLOTLY_VERSION": version("plotly"),
    }
    return component(Path(__file__).parent, SCRIPTS, constants, elem_id="dcgan-live")
