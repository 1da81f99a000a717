"""A file's tensors, and whatever else it says, without running anything in it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from dcgan.errors import CheckpointError
from dcgan.models.importing.formats import KERAS_LINE, OWN, SAVE_LINE, kind_by_start, kind_of

TIME_LIMIT = 120  # seconds to read a file
ROOT = Path(__file__).resolve().parents[3]

Fact = int | float | str


@dataclass(frozen=True)
class Contents:
    """What stands in a file.

    `tensors` are named by their path through nested dicts, joined with "/"; they are in the file's own order where `ordered`.
    `facts` are its numbers and words, by path. `keras` is the configuration of a Keras model. `described` is what our own export wrote of
    its network.
    """

    name: str
    kind: str
    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Fact] = field(default_factory=dict)
    ordered: bool = False
    keras: Mapping[str, Any] | None = None
    described: Mapping[str, str] | None = None


def read_contents(path: Path, allow_pickle: bool = True) -> Contents:
    """Read a file of any kind that is known.

    Parameters
    ----------
    allow_pickle
        False on a public server, which takes safetensors only.

    Raises
    ------
    CheckpointError
        It is something else, too slow, too large, or damaged; the message says what to do.
    """
    kind = kind_of(path)
    _refuse_pickle(path.name, kind, allow_pickle)
    if kind == "safetensors":
        return _read_safetensors(path, path.name)
    return _read_numpy(path) if kind == "numpy" else _read_apart(path, kind)


def check_start(name: str, start: bytes, size: int, allow_pickle: bool) -> None:
    """Refuse a file of `size` bytes, as `read_contents` does, where its first `formats.START` bytes suffice for that."""
    _refuse_pickle(name, kind_by_start(name, start, size), allow_pickle)


def _refuse_pickle(name: str, kind: str, allowed: bool) -> None:
    if not allowed and kind not in ("safetensors", "numpy"):
        raise CheckpointError(f"{name}: a public server takes .safetensors only; save one with safetensors.torch.save_file")


def _read_safetensors(path: Path, name: str) -> Contents:
    try:
        with safe_open(path, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in sorted(file.keys())}
            facts = {key: value for key, value in (file.metadata() or {}).items() if len(value) < 200}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{name} is cut short or damaged: it cannot be read as safetensors ({error})") from None
    return Contents(name, "safetensors", tensors, facts)


def _read_numpy(path: Path) -> Contents:
    """Read a .npy file of numbers as one tensor; mapped, so that a header cannot ask for more memory than the file has bytes."""
    try:
        numbers = np.load(path, mmap_mode="r", allow_pickle=False).astype(np.float32, casting="same_kind")
    except (OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path.name} is not a .npy file of numbers ({error})") from None
    return Contents(path.name, "numpy", {"tensor": torch.from_numpy(numbers)})


def _read_apart(path: Path, kind: str) -> Contents:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tensors.safetensors"
        command = [sys.executable, "-m", "dcgan.models.importing.child", kind, str(path.resolve()), str(target)]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False, cwd=ROOT)
            outcome = json.loads(answer.stdout.strip().splitlines()[-1])
        except subprocess.TimeoutExpired:
            raise CheckpointError(f"{path.name} took longer than {TIME_LIMIT} s to read; it was given up") from None
        except (IndexError, ValueError):
            raise CheckpointError(f"{path.name} cannot be read: the reader ended without an answer; it is damaged or too large") from None
        if "error" in outcome:
            raise CheckpointError(_explain(path.name, kind, str(outcome["error"])))
        read = _read_safetensors(target, path.name)
    tensors = {key: read.tensors[key] for key in outcome["order"]}
    return Contents(path.name, kind, tensors, outcome["facts"], True, outcome.get("keras"), outcome.get(OWN))


def _explain(name: str, kind: str, error: str) -> str:
    if error == "pickled":
        return (
            f"{name} holds pickled objects (a whole module, or no torch file at all), which cannot be read without running code; "
            f"in the notebook that made it, run {SAVE_LINE} and bring that file"
        )
    if error == "no configuration":
        return f"{name} holds a Keras model's weights without its configuration; in the notebook that made it, run {KERAS_LINE}"
    line = SAVE_LINE if kind == "torch" else KERAS_LINE
    return f"{name} is damaged, or not what its beginning says ({error}); copy it again, or save one with {line}"
