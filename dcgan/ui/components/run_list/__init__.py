"""The runs under the live view: keep them in order, carry them elsewhere, and look back at any z."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from dcgan.ui.components import component_files, component_texts

SCRIPTS = ("../live/words.js", "../live/api.js", "choosing.js", "keeper.js", "film.js", "script.js")


def run_list(tables: Mapping[str, Mapping[str, str]], public: bool) -> gr.HTML:
    """Return the list of runs and the time machine.

    Parameters
    ----------
    tables
        Language -> key -> sentence; the keys under `train.runs` go into the page.
    public
        True where strangers come in: nothing is taken in, nothing handed out.
    """
    files = component_files(Path(__file__).parent, SCRIPTS)
    constants = {"TABLES": component_texts(tables, "train.runs"), "PUBLIC": public}
    declared = "".join(f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in constants.items())
    return gr.HTML(
        html_template=files.template,
        css_template=files.css,
        js_on_load=declared + files.js,
        apply_default_css=False,
        elem_id="dcgan-runs",
    )
