"""Checks of single settings, and their reading from text."""

from __future__ import annotations

from typing import Any

from dcgan.errors import ConfigError

MAX_STEPS = 10**9
MAX_SEED = 2**53 - 1
RANGES = {  # of the numbers in a recipe
    "z_dim": (1, 4096),
    "base_channels": (1, 1024),
    "batch_size": (2, 4096),
    "learning_rate_d": (0.0, 10.0),
    "learning_rate_g": (0.0, 10.0),
    "beta1": (0.0, 0.999999),
    "beta2": (0.0, 0.999999),
    "decay_start": (0, MAX_STEPS),
    "decay_steps": (1, MAX_STEPS),
    "d_steps": (1, 100),
    "unroll_steps": (0, 20),
    "hidden_dense": (0, 4),
    "init_std": (1e-6, 10.0),
    "weight_clip": (1e-6, 100.0),
    "gradient_penalty": (0.0, 1e6),
    "r1": (0.0, 1e6),
    "augment_probability": (0.0, 1.0),
    "label_smoothing": (0.0, 0.5),
    "instance_noise": (0.0, 10.0),
    "instance_noise_steps": (1, MAX_STEPS),
    "ema_decay": (0.0, 0.999999),
    "seed": (0, MAX_SEED),
    "threads": (1, 1024),
    "log_every": (1, 10_000),
    "pictures": (2, MAX_STEPS),
}


def parse(key: str, kind: str, text: str) -> Any:
    """Return the value that `text` says for a field annotated `kind`, or raise a ConfigError that names `key`."""
    if "None" in kind and text.lower() in ("none", "auto"):
        return None
    if kind == "str" and text.lower() == "none":
        return ""
    if kind.startswith("bool"):
        if text.lower() not in ("true", "false", "1", "0", "on", "off", "yes", "no"):
            raise ConfigError(f"{key} is on or off, found {text!r}")
        return text.lower() in ("true", "1", "on", "yes")
    number = int if kind.startswith("int") else float if kind.startswith("float") else str
    try:
        return number(text)
    except ValueError:
        raise ConfigError(f"{key} is a whole number, found {text!r}" if number is int else f"{key} is a number, found {text!r}") from None


def check_choice(key: str, value: object, choices: tuple[object, ...]) -> None:
    """Raise a ConfigError where `value` is none of `choices`."""
    if value not in choices or isinstance(value, bool):
        raise ConfigError(f"{key} is one of {', '.join(str(choice) for choice in choices if choice is not None)}, found {value!r}")


def check_range(key: str, value: float | None, low: float, high: float) -> None:
    """Raise a ConfigError where `value` is no number from `low` to `high`; None may be."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{key} is from {low} to {high}, found {value!r}")
