"""From a file to a model: find the network, its layers, the readings that fit, and say what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod, sqrt
from pathlib import Path

import torch
from torch import Tensor

from dcgan.errors import CheckpointError, ConfigError
from dcgan.models.folder import Model, ModelConfig
from dcgan.models.importing.alone import with_lone_norms
from dcgan.models.importing.assembly import assemble, picture_range, with_own_statistics
from dcgan.models.importing.beside import WITHIN, with_partner
from dcgan.models.importing.candidates import candidates
from dcgan.models.importing.contents import Contents, read_contents
from dcgan.models.importing.critic import critic
from dcgan.models.importing.described import inspect_described
from dcgan.models.importing.families import family
from dcgan.models.importing.formats import KERAS_LINE, SAVE_LINE
from dcgan.models.importing.found import Found
from dcgan.models.importing.naming import Node, descend, is_autoencoder, modules, tree
from dcgan.models.importing.options import NO_ACT, Options
from dcgan.models.importing.parts import Skeleton
from dcgan.models.importing.report import Inspection, Reading
from dcgan.models.importing.skeleton import skeletons
from dcgan.models.importing.words import assumptions, layer_names, layer_rows, notes, proofs, support

PLAUSIBLE = 6.0  # nats behind the best at which a reading is still shown
READINGS = 6
REACHES = ((0.04, 0.2, 3.0), (0.2, 0.5, 1.4))
"""Of dark grey pictures: the share of numbers above 0, from and to, and their median that sigmoid passes and tanh does not.

