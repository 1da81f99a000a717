"""Keras files written by hand, and a slow computation by Keras's own rules: channels last, `same` cut unevenly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

RANDOM = np.random.default_rng(3)


def draw(*shape: int) -> Any:
    return RANDOM.standard_normal(shape).astype(np.float32) * 0.3


def layer(kind: str, name: str, *takes: str, **config: Any) -> dict[str, Any]:
    """Return a layer's record; `takes` names those before it, in a functional model."""
    nodes = {"name": name, "inbound_nodes": [[[before, 0, 0, {}] for before in takes]] if takes else []}
    return {"class_name": kind, "config": {"name": name, **config}, **nodes}


def functional(name: str, layers: list[dict[str, Any]], inputs: list[str], *takes: str) -> dict[str, Any]:
    ends = {"input_layers": [[each, 0, 0] for each in inputs], "output_layers": [[layers[-1]["config"]["name"], 0, 0]]}
    return layer("Functional", name, *takes, layers=layers, **ends)


def write_h5(path: Path, config: Mapping[str, Any], weights: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write a whole model; `weights` are by the outermost layer, then by name as in `dense_1/kernel:0`."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        own = config["config"]["layers"]
        names = [record.get("name") or record["config"]["name"] for record in own]
        group.attrs["layer_names"] = [name.encode() for name in names]
        for name in names:
            inside = group.create_group(name)
            inside.attrs["weight_names"] = [weight.encode() for weight in weights.get(name, {})]
            for weight, value in weights.get(name, {}).items():
                inside[weight] = value
    return path


def named(**arrays: list[Any]) -> dict[str, dict[str, Any]]:
    """Return weights by layer, each array with a name of its own."""
    return {name: {f"{name}/weight_{k}:0": value for k, value in enumerate(values)} for name, values in arrays.items()}


def transposed(x: Any, kernel: Any, bias: Any, stride: int, same: bool = True) -> Any:
    """Add up each pixel's kernel, one by one; `same` keeps height x stride rows, cutting the odd one at the end."""
    n, height, width, _ = x.shape
    side = kernel.shape[0]
    full = np.zeros((n, (height - 1) * stride + side, (width - 1) * stride + side, kernel.shape[2]))
    for row in range(height):
        for column in range(width):
            part = np.einsum("ni,hwoi->nhwo", x[:, row, column], kernel)
            full[:, row * stride : row * stride + side, column * stride : column * stride + side] += part
    cut = max(side - stride, 0) // 2 if same else 0
    return (full[:, cut : cut + height * stride, cut : cut + width * stride] if same else full) + bias


def convolved(x: Any, kernel: Any, bias: Any) -> Any:
    """Move an odd kernel over the picture, with zeros around it."""
    edge = kernel.shape[0] // 2
    wide = np.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    views = np.lib.stride_tricks.sliding_window_view(wide, kernel.shape[:2], (1, 2))  # (n, h, w, c, kh, kw)
    return np.einsum("nhwckl,klco->nhwo", views, kernel) + bias


def leaky(x: Any, slope: float) -> Any:
    return np.where(x > 0, x, slope * x)


def normed(x: Any, gain: Any, shift: Any, mean: Any, variance: Any, eps: float = 1e-3) -> Any:
    return (x - mean) / np.sqrt(variance + eps) * gain + shift


def statistics(channels: int) -> list[Any]:
    return [1 + draw(channels), draw(channels), draw(channels), np.abs(draw(channels)) + 0.5]
