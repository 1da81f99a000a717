"""What a run says of where it comes from: the command, the machine, the data."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from dcgan.data.entries import NAMES


def command_line(source: str, recipe: str | None, model: str | None, settings: Sequence[str]) -> str:
    """Return the command that starts the same training elsewhere, without its length: a path of this machine is cut to its last part."""
    options = ["--data", Path(source).name if _is_path(source) else source]
    options += ["--recipe", recipe] if recipe else []
    options += ["--from", Path(model).name] if model else []
    for setting in settings:
        options += ["--set", setting]
    return shlex.join(["python", "-m", "dcgan", "train", *options])


def machine(device: str) -> dict[str, Any]:
    """Return where a training runs: device and versions."""
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    return {"device": device, "versions": versions, "system": f"{platform.system()} {platform.machine()}"}


def absolute(source: str) -> str:
    """Return a path that means the same from anywhere; a name stays."""
    return str(Path(source).resolve()) if _is_path(source) else source


def _is_path(source: str) -> bool:
    """A named set is meant also where a folder of that name lies about."""
    return source not in NAMES and Path(source).exists()
