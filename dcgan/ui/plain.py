"""The app that a tutorial would write for a generator, one slider and one picture: what `bench latency` measures ours beside."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from dcgan.ui.app import LOOPBACK, prepare_environment


def main(argv: Sequence[str] | None = None) -> int:
    """Serve dimension 0 of a model on a port until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(argv)
    prepare_environment()
    import gradio as gr
    import torch

    from dcgan.models import Library

    torch.set_num_threads(1)
    synthesizer = Library().synthesizer(options.model)
    start = synthesizer.z([0])[0]

    def picture(value: float) -> np.ndarray:
        z = start.copy()
        z[0] = value
        image: np.ndarray = synthesizer.rgb(z[None])[0]
        return image

    with gr.Blocks(analytics_enabled=False) as demo:
        slider = gr.Slider(-4, 4, value=0, step=0.01, label="Dimension 0")
        image = gr.Image(picture(0), label="Picture")
        slider.change(picture, slider, image)
    demo.launch(server_name=LOOPBACK[0], server_port=options.port, quiet=True, inbrowser=False, ssr_mode=False, share=False)
    return 0
