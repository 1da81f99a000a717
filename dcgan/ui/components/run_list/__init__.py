"""The runs under the live view: keep them in order, carry them elsewhere, and look back at any z."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts, setting_names

SCRIPTS = (
    "../routes/routes.js",
    "../live/words.js",
    "../live/settings.js",
    "../live/api.js",
    "choosing.js",
    "keeper.js",
    "film.js",
    "script.js",
)


def run_list(tables: Mapping[str, Mapping[str, str]], public: bool) -> gr.HTML:
    """Return the list of runs and the time machine.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.runs` go into the page.
    public
        True where strangers come in: nothing is taken in, nothing handed out.
    """
    constants = {"TABLES": component_texts(tables, "train.runs"), "FIELDS": setting_names(tables), "PUBLIC": public}
    return component(Path(__file__).parent, SCRIPTS, constants, elem_id="dcgan-runs")
