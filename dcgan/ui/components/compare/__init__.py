"""Some runs beside each other: what their recipes differ in, their sheets under one scrubber, their curves over each other."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts, setting_names

SHARED = ("words.js", "settings.js", "api.js", "plotly.js", "history.js")  # of the live view
OWN = ("source.js", "curves.js", "sheets.js", "table.js", "queue.js", "script.js")
SCRIPTS = ("../routes/routes.js", *(f"../live/{name}" for name in SHARED), "../making_way/making_way.js", *OWN)


def comparison_view(tables: Mapping[str, Mapping[str, str]]) -> gr.HTML:
    """Return the view, in the place of the live one while it is open.

    The document's events `dcgan:compare`, its detail the names of two to four runs, and `dcgan:comparison`, its detail the name of a
    comparison of one setting, open it, and so do `compare=` and `comparison=` in the address.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.compare` go into the page.
    """
    constants = {
        "TABLES": component_texts(tables, "train.compare", "train.way"),
        "FIELDS": setting_names(tables),
        "PLOTLY_VERSION": version("plotly"),
    }
    return component(Path(__file__).parent, SCRIPTS, constants, elem_id="dcgan-compare")
