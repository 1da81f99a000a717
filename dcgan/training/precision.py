"""What `precision=auto` becomes: the faster of two, measured once and remembered.

Measured, because flags mislead: torch reports AMX even where a variable switches it off, and bf16 is then slower than fp32.
Remembered, because a measurement on a busy machine may come out either way, and the same command should train the same weights.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import replace

import torch
from filelock import FileLock

from dcgan.config import Precision, Recipe, dcgan_home
from dcgan.data import Dataset
from dcgan.files import read_json, write_json
from dcgan.training.trainer import Networks, Trainer

CANDIDATES: tuple[Precision, ...] = ("fp32", "bf16")
STEPS = 3  # timed, after one that warms up
DECISIVE = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def resolve_precision(recipe: Recipe, networks: Networks, data: Dataset, device: str) -> Recipe:
    """Return `recipe` with `precision` auto replaced by what is faster here, as first found on this machine."""
    if recipe.precision != "auto":
        return recipe
    folder, key = dcgan_home() / "cache", _key(recipe, networks, device)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "precision.lock"):  # two runs that start together measure once
        known = read_json(folder / "precision.json")
        if known.get(key) not in CANDIDATES:
            known = {**known, key: _faster(recipe, networks, data, device)}
            write_json(folder / "precision.json", known)
    return replace(recipe, precision=known[key])


def _key(recipe: Recipe, networks: Networks, device: str) -> str:
    """Return a digest of all that decides which is faster."""
    machine = (platform.machine(), platform.processor(), os.cpu_count(), device, torch.__version__, recipe.threads, recipe.batch_size)
    shape = (networks.generator.to_json(), networks.discriminator.to_json())
    variables = {name: os.environ.get(name) for name in DECISIVE}
    return hashlib.sha256(json.dumps([machine, shape, variables]).encode()).hexdigest()


def _faster(recipe: Recipe, networks: Networks, data: Dataset, device: str) -> Precision:
    assert recipe.threads is not None
    torch.set_num_threads(recipe.threads)
    trainers = {precision: Trainer(replace(recipe, precision=precision), networks, data, device) for precision in CANDIDATES}
    seconds: dict[Precision, list[float]] = {precision: [] for precision in CANDIDATES}
    for step in range(1 + STEPS):  # in turns, so that a busy moment hits both
        for precision, trainer in trainers.items():
            seconds[precision].append(trainer.seconds_per_step(1, first=step))
    return min(CANDIDATES, key=lambda precision: min(seconds[precision][1:]))
