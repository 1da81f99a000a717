"""What a person states about a file instead of leaving it to be found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from math import nan
from typing import Any, Literal, TypeVar, get_args

from dcgan.config import Prior
from dcgan.errors import ConfigError
from dcgan.networks.layers import Border

Act = tuple[str, float | None]  # an activation's kind, and its slope where it has one
Norm = tuple[str, int]  # a norm of every picture by itself: instance, pixel, or group with the number of groups
Pair = tuple[int, int]
Over = Literal["keys", "queries"]
ResizeName = Literal["none", "nearest", "bilinear"]

T = TypeVar("T")

NO_ACT: Act = ("none", None)
GAP = "?"  # in a list of numbers, for a layer that is left to be found
CROP = re.compile(r"-\d{1,3}")  # as an output padding: so many rows and columns less, which an author cut behind the layer
KINDS = ("none", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid")
SLOPES = {"leaky_relu": 0.2, "elu": 1.0}  # what is usual where only the name is given
OUTPUTS = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0), "none": (-1.0, 1.0)}  # and the range of the picture


@dataclass(frozen=True)
class Options:
    """The overrides. Lists are by layer, in order; one value stands for all layers, None (`?` in a setting) leaves one to be found.

    `image_size` is (width, height). `activations` are those before each layer but the first. `classes` is the number of labels that are
    joined one-hot behind z. `blocks` says where residual blocks have norms and activations: before their kernels, or behind.
    `statistics=estimate` replaces the file's batch norm statistics by those of the found network. `reading` takes the n-th best reading.
    `network` names the part of the file to read. `norms` and `padding_modes` are by convolution; one norm stands for all that are hidden
    and have no statistics, none for that there are no such norms. `attention` is what the softmax of self-attention sums over.
    """

    prior: Prior | None = None
    image_size: Pair | None = None
    output: str | None = None
    activations: tuple[Act, ...] = ()
    eps: tuple[float, ...] = ()
    strides: tuple[int | None, ...] = ()
    paddings: tuple[int | None, ...] = ()
    output_paddings: tuple[int | None, ...] = ()
    upsample: tuple[ResizeName, ...] = ()
    norms: tuple[Norm | None, ...] = ()
    padding_modes: tuple[Border | None, ...] = ()
    order: Literal["norm-first", "activation-first"] | None = None
    classes: int | None = None
    labels: Literal["before", "after"] | None = None
    blocks: Literal["before", "behind"] | None = None
    statistics: Literal["file", "estimate"] = "file"
    reading: int = 1
    network: str | None = None
    attention: Over | None = None


PLURALS = {"activation": "activations", "stride": "strides", "padding": "paddings", "output_padding": "output_paddings", "bn_eps": "eps"}
PLURALS |= {"norm": "norms", "padding_mode": "padding_modes"}
KEYS = tuple(field.name for field in fields(Options))


def apply_options(options: Options, settings: Iterable[str]) -> Options:
    """Return `options` with `key=value` settings applied; a wrong key or value is a ConfigError that names it."""
    for setting in settings:
        key, separator, text = setting.partition("=")
        key = PLURALS.get(key.strip(), key.strip())
        if not separator or key not in KEYS:
            raise ConfigError(f"a setting of import is key=value with a key of {', '.join(KEYS)}; found {setting!r}")
        options = replace(options, **{key: _parse(key, text.strip().lower() if key != "network" else text.strip())})
    return options


def _parse(key: str, text: str) -> Any:
    choices = {"prior": get_args(Prior), "output": tuple(OUTPUTS), "order": ("norm-first", "activation-first")}
    choices |= {
        "labels": ("before", "after"),
        "statistics": ("file", "estimate"),
        "attention": get_args(Over),
        "blocks": ("before", "behind"),
    }
    if key in choices:
        if text not in choices[key]:
            raise ConfigError(f"the setting {key} is {' or '.join(choices[key])}, found {text!r}")
        return text
    if key == "image_size":
        return parse_size(text)
    if key == "network":
        return text
    if key in ("classes", "reading"):
        return _whole(key, text, 0 if key == "classes" else 1)
    parts = [part.strip() for part in text.split(",")]
    if key == "activations":
        return tuple(parse_act(part) for part in parts)
    if key == "eps":
        return tuple(_number(key, part) for part in parts)
    if key == "norms":
        return tuple(None if part in (GAP, "none") else parse_norm(part) for part in parts)
    if key == "padding_modes":
        if not set(parts) <= {*get_args(Border), GAP}:
            raise ConfigError(f"padding_modes is {', '.join(get_args(Border))} or a list of them, one a convolution; found {text!r}")
        return tuple(None if part == GAP else part for part in parts)
    if key == "upsample":
        if not set(parts) <= set(get_args(ResizeName)):
            raise ConfigError(f"upsample is {', '.join(get_args(ResizeName))} or a list of them, one a layer; found {text!r}")
        return tuple(parts)
    return tuple(None if part == GAP else _cropping(part) if key == "output_paddings" else _whole(key, part, 0) for part in parts)


def _cropping(part: str) -> int:
    return int(part) if CROP.fullmatch(part) else _whole("output_paddings", part, 0)


def parse_size(text: str) -> Pair:
    """Read 64 or 34x45 (width x height), in pixels."""
    match = re.fullmatch(r"(\d{1,4})(?:[x×](\d{1,4}))?", text.strip().lower())
    if not match or not all(1 <= int(number) <= 1024 for number in match.groups() if number):
        raise ConfigError(f"an image size is a number of pixels up to 1024, or width x height like 34x45; found {text!r}")
    return int(match[1]), int(match[2] or match[1])


def parse_act(text: str) -> Act:
    """Read relu, leaky_relu (slope 0.2) or leaky_relu:0.01; a slope below 0, which some write, turns what is below 0 up."""
    kind, _, slope = text.replace("leakyrelu", "leaky_relu").partition(":")
    if kind not in KINDS or (slope and kind not in SLOPES):
        raise ConfigError(f"an activation is one of {', '.join(KINDS)}, with a slope like leaky_relu:0.2; found {text!r}")
    return kind, (_number("slope", slope, low=-1) if slope else SLOPES.get(kind))


def parse_norm(text: str) -> Norm:
    """Read instance, pixel, or group:8."""
    kind, _, groups = text.partition(":")
    if (kind, bool(groups)) not in (("instance", False), ("pixel", False), ("group", True)):
        raise ConfigError(f"norms are instance, pixel, none, or group with a number of groups like group:8; found {text!r}")
    return kind, _whole("a group norm", groups, 1) if groups else 0


def act_name(act: Act) -> str:
    kind, slope = act
    return kind if slope is None else f"{kind}:{slope:g}"


def at(values: tuple[T | None, ...], index: int) -> T | None:
    """Return the value for layer `index`: one value stands for all layers, a list that is too short says nothing of the rest."""
    if len(values) == 1:
        return values[0]
    return values[index] if index < len(values) else None


def _whole(key: str, text: str, low: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= 1 << 16:
        raise ConfigError(f"{key} takes whole numbers from {low}, found {text!r}")
    return int(text)


def _number(key: str, text: str, low: float = 0) -> float:
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not low <= value < 100:
        raise ConfigError(f"{key} takes numbers from {low:g} to 100, found {text!r}")
    return value
