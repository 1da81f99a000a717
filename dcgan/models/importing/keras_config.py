"""A Keras configuration in one form: Sequential and functional, old and new, become calls that name what they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dcgan.errors import ConfigError

Key = tuple[str, int]  # a layer's name and which of its calls
JUDGES = {"Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"}  # what a discriminator has behind its picture


@dataclass(frozen=True)
class Call:
    """One use of a layer. `record` is the layer's own configuration, {"class_name", "config", …}."""

    key: Key
    record: Mapping[str, Any]
    takes: tuple[Key, ...]

    @property
    def kind(self) -> str:
        return str(self.record["class_name"]).removesuffix("V1").removesuffix("V2")  # TensorFlow 1.13's own names of classes

    @property
    def own(self) -> Mapping[str, Any]:
        own = self.record["config"]
        return own if isinstance(own, Mapping) else {}


@dataclass(frozen=True)
class Graph:
    calls: tuple[Call, ...]
    inputs: tuple[Key, ...]
    outputs: tuple[Key, ...]

    @property
    def judges(self) -> bool:
        """Whether it makes a vector of what it takes, as discriminators do."""
        return any(call.kind in JUDGES or (is_model(call.record) and graph_of(call.record).judges) for call in self.calls)


def layers_of(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the layers of a model's configuration; a ConfigError where it is no Sequential or functional model."""
    own = record.get("config")
    layers = own if isinstance(own, list) else own.get("layers") if isinstance(own, Mapping) else None
    if not isinstance(layers, list) or not all(isinstance(layer, Mapping) and "class_name" in layer for layer in layers):
        raise ConfigError("its configuration is that of a class of its author's own, not of a Sequential or functional model")
    return layers


def is_model(record: Mapping[str, Any]) -> bool:
    own = record.get("config")
    return isinstance(own, list) or (isinstance(own, Mapping) and isinstance(own.get("layers"), list))


def name_of(record: Mapping[str, Any], number: int = 0) -> str:
    own = record.get("config")
    return str((own.get("name") if isinstance(own, Mapping) else None) or record.get("name") or f"layer {number}")


def input_shape(record: Mapping[str, Any], built: object = None, weights: Sequence[Any] = ()) -> tuple[int, ...]:
    """Return what one example of a first layer's input is, or raise a ConfigError where its sizes are not all given."""
    own = record["config"] if isinstance(record["config"], Mapping) else {}
    shape = own.get("batch_input_shape") or own.get("batch_shape") or (record.get("build_config") or {}).get("input_shape") or built
    if shape is None and own.get("input_dim") and record["class_name"] == "Dense":
        shape = [None, own["input_dim"]]
    if shape is None and record["class_name"] == "Dense" and weights:
        shape = [None, weights[0].shape[0]]
    if not isinstance(shape, list | tuple):
        raise ConfigError("its configuration does not say what its first layer takes")
    if not all(isinstance(n, int) for n in shape[1:]):
        raise ConfigError(f"it begins with {'pictures' if len(shape) == 4 else 'series'} of any size, a generator with the numbers of z")
    return tuple(shape[1:])


def graph_of(record: Mapping[str, Any]) -> Graph:
    """Return the calls of a model's configuration."""
    layers, own = layers_of(record), record["config"]
    if isinstance(own, list) or "input_layers" not in own:
        return _sequential(layers)
    nodes = {name_of(layer, number): layer.get("inbound_nodes") or [[]] for number, layer in enumerate(layers)}

    def found(part: object) -> tuple[Key, ...]:
        return tuple((name, min(node, len(nodes[name]) - 1)) for name, node in _references(part) if name in nodes)

    calls = [
        Call((name, place), layer, found(node))
        for layer, (name, inbound) in zip(layers, nodes.items(), strict=True)
        for place, node in enumerate(inbound)
    ]
    return Graph(tuple(calls), found(own["input_layers"]), found(own.get("output_layers")))


def _sequential(layers: Sequence[Mapping[str, Any]]) -> Graph:
    if not layers:
        raise ConfigError("it has no layers")
    keys = [(name_of(layer, number), 0) for number, layer in enumerate(layers)]
    if layers[0]["class_name"] == "InputLayer":
        return Graph(
            tuple(Call(key, layer, tuple(keys[max(n - 1, 0) : n])) for n, (key, layer) in enumerate(zip(keys, layers, strict=True))),
            tuple(keys[:1]),
            tuple(keys[-1:]),
        )
    start: Key = ("", 0)
    calls = [Call(key, layer, (before,)) for before, key, layer in zip([start, *keys], keys, layers, strict=False)]
    return Graph(tuple(calls), (start,), tuple(keys[-1:]))


def _references(part: object) -> Iterator[Key]:
    """Yield the calls that are named in an inbound node: [name, node, tensor, …] before Keras 3, a keras_history since."""
    if isinstance(part, Mapping):
        history = (part.get("config") or {}).get("keras_history") if part.get("class_name") == "__keras_tensor__" else None
        if history:
            yield str(history[0]), int(history[1])
            return
        part = list(part.values())
    if not isinstance(part, list):
        return
    if len(part) >= 3 and isinstance(part[0], str) and isinstance(part[1], int):
        yield part[0], part[1]
        return
    for child in part:
        yield from _references(child)
