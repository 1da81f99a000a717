"""Follow a Keras model from z and a label to its picture: one chain of layers, in which the label's own branch becomes a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.models.importing.keras_config import Call, Graph, Key, graph_of, is_model
from dcgan.models.importing.keras_layers import add_layer
from dcgan.models.importing.keras_made import WIDEST, Made, table_of
from dcgan.networks.layers import Conv, JoinLabel, Linear, MultiplyLabel

Weights = Callable[[str], list[Tensor]]  # a layer's own, by its path of names
MAX_CALLS = 1000
MAX_DEPTH = 8  # models within models
MAX_CLASSES = 1000


def trace(graph: Graph, given: Sequence[Made], weights: Weights, prefix: str = "") -> Made:
    """Return what the model makes of its inputs.

    Raises
    ------
    ConfigError
        It does something that no chain of layers does; the message says what.
    """
    if not graph.outputs or len(given) != len(graph.inputs):
        raise ConfigError("its configuration does not say what it takes and gives")
    if len(graph.calls) > MAX_CALLS or prefix.count("/") > MAX_DEPTH:
        raise ConfigError(f"it has more than {MAX_CALLS} layers, or models within models within models")
    done: dict[Key, Made] = dict(zip(graph.inputs, given, strict=True))
    waiting = [call for call in graph.calls if call.key not in done]
    while waiting:
        ready = [call for call in waiting if call.takes and all(key in done for key in call.takes)]
        if not ready:
            raise ConfigError(f"its layer {waiting[0].key[0]!r} takes something that its configuration does not name")
        for call in ready:
            done[call.key] = _called(call, [done[key].copy() for key in call.takes], weights, f"{prefix}{call.key[0]}")
        waiting = [call for call in waiting if call.key not in done]
    given_back = [done[key] for key in graph.outputs]
    if len(given_back) > 1 and not all(made.ended for made in given_back):
        raise ConfigError(f"it gives {len(given_back)} outputs, a generator gives one picture")
    return given_back[0]


def _called(call: Call, values: list[Made], weights: Weights, path: str) -> Made:
    ended = next((value for value in values if value.ended), None)
    if ended is not None:
        return ended
    if is_model(call.record):
        return _nested(graph_of(call.record), values, weights, path)
    if len(values) > 1:
        if call.kind not in MERGES:
            raise ConfigError(f"it has a layer of the kind {call.kind} with {len(values)} inputs, which is not read here")
        return MERGES[call.kind](values, call.own)
    made = values[0]
    if made.number:
        return _numbered(made, call, weights(path))
    add_layer(made, call.kind, call.own, _counted(call, weights(path)))
    return made


def _nested(graph: Graph, values: list[Made], weights: Weights, path: str) -> Made:
    """Go through a model within a model; a picture that it judges is the generator's own."""
    picture = next((value for value in values if not value.classes and len(value.shape) == 3 and not value.is_vector), None)
    if picture is not None and graph.judges:
        picture.ended = True
        return picture
    return trace(graph, values, weights, f"{path}/")


def _counted(call: Call, weights: list[Tensor]) -> list[Tensor]:
    """Return the weights, which are as many as the layer's configuration says."""
    own, expected = call.own, len(weights)
    if call.kind in ("Dense", "Conv2D", "Conv2DTranspose"):
        expected = 1 + bool(own.get("use_bias", True))
    elif call.kind == "BatchNormalization":
        expected = 2 + bool(own.get("scale", True)) + bool(own.get("center", True))
    elif call.kind == "Embedding":
        expected = 1
    if len(weights) != expected:
        raise ConfigError(f"its layer {call.key[0]!r} has {len(weights)} arrays of weights, expected {expected}")
    return weights


