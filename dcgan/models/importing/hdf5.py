"""Keras models as data: their configuration and weights, by h5py, without Keras."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch

from dcgan.models.importing.keras_config import is_model, layers_of, name_of

MAX_VALUES = 1 << 28  # numbers in one array


def read_keras(source: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Return (weights, {"keras": configuration}). Weights are named `path of the layer/number`, the layer's path by names.

    Raises
    ------
    LookupError
        "no configuration": the file holds weights alone.
    """
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            config = json.loads(archive.read("config.json"))
            with h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as file:
                return dict(_weights_by_place(file, config)), {"keras": config}
    with h5py.File(source, "r") as file:
        if "model_config" not in file.attrs:
            raise LookupError("no configuration")
        config = json.loads(_text(file.attrs["model_config"]))
        return dict(_weights_by_name(file.get("model_weights", file), config)), {"keras": config}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _array(data: Any) -> torch.Tensor:
    if not isinstance(data, h5py.Dataset) or data.size > MAX_VALUES:
        raise ValueError("an array is missing or too large")
    return torch.from_numpy(np.array(data, np.float32))


def _weights_by_name(group: Any, config: Mapping[str, Any]) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield `layer/k` of a whole-model .h5: each layer's group lists its weights in order; a nested model's have their layer's name."""
    if not is_model(config):
        return
    models = {name_of(layer): _names(layer) for layer in layers_of(config) if is_model(layer)}
    for layer in (_text(name) for name in group.attrs["layer_names"]):
        counts: dict[str, int] = {}
        for name in (_text(name) for name in group[layer].attrs["weight_names"]):
            owner = f"{layer}/{_owner(name, models[layer])}" if layer in models else layer
            yield f"{owner}/{counts.setdefault(owner, 0)}", _array(group[layer][name])
            counts[owner] += 1


def _names(config: Mapping[str, Any]) -> set[str]:
    """Return the names of all layers of a model, those of models within it too."""
    layers = layers_of(config)
    return {name_of(layer) for layer in layers}.union(*(_names(layer) for layer in layers if is_model(layer)))


def _owner(weight: str, names: set[str]) -> str:
    """Return the layer in `generator/dense_1/kernel:0`; TensorFlow 1 counts a name on where a session has it twice."""
    owner = weight.split("/")[-2:][0]
    return owner if owner in names else re.sub(r"_\d+$", "", owner)


def _weights_by_place(file: Any, config: Mapping[str, Any]) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield `layer/k` of a .keras file, whose groups are called after the layers' classes, numbered by their order."""
    if is_model(config):
        yield from _places(file, config, "")


def _places(group: Any, config: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, torch.Tensor]]:
    root = next((group[name] for name in ("layers", "_layer_checkpoint_dependencies", "_layers") if name in group), None)
    if root is None:
        return
    counts: dict[str, int] = {}
    for layer in layers_of(config):
        name = name_of(layer)
        kind = snake_case(layer["class_name"])
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        place = f"{kind}_{number}" if number else kind
        own = root.get(place, root.get(name))
        if own is None:
            continue
        if is_model(layer):
            yield from _places(own, layer, f"{prefix}{name}/")
        values = own.get("vars", {})
        for index in sorted(values, key=int):
            yield f"{prefix}{name}/{index}", _array(values[index])


def snake_case(name: str) -> str:
    """Return Keras's own name for a class: Conv2DTranspose is conv2d_transpose."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
