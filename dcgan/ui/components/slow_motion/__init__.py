"""Slow motion: one training step walked through phase by phase, and steps of one network alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component, component_texts

SCRIPTS = (
    "../routes/routes.js",
    "../live/words.js",
    "../live/api.js",
    "../form/layers.js",
    "objectives.js",
    "formulas.js",
    "diagram.js",
    "curve.js",
    "bars.js",
    "phases.js",
    "steps.js",
    "script.js",
)


def slow_motion(tables: Mapping[str, Mapping[str, str]]) -> gr.HTML:
    """Return the walk through a step of the run that the live view shows, of which the document's event `dcgan:shown` tells.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.slow` go into the page.
    """
    return component(Path(__file__).parent, SCRIPTS, {"TABLES": component_texts(tables, "train.slow")}, elem_id="dcgan-slow")