def _numbered(made: Made, call: Call, weights: list[Tensor]) -> Made:
    """Let a layer take the label itself, a number."""
    if call.kind in ("InputLayer", "Flatten", "Reshape"):
        return made
    if call.kind == "Embedding":
        (table,) = _counted(call, weights)
        if table.shape[0] > MAX_CLASSES:
            raise ConfigError(f"its label has {table.shape[0]} values, at most {MAX_CLASSES} are read")
        made = Made((*made.shape, table.shape[1]), classes=table.shape[0])
        made.add(Linear(*table.shape, False), {"weight": table.T})  # type: ignore[call-arg]
        made.rows = ["0.weight"]
        return made
    if call.kind == "CategoryEncoding" and call.own.get("output_mode") == "one_hot":
        return Made((int(call.own["num_tokens"]),), classes=int(call.own["num_tokens"]))
    raise ConfigError(f"its label goes into a layer of the kind {call.kind} as a number, only an embedding of it is read")


def _parted(values: list[Made], what: str) -> Made:
    """Return the one of them that comes from z; the others come from the label alone."""
    if any(value.number for value in values):
        raise ConfigError("it joins its label as a number, only an embedding of it or a one-hot label is read")
    own = [value for value in values if not value.classes]
    if len(own) != 1:
        raise ConfigError(f"its layers branch: {what} takes two that both come from z" if own else "it joins two labels, one is read")
    return own[0]


def _concatenate(values: list[Made], own: Mapping[str, Any]) -> Made:
    made = _parted(values, "Concatenate")
    if own.get("axis", -1) not in (-1, len(made.shape)) or any(value.shape[:-1] != made.shape[:-1] for value in values):
        raise ConfigError(
            f"it joins {' and '.join(str(value.shape) for value in values)} along axis {own.get('axis', -1)}, which is not read here"
        )
    made.as_vector() if made.is_vector else made.as_picture()
    total, places = made.channels, []
    for value in values:
        if value.classes:
            _join(made, value)
            places.append(torch.arange(total, total + value.channels))
            total += value.channels
        else:
            places.append(torch.arange(made.channels) if made.order is None else made.order)
    made.reorder(torch.cat(places))
    made.rows, made.shape = [], (*made.shape[:-1], total)
    made.held = None if made.held is None else made.shape
    return made


def _join(made: Made, label: Made) -> None:
    table = table_of(label)
    table = table.flatten(1) if made.held is None else table.permute(0, 3, 1, 2)
    if table.dim() == 2 and torch.equal(table, torch.eye(label.classes)):
        made.add(JoinLabel(label.classes))
    else:
        made.add(JoinLabel(label.classes, tuple(table.shape[1:])), {"weight": table})


def _multiply(values: list[Made], _own: Mapping[str, Any]) -> Made:
    made = _parted(values, "Multiply")
    if len(values) != 2 or not all(value.is_vector and value.channels == made.channels for value in values):
        raise ConfigError("it multiplies a picture by its label's, which is not read here")
    made.as_vector()
    label = next(value for value in values if value.classes)
    table = made.inward(table_of(label).flatten(1), 1)
    made.add(MultiplyLabel(label.classes, made.channels), {"weight": table})
    made.rows = []
    return made


def _add(values: list[Made], own: Mapping[str, Any]) -> Made:
    """Join the label's numbers, and add them up by a layer that does nothing else."""
    made = _parted(values, "Add")
    if len(values) != 2 or values[0].shape != values[1].shape or made.channels > WIDEST:
        raise ConfigError("it adds its label to something of another shape, which is not read here")
    size = made.channels
    made = _concatenate([made, next(value for value in values if value.classes)], own)
    weight = made.inward(torch.eye(size).repeat(1, 2), 1)
    if made.held is None:
        made.add(Linear(2 * size, size, False), {"weight": weight})
    else:
        made.add(Conv(2 * size, size, (1, 1), bias=False), {"weight": weight[:, :, None, None]})
    made.order, made.shape = None, (*made.shape[:-1], size)
    made.held = None if made.held is None else made.shape
    return made


MERGES: dict[str, Callable[[list[Made], Mapping[str, Any]], Made]] = {"Concatenate": _concatenate, "Multiply": _multiply, "Add": _add}