Handwriting of 26 authors: 3.0 to 3.6 before sigmoid, 1.4 to 2.2 before tanh. Clothes and the like of 12: 0.8 to 2.9 and 0.2 to 1.2.
"""
ROUGH = 4.0  # nats between a smooth picture and noise: decides only where nothing else does


def read_foreign(path: Path, allow_pickle: bool = True, options: Options | None = None) -> Model:
    """Return the best reading of a file as a model; see `inspect_file`."""
    return inspect_file(path, allow_pickle, options).best.model


def inspect_file(path: Path, allow_pickle: bool = True, options: Options | None = None) -> Inspection:
    """Read a file from elsewhere, and its discriminator's where that lies beside it, and return what they are.

    Parameters
    ----------
    allow_pickle
        False on a public server, which takes safetensors only.
    options
        What a person states of it.

    Raises
    ------
    CheckpointError
        It is no convolutional generator, or nothing that is read here; the message says what to do.
    """
    found = inspect_contents(read_contents(path, allow_pickle), options or Options())
    return with_partner(found, path, allow_pickle)


def inspect_contents(contents: Contents, options: Options) -> Inspection:
    """Return what the tensors of a file, or of a live module, are; see `inspect_file`."""
    described = inspect_described(contents) if options == Options() else None
    if described is not None:
        return described
    try:
        return _inspect(contents, options)
    except ConfigError as error:
        if contents.keras is None and (kind := family(contents.tensors)):
            raise CheckpointError(f"{contents.name} is not a DCGAN's generator: by the names of its layers it is {kind}") from None
        if options != Options():
            raise CheckpointError(f"{contents.name} cannot be read so: {error}") from None
        line = SAVE_LINE if contents.keras is None else KERAS_LINE
        sentence = f"{contents.name} is not a DCGAN's generator that can be read here: {error}; save one with {line}"
        raise CheckpointError(sentence, error.setting) from None


def own_model(name: str, model: Model) -> Inspection:
    """Return the report of a model folder, which describes itself."""
    network = model.config.generator
    proved = (f"its own description names all {len(network.layers)} layers",)
    notes = tuple(f"assumed when it was imported: {sentence}" for sentence in model.config.assumed)
    reading = Reading(model, tuple(layer.type for layer in network.layers), (), (), 0.0, None)
    return Inspection(name, "model folder", "", proved, (reading,), notes)


def _inspect(contents: Contents, options: Options) -> Inspection:
    if contents.keras is not None:
        from dcgan.models.importing.keras import inspect_keras

        return inspect_keras(contents, options)
    node, networks = _generator(contents, options)
    networks = [with_lone_norms(network, options) for network in networks]
    attends = any(stage.attention for stage in networks[0].stages)  # as transformers do
    if options.network is None and not attends and family(map(".".join, node.tensors)):
        raise ConfigError("its names are another network's")
    _refuse_diverged(contents.name, node)
    found = candidates(networks, options, contents.facts)
    if not found:
        size = "x".join(map(str, options.image_size)) if options.image_size else "a plausible size"
        raise ConfigError(f"no strides and paddings of its kernels give a picture of {size} under these settings")
    output = options.output or _output(contents, node, found, options)
    readings = [_reading(contents, node, each, found, output, options) for each in _distinct(found)]
    readings = sorted(readings, key=lambda reading: reading.score + ROUGH * roughness(reading.model))[:READINGS]
    if options.reading > len(readings):
        raise ConfigError(f"there are {len(readings)} readings that fit, found reading={options.reading}")
    readings.insert(0, readings.pop(options.reading - 1))
    network = found[0].network
    return Inspection(
        contents.name,
        contents.kind,
        node.name,
        proofs(network),
        tuple(readings),
        (*notes(network, readings[0].misfit), *_company(readings[0])),
    )


def _generator(contents: Contents, options: Options) -> tuple[Node, list[Skeleton]]:
    """Return the part of the file that is a generator: the whole, else the likeliest part."""
    root = tree(contents.tensors)
    if options.network is None and is_autoencoder(root):
        decoder = next((node.name for node in descend(root) if "decoder" in node.name.lower()), None)
        if decoder is None:
            raise ConfigError("it is an autoencoder's encoder, or its decoder has no name that tells it (means and variances), not a GAN")
        setting = f"network={decoder}"
        raise ConfigError(f"it is an autoencoder (an encoder beside a decoder), not a GAN; --set {setting} reads its decoder", setting)
    reasons: list[tuple[bool, str]] = []
    nodes = [
        node for node in descend(root) if options.network is None or node.name == options.network or node.prefix[-1:] == (options.network,)
    ]
    for node in nodes:
        if node.says_discriminator and options.network is None:
            continue
        try:
            return node, [replace(network, name=node.name) for network in skeletons(modules(node), contents.ordered)]
        except ConfigError as error:
            reasons.append((not node.says_generator, str(error)))
    if options.network is not None and not nodes:
        raise ConfigError(f"it has no part called {options.network!r} with convolutions; there are {', '.join(_names(root)) or 'none'}")
    if reasons:
        raise ConfigError(min(reasons, key=lambda reason: reason[0])[1])
    raise ConfigError(_nothing(contents))


def _names(root: Node) -> list[str]:
    return [node.name for node in descend(root) if node.name][:8]


def _nothing(contents: Contents) -> str:
    """Say what a file without two convolutions is."""
    if set(contents.tensors) == {"tensor"}:
        shape = tuple(contents.tensors["tensor"].shape)
        if prod(shape[2:]) == 1:
            return f"it is a single tensor of the shape {shape}, such as a notebook's fixed noise, which generate MODEL --z takes"
        return f"it is a single tensor of the shape {shape}, no network"
    count = sum(tensor.dim() == 4 for tensor in contents.tensors.values())
    dims = {tensor.dim() for name, tensor in contents.tensors.items() if name.rpartition(".")[2] in ("weight", "weight_v")}
    if not count and 3 in dims:
        return f"its convolutions are of sounds or sequences, not of pictures ({next(iter(contents.tensors))})"
    if not contents.tensors:
        return "it holds no named weights, only such things as an optimiser's state, losses or a list"
    names = f"({', '.join(list(contents.tensors)[:3])})"
    if count >= 2:
        return f"it holds a discriminator, a classifier or an encoder, which begin with a picture, among its tensors {names}"
    if not count and sum(tensor.dim() == 2 for tensor in contents.tensors.values()) >= 2:
        return f"it has no convolutions: dense layers alone {names}"
    return f"it holds {count or 'no'} convolution{'s' if count != 1 else ''} among its {len(contents.tensors)} tensors {names}"


def _refuse_diverged(name: str, node: Node) -> None:
    wrong = next((".".join(path) for path, tensor in node.tensors.items() if not tensor.isfinite().all()), None)
    if wrong is not None:
        raise CheckpointError(f"{name} holds numbers that are not finite ({wrong}): its training had diverged; bring an earlier checkpoint")


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Return the readings that are worth a look: near the best, and different in what they draw."""
    seen, kept = set(), []
    for each in found:
        shortcuts = [(shortcut.start, shortcut.end, shortcut.is_raw) for shortcut in each.network.shortcuts]
        key = (*shortcuts, *((choice.act, choice.move, choice.early, choice.eps) for choice in each.choices))
        if key not in seen and each.score <= found[0].score + PLAUSIBLE:
            seen.add(key)
            kept.append(each)
    return kept[:READINGS]


