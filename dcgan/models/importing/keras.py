"""Keras models: the file's own configuration becomes a NetworkSpec, channels first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import prod
from typing import Any

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.models.folder import Model, ModelConfig
from dcgan.models.importing.assembly import with_own_statistics
from dcgan.models.importing.contents import Contents
from dcgan.models.importing.keras_config import graph_of, input_shape, is_model, layers_of, name_of
from dcgan.models.importing.keras_made import Made
from dcgan.models.importing.keras_trace import trace
from dcgan.models.importing.options import OUTPUTS, Options
from dcgan.models.importing.report import Assumption, Inspection, Reading
from dcgan.networks.layers import Activation, Conv, ConvTranspose, JoinLabel, Shape
from dcgan.networks.spec import NetworkSpec

UNSAID = {"prior", "output", "classes", "labels", "statistics"}  # what a Keras configuration leaves open


def inspect_keras(contents: Contents, options: Options) -> Inspection:
    """Return the report of a Keras file: everything but the prior is in it.

    Raises
    ------
    ConfigError
        The model is no convolutional generator, or a setting is given that the file itself says.
    """
    assert contents.keras is not None
    for key in (field.name for field in fields(options)):
        if key not in UNSAID and getattr(options, key) != getattr(Options(), key):
            raise ConfigError(f"{key} cannot be set for it, since a Keras file says it itself")
    try:
        made, z_dim = _made(contents.keras, _groups(contents), options)
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:  # a stranger's configuration can say anything
        raise ConfigError(f"its configuration does not fit together ({type(error).__name__}: {str(error)[:80]})") from None
    output, said = _output(made, options)
    prior = options.prior or "normal"
    if options.prior is None:
        said.insert(0, Assumption("prior", prior, f"z drawn from the {prior} prior", ("uniform",)))
    spec = NetworkSpec((z_dim,), tuple(made.layers))
    tensors = with_own_statistics(spec, made.tensors, prior) if options.statistics == "estimate" else made.tensors
    labels = tuple(str(number) for number in range(spec.classes))
    model = Model(ModelConfig(spec, None, prior, OUTPUTS[output], labels, assumed=tuple(item.sentence for item in said)), tensors)
    model.build_generator()
    proved = [f"takes {z_dim} numbers and one of {spec.classes} labels" if spec.classes else f"takes {z_dim} numbers"]
    proved += ["its configuration names all layers and how they follow each other", f"the picture ends in {output}"]
    if made.ended:
        proved.append("the generator ends where its discriminator begins")
    names = tuple(layer.type for layer in spec.layers)
    return Inspection(contents.name, contents.kind, "", tuple(proved), (Reading(model, names, (), tuple(said), 0.0, None),))


def _made(record: Mapping[str, Any], groups: Mapping[str, list[Tensor]], options: Options) -> tuple[Made, int]:
    """Return the generator's layers, and the numbers of its z."""
    graph = graph_of(record)
    given, z_dim = _start(_shapes(record, groups, ""), options)
    made = trace(graph, given, lambda path: _weights(groups, path))
    _check(made)
    return made, z_dim


def _groups(contents: Contents) -> dict[str, list[Tensor]]:
    """Return each layer's arrays in their order, by its path of names."""
    groups: dict[str, dict[int, Tensor]] = {}
    for name, tensor in contents.tensors.items():
        owner, _, number = name.rpartition("/")
        groups.setdefault(owner, {})[int(number)] = tensor
    return {owner: [arrays[number] for number in sorted(arrays)] for owner, arrays in groups.items()}


def _weights(groups: Mapping[str, list[Tensor]], path: str) -> list[Tensor]:
    """Return a layer's arrays; an .h5 file names those of models within models by the outermost alone."""
    first, _, rest = path.partition("/")
    return groups.get(path) or groups.get(f"{first}/{rest.rpartition('/')[2]}", [])


def _shapes(record: Mapping[str, Any], groups: Mapping[str, list[Tensor]], prefix: str) -> list[Shape]:
    """Return what one example of each of the model's inputs is."""
    first = layers_of(record)[0]
    graph = graph_of(record)
    named = {call.key: call.record for call in graph.calls}
    if graph.inputs and graph.inputs[0] in named:
        return [input_shape(named[key]) for key in graph.inputs]
    if is_model(first):
        return _shapes(first, groups, f"{prefix}{name_of(first)}/")
    built = record["config"].get("build_input_shape") if isinstance(record["config"], Mapping) else None
    return [input_shape(first, built, _weights(groups, f"{prefix}{name_of(first)}"))]


def _start(shapes: Sequence[Shape], options: Options) -> tuple[list[Made], int]:
    """Return what the model begins with, z and at most one label, and the numbers of z."""
    if not 1 <= len(shapes) <= 2:
        raise ConfigError(f"it takes {len(shapes)} inputs, only z and one label are read")
    label = None if len(shapes) == 1 else min((1, 0), key=lambda place: prod(shapes[place]))
    z = shapes[0 if label is None else 1 - label]
    if prod(z[:-1]) != 1:
        what = {3: "pictures", 2: "series"}.get(len(z), "arrays")
        raise ConfigError(f"it begins with {what} of {'x'.join(map(str, z))}, a generator with the numbers of z")
    if label is None:
        made = Made(z)
        if options.classes:
            _join_labels(made, options.classes, options.labels == "before")
        return [made], z[-1] - (options.classes or 0)
    if options.classes is not None or options.labels is not None:
        raise ConfigError("classes and labels cannot be set for it, since it has an input for the label")
    size = prod(shapes[label])
    other = Made(shapes[label], number=True) if size == 1 else Made((size,), classes=size)
    return [Made(z), other] if label == 1 else [other, Made(z)], z[-1]


def _join_labels(made: Made, classes: int, before: bool) -> None:
    """Take the last numbers of the input, or the first, for a one-hot label, as a person says."""
    size = made.channels
    if classes >= size or len(made.shape) != 1:
        raise ConfigError(f"it takes {made.shape}, which are not z and {classes} labels")
    made.add(JoinLabel(classes))
    if before:
        made.reorder(torch.arange(size).roll(classes))


def _check(made: Made) -> None:
    """Raise a ConfigError unless a picture was made of z, by convolutions; then let it lie as one."""
    if made.classes or made.number:
        raise ConfigError("what it gives does not come from z")
    if made.held is not None and made.held == (*made.shape, 1):
        made.shape = made.held
    if len(made.shape) != 3 or made.is_vector:
        raise ConfigError(f"it gives {'x'.join(map(str, made.shape))} numbers, not a picture")
    if not any(isinstance(layer, Conv | ConvTranspose) and layer.kernel != (1, 1) for layer in made.layers):
        raise ConfigError("it has no convolutions: its pictures come from dense layers alone")
    made.as_picture()


def _output(made: Made, options: Options) -> tuple[str, list[Assumption]]:
    """Return how the picture ends, by the file or else by the settings, and what is assumed of that."""
    last = made.layers[-1]
    output = last.kind if isinstance(last, Activation) and last.kind in OUTPUTS else "none"
    if options.output in (None, output):
        said = [] if output != "none" or options.output else [Assumption("output", output, "pictures from -1 to 1", ("tanh", "sigmoid"))]
        return output, said
    if output != "none":
        raise ConfigError(f"output cannot be set for it, since it ends with {output} by its own configuration")
    made.add(Activation(options.output))  # type: ignore[arg-type]
    return str(options.output), []
