"""What was found in a file: what it proves, what its statistics speak for, what was assumed, and the other readings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dcgan.models.folder import Model


@dataclass(frozen=True)
class Assumption:
    """Something that the file does not say. `key` is the setting that overrides it, `others` are usual values."""

    key: str
    value: str
    sentence: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class LayerRow:
    """A convolution as it was read. `stride`, `padding` and `output_padding` can be set by its place; None where that does nothing."""

    kind: str
    weight: tuple[int, ...]
    stride: int | None
    padding: int
    output_padding: int | None
    size: tuple[int, int]  # (width, height) behind it


@dataclass(frozen=True)
class Reading:
    """One way to read a file. `score` is in nats behind the best; `misfit` the root mean squared error of its batch norm statistics."""

    model: Model
    layers: tuple[str, ...]
    supported: tuple[str, ...]
    assumed: tuple[Assumption, ...]
    score: float
    misfit: float | None
    rows: tuple[LayerRow, ...] = ()  # none where the file says it all

    @property
    def title(self) -> str:
        """The reading in a few words, to tell it from others."""
        _, height, width = self.model.config.generator.output_shape
        return f"{width}x{height}, {', '.join(self.layers)}"

    def to_json(self) -> dict[str, Any]:
        channels, height, width = self.model.config.generator.output_shape
        return {
            "image": {"height": height, "width": width, "channels": channels, "range": list(self.model.config.image_range)},
            "z": {"dim": self.model.config.z_dim, "prior": self.model.config.prior},
            "layers": list(self.layers),
            "convolutions": [asdict(row) for row in self.rows],
            "supported": list(self.supported),
            "assumed": [asdict(assumption) for assumption in self.assumed],
            "score": round(self.score, 2),
            "misfit": None if self.misfit is None else round(self.misfit, 4),
        }


@dataclass(frozen=True)
class Inspection:
    """A file's report: `proved` holds for every reading; `readings` are the best first."""

    file: str
    kind: str
    network: str
    proved: tuple[str, ...]
    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> Reading:
        return self.readings[0]

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "kind": self.kind,
            "network": self.network,
            "proved": list(self.proved),
            **self.best.to_json(),
            "notes": list(self.notes),
            "readings": [reading.to_json() for reading in self.readings],
        }
