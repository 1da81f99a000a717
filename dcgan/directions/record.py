"""What a direction is, and a list of them as it was found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dcgan.errors import ConfigError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Direction:
    """One direction of z, of norm 1.

    `share` is the eigenvalue's or variance's part of all, where there are such; `effect` is the mean change of the picture for a step, in
    parts of the range from black to white; `note` says what it stands on:
    {"kind": "answers", "share": of the pictures that show it, "pictures": n} or {"kind": "marked", "positive": n, "negative": m}.
    """

    id: str
    name: str
    method: str
    vector: Floats  # (z_dim,)
    share: float | None = None
    effect: float | None = None
    note: Mapping[str, Any] | None = None

    @property
    def grounds(self) -> str:
        """The note as a sentence, or nothing."""
        note = self.note or {"kind": None}
        if note["kind"] == "answers":
            return f"{note['share']:.0%} of {note['pictures']:,} pictures of this model show it, as the classifier sees them."
        if note["kind"] == "marked":
            return f"Logistic regression on {note['positive']} examples with it and {note['negative']} without."
        return ""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "vector": [float(value) for value in self.vector]}

    @classmethod
    def from_json(cls, record: Mapping[str, Any], z_dim: int) -> Direction:
        """Read what `to_json` wrote; anything else is a ConfigError."""
        try:
            vector = np.asarray(record["vector"], np.float32)
            direction = cls(**{**{field.name: record[field.name] for field in fields(cls)}, "vector": vector})
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"a direction lacks or misstates {error}") from None
        if vector.shape != (z_dim,) or not np.isfinite(vector).all():
            raise ConfigError(f"a direction has {z_dim} finite numbers, found {vector.shape}")
        return direction


def unique_id(kind: str, content: bytes) -> str:
    """Return an id for what has no number: the same for the same content, another for any other."""
    return f"{kind}-{hashlib.sha256(content).hexdigest()[:8]}"


@dataclass(frozen=True, eq=False)
class Found:
    """Directions of one method, those that change the picture most first; each was measured by a step of `step` from `n` seeds."""

    method: str
    step: float
    n: int
    directions: tuple[Direction, ...]
    group: str | None = None  # whose attributes they are

    def first(self, count: int) -> Found:
        return replace(self, directions=self.directions[:count])

    def to_json(self) -> dict[str, Any]:
        listed = [direction.to_json() for direction in self.directions]
        return {"method": self.method, "group": self.group, "step": self.step, "n": self.n, "directions": listed}

    @classmethod
    def from_json(cls, record: Mapping[str, Any], z_dim: int) -> Found:
        """Read what `to_json` wrote; anything else is a ConfigError."""
        try:
            listed = tuple(Direction.from_json(direction, z_dim) for direction in record["directions"])
            return cls(str(record["method"]), float(record["step"]), int(record["n"]), listed, record["group"])
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"a list of directions lacks or misstates {error}") from None