def _output(contents: Contents, node: Node, found: Sequence[Found], options: Options) -> str:
    """Return tanh, or sigmoid where what is bright in dark grey pictures reaches twice as far as it need for tanh.

    sigmoid(2x) draws what tanh(x) does: only the reach tells. Elsewhere tanh is usual: of 80 in public code, in order, 9 end in sigmoid.
    """
    model = _reading(contents, node, found[0], found, "none", options).model
    if model.config.generator.output_shape[0] != 1:
        return "tanh"
    x = _drawn(model, 32)
    bright = x[x > 0]
    share = len(bright) / x.numel()
    return "sigmoid" if any(low < share <= high and float(bright.median()) > reach for low, high, reach in REACHES) else "tanh"


def _reading(contents: Contents, node: Node, found: Found, others: Sequence[Found], output: str, options: Options) -> Reading:
    network = found.network
    if found.choices[-1].early != NO_ACT:  # before a last norm
        output = "none"
    spec, tensors = assemble(network, found, (output, None))
    said = assumptions(network, found, others, output, options)
    labels = tuple(str(number) for number in range(spec.classes))
    if options.statistics == "estimate" or any(stage.lacks_statistics for stage in network.stages):
        tensors = with_own_statistics(spec, tensors, found.entry.prior)
    config = ModelConfig(
        spec, None, found.entry.prior, picture_range(spec, tensors, output), labels, assumed=tuple(item.sentence for item in said)
    )
    model = Model(config, tensors)
    model.build_generator()  # checks shapes and that all numbers are finite
    misfit = sqrt(sum(found.errors) / len(found.errors)) if found.errors else None
    model = critic(model, contents, node)
    return Reading(
        model, layer_names(network, found), support(found, misfit), said, found.score - others[0].score, misfit, layer_rows(network, found)
    )


@torch.inference_mode()
def _drawn(model: Model, count: int) -> Tensor:
    """Return what the generator gives for `count` z, all labels in turn: (n, c, h, w)."""
    z = torch.randn(count, model.config.z_dim, generator=torch.Generator().manual_seed(0))
    classes = model.config.generator.classes
    x: Tensor = model.build_generator()(z, torch.arange(count) % classes if classes else None)
    return x


@torch.inference_mode()
def roughness(model: Model) -> float:
    """Return how little pictures vary smoothly, 0 to 1: mean step between neighbours over mean distance from the mean."""
    x = _drawn(model, 4)
    steps = ((x[..., 1:] - x[..., :-1]).abs().mean() + (x[..., 1:, :] - x[..., :-1, :]).abs().mean()) / 2
    return min(1.0, float(steps / (2 * (x - x.mean((2, 3), keepdim=True)).abs().mean() + 1e-6)))


def _company(reading: Reading) -> tuple[str, ...]:
    return (WITHIN,) if reading.model.config.discriminator is not None else ()
