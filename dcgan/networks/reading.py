"""Layer records from JSON that may be anybody's."""

from __future__ import annotations

from dataclasses import fields

from dcgan.errors import ConfigError
from dcgan.networks.blocks import Residual, SelfAttention
from dcgan.networks.layers import (
    Activation,
    AvgPool,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    JoinLabel,
    Layer,
    Linear,
    MaxPool,
    MultiplyLabel,
    Reshape,
    Resize,
)
from dcgan.networks.norms import BatchNorm, GroupNorm, PixelNorm

_PLAIN = (Linear, Conv, ConvTranspose, BatchNorm, GroupNorm, PixelNorm, Resize, MaxPool, AvgPool, Reshape, Flatten, Activation, Dropout)
LAYER_TYPES: dict[str, type[Layer]] = {record.type: record for record in (*_PLAIN, JoinLabel, MultiplyLabel, Residual, SelfAttention)}


def layer_from_json(record: object, within: bool = False) -> Layer:
    """Return the layer that a JSON record describes, or raise a ConfigError that names what is wrong; none but plain ones `within` one."""
    if not isinstance(record, dict) or record.get("type") not in LAYER_TYPES or (within and record["type"] == Residual.type):
        raise ConfigError(f"a layer is an object whose type is one of {', '.join(LAYER_TYPES)}, found {str(record)[:80]}")
    kind = LAYER_TYPES[record["type"]]
    values = {key: _read(value) for key, value in record.items() if key != "type"}
    for field in fields(kind):
        if field.name in values and not _fits(values[field.name], str(field.type)):
            raise ConfigError(f"{kind.type}: {field.name} is {field.type}, found {values[field.name]!r}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{kind.type}: {str(error).partition(')')[2].strip() or error}") from None


def _read(value: object) -> object:
    """Return lists as tuples, of layers where they hold objects."""
    if not isinstance(value, list):
        return value
    return tuple(layer_from_json(item, within=True) if isinstance(item, dict) else item for item in value)


def _fits(value: object, annotation: str) -> bool:
    """Say whether a JSON value is of the annotated type, and in a sane range."""
    if value is None:
        return annotation.endswith("| None")
    annotation = annotation.removesuffix(" | None")
    if annotation in ("Pair", "Sides", "Shape"):
        lengths = {"Pair": (2,), "Sides": (4,), "Shape": (1, 2, 3)}[annotation]
        low = -64 if annotation == "Sides" else 1
        return isinstance(value, tuple) and len(value) in lengths and all(_whole(item, low) for item in value)
    if annotation == "Layers":
        return isinstance(value, tuple) and all(isinstance(item, Layer) for item in value)
    if annotation == "bool":
        return isinstance(value, bool)
    if annotation == "int":
        return _whole(value, 1)
    if annotation == "float":
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
    return isinstance(value, str)


def _whole(value: object, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= 1 << 24
