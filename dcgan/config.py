"""The vocabulary of settings: frozen dataclasses, checked once, saved whole. No torch here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from dcgan.errors import ConfigError

Prior = Literal["normal", "uniform"]
Preset = Literal["dcgan", "paper"]
Precision = Literal["auto", "fp32", "bf16"]

IMAGE_SIZES = (16, 32, 64, 128)
MAX_SEED = 2**53 - 1


def dcgan_home() -> Path:
    """Return the folder of own models, runs, data and caches: `$DCGAN_HOME`, by default `~/.dcgan`."""
    return Path(os.environ.get("DCGAN_HOME") or "~/.dcgan").expanduser()


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a training does, but for the data and the length.

    A field that is None is filled in from the data and the machine when a run is created; a saved run holds no None
    but for `label_column`.

    Sources: learning rate, betas, batch, z, initialisation from Radford et al. 2015, sections 3 and 4.
    """

    name: str = "dcgan"
    preset: Preset = "dcgan"
    image_size: int | None = None  # pixels a side, one of IMAGE_SIZES
    image_channels: int | None = None  # 1 grey, 3 RGB
    z_dim: int = 100
    prior: Prior = "normal"
    base_channels: int | None = None  # the tutorials' ngf and ndf: channels next to the picture
    batch_size: int | None = None
    learning_rate_d: float = 2e-4
    learning_rate_g: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    ema_decay: float = 0.999
    flip: bool = False  # mirror half of the real pictures; wrong for text and digits
    precision: Precision = "auto"
    seed: int = 0
    threads: int | None = None
    label_column: str | None = None

    def __post_init__(self) -> None:
        _check_choice("preset", self.preset, get_args(Preset))
        _check_choice("prior", self.prior, get_args(Prior))
        _check_choice("precision", self.precision, get_args(Precision))
        _check_choice("image_channels", self.image_channels, (None, 1, 3))
        _check_choice("image_size", self.image_size, (None, *IMAGE_SIZES))
        _check_range("z_dim", self.z_dim, 1, 4096)
        _check_range("base_channels", self.base_channels, 1, 1024)
        _check_range("batch_size", self.batch_size, 2, 4096)
        _check_range("threads", self.threads, 1, 1024)
        _check_range("seed", self.seed, 0, MAX_SEED)
        for key in ("learning_rate_d", "learning_rate_g"):
            _check_range(key, getattr(self, key), 0.0, 10.0)
        for key in ("beta1", "beta2", "ema_decay"):
            _check_range(key, getattr(self, key), 0.0, 0.999999)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Recipe:
        unknown = set(record) - {field.name for field in fields(cls)}
        if unknown:
            raise ConfigError(f"a recipe has no setting {', '.join(sorted(unknown))}; it has {', '.join(f.name for f in fields(cls))}")
        return cls(**record)


def apply_settings(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """Return `recipe` with `key=value` settings applied; a wrong key or value is a ConfigError that names it."""
    known = {field.name: str(field.type) for field in fields(Recipe) if field.name not in ("name", "preset")}
    changes: dict[str, Any] = {}
    for setting in settings:
        key, separator, text = setting.partition("=")
        if not separator:
            raise ConfigError(f"a setting is written key=value, found {setting!r}")
        if key not in known:
            raise ConfigError(f"no setting is called {key!r}; there are {', '.join(known)}")
        changes[key] = _parse(key, known[key], text)
    return replace(recipe, **changes)


def _parse(key: str, kind: str, text: str) -> Any:
    if "None" in kind and text.lower() in ("none", "auto"):
        return None
    if kind == "bool":
        if text.lower() not in ("true", "false", "1", "0", "on", "off", "yes", "no"):
            raise ConfigError(f"{key} is on or off, found {text!r}")
        return text.lower() in ("true", "1", "on", "yes")
    number = int if kind.startswith("int") else float if kind.startswith("float") else str
    try:
        return number(text)
    except ValueError:
        wanted = "a whole number" if number is int else "a number"
        raise ConfigError(f"{key} is {wanted}, found {text!r}") from None


def _check_choice(key: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices or isinstance(value, bool):
        raise ConfigError(f"{key} is one of {', '.join(str(choice) for choice in choices if choice is not None)}, found {value!r}")


def _check_range(key: str, value: float | None, low: float, high: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{key} is from {low} to {high}, found {value!r}")


@dataclass(frozen=True)
class Budget:
    """How long a training goes: exactly one of steps, epochs or minutes (of training, pauses excluded)."""

    steps: int | None = None
    epochs: float | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        given = [key for key in ("steps", "epochs", "minutes") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ConfigError(f"give one of steps, epochs or minutes, found {' and '.join(given) or 'none'}")
        value = getattr(self, given[0])
        if not 0 < value < 1e12:
            raise ConfigError(f"{given[0]} is a number above 0, found {value!r}")

    def steps_total(self, steps_per_epoch: int) -> int | None:
        """Return the number of steps this comes to, or None where minutes decide."""
        if self.steps is not None:
            return self.steps
        return None if self.epochs is None else max(1, round(self.epochs * steps_per_epoch))

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class TrainingConfig:
    """What one call of `train()` does: a recipe without gaps and a length."""

    recipe: Recipe
    budget: Budget
    save_every: int | None = None  # steps between saved states; None: about every 30 seconds
