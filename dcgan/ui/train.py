"""The Train page: the form, a run live and in slow motion or some runs beside each other, and the list of runs. Layout only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import gradio as gr

from dcgan.ui.components.compare import comparison_view
from dcgan.ui.components.form import training_form
from dcgan.ui.components.live import live_view
from dcgan.ui.components.run_list import run_list
from dcgan.ui.components.slow_motion import slow_motion

if TYPE_CHECKING:
    from dcgan.studio import Studio


def train_page(studio: Studio, tables: Mapping[str, Mapping[str, str]]) -> None:
    """Lay the page out, inside a Blocks context; `tables` holds the sentences: language -> key -> sentence."""
    with gr.Row():
        with gr.Column(scale=1, min_width=290):
            training_form(tables)
        with gr.Column(scale=3, min_width=340):
            live_view(tables)
            slow_motion(tables)
            comparison_view(tables)
            run_list(tables, studio.public)
