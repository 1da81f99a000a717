"""What every `auto` of a recipe becomes: what is fastest here, measured once and remembered.

Measured, because flags mislead: torch reports AMX even where a variable switches it off, and bf16 is then slower than fp32.
Measured in processor seconds, on a CPU: what else the machine does hardly changes them, where it decides seconds on the wall.
Remembered, because two that are nearly as fast may come out either way, and the same command should train the same weights.
Not remembered, where other programs held the cores meanwhile: bf16 suffers more from that than fp32, and the next run may have them free.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from math import log2
from typing import Any

import torch
from filelock import FileLock

from dcgan.config import Budget, Recipe, dcgan_home
from dcgan.data import Dataset
from dcgan.errors import ConfigError
from dcgan.files import read_json, write_json
from dcgan.system import keep_memory, release_memory
from dcgan.training.kernels import fastest_kernels
from dcgan.training.trainer import Networks, Trainer

STEPS, LEAST = 2, 0.3  # at least so many steps, and seconds, are timed in a turn, after a step that warms up
TURNS = 2
HOPELESS = 1.4  # times the fastest: has no other turn
STARVED = 0.6  # processor seconds of each thread in a second: 0.87 to 1.07 on two free cores, 0.37 to 0.42 beside three busy programs
COMPILE_FROM = 1200.0  # seconds of training; below, no gain that compiling could bring repays the time it takes
DECISIVE = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
INDIFFERENT = ("name", "seed", "learning_rate_d", "learning_rate_g", "label_column", "crop", "pictures")  # settings that change no speed
TUNED = ("precision", "layout", "kernels", "compile")


def resolve(recipe: Recipe, networks: Networks, data: Dataset, device: str, budget: Budget | None = None) -> Recipe:
    """Return `recipe` without any "auto": each is replaced by what was first found fastest on this machine.

    `budget` is the length of the training, which decides whether compiling is worth its time; without one it is not.
    """
    if not any(getattr(recipe, name) == "auto" for name in TUNED):
        return recipe
    folder = dcgan_home() / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "tuning.lock"):  # two runs that start together measure once
        known = read_json(folder / "tuning.json")
        seconds = _seconds_of(budget)
        key = _key(recipe, networks, device, seconds)
        found = _known(recipe, known.get(key))
        if found is None:
            tuner = _Tuner(recipe, networks, data, device)
            found = tuner.tuned(seconds)
            if not tuner.was_starved:
                write_json(folder / "tuning.json", {**known, key: {name: getattr(found, name) for name in TUNED}})
    return found


def use_process(recipe: Recipe) -> None:
    """Give this process what a step is fast with: the recipe's threads, and memory that it keeps from one tensor to the next."""
    assert recipe.threads is not None
    torch.set_num_threads(recipe.threads)
    keep_memory()


def _known(recipe: Recipe, record: Any) -> Recipe | None:
    """Return the recipe with what was found before; None where nothing fit to use was."""
    try:
        found = replace(recipe, **{name: record[name] for name in TUNED})
    except (ConfigError, KeyError, TypeError):
        return None
    return None if any(getattr(found, name) == "auto" for name in TUNED) else found


def _key(recipe: Recipe, networks: Networks, device: str, seconds: float) -> str:
    """Return a digest of all that decides what is fastest."""
    machine = (platform.machine(), platform.processor(), torch.backends.cpu.get_cpu_capability(), os.cpu_count(), device, torch.__version__)
    kept = {**recipe.to_json(), **dict.fromkeys(INDIFFERENT)}
    shape = (networks.generator.to_json(), networks.discriminator.to_json())
    length = int(log2(seconds / COMPILE_FROM)) if seconds >= COMPILE_FROM else None  # doublings: one measurement serves many lengths
    variables = {name: os.environ.get(name) for name in DECISIVE}
    return hashlib.sha256(json.dumps([machine, kept, length, shape, variables], sort_keys=True).encode()).hexdigest()


def _seconds_of(budget: Budget | None) -> float:
    """Return how long a training is at least, as far as its length says; 0 where steps or epochs decide."""
    return (budget.minutes or 0.0) * 60 if budget is not None else 0.0


class _Tuner:
    """Finds one setting after the other, each with the ones before."""

    def __init__(self, recipe: Recipe, networks: Networks, data: Dataset, device: str) -> None:
        use_process(recipe)
        self.recipe, self.networks, self.data, self.device = recipe, networks, data, device
        self.waited = self.worked = 0.0  # seconds on the wall and of a thread, in all steps that were timed

    @property
    def was_starved(self) -> bool:
        """Whether other programs had the cores for much of the time that was measured."""
        return self.device == "cpu" and self.worked < STARVED * self.waited

    def tuned(self, seconds: float) -> Recipe:
        """Return the recipe without any "auto". Kernels come before the layout: only channels_last has them, and it is judged with them."""
        if self.recipe.precision == "auto":
            self._choose([{"precision": name} for name in precisions(self.device)], layout="channels_last")
        fast, plain = {"layout": "channels_last", "kernels": self.recipe.kernels}, {"layout": "contiguous", "kernels": self.recipe.kernels}
        if self.recipe.kernels == "auto":
            fast["kernels"], plain["kernels"] = self._kernels(), "native"
        if self.recipe.layout == "auto":
            self._choose([fast, plain])
        elif self.recipe.kernels == "auto":
            self.recipe = replace(self.recipe, kernels=fast["kernels"])
        if self.recipe.compile == "auto":
            self.recipe = replace(self.recipe, compile="on" if self._is_worth_compiling(seconds) else "off")
        return self.recipe

    def _kernels(self) -> str:
        return "native" if self.recipe.needs_second_derivatives else fastest_kernels(self.recipe, self.networks, self.device)

    def _choose(self, candidates: Sequence[dict[str, Any]], **meanwhile: Any) -> None:
        """Take over the candidate with the fastest step, by the median.

        They are timed in turns, so that a slow moment hits all, and one at a time, so that no more memory is held than training takes.
        """
        times: list[list[float]] = [[] for _ in candidates]
        for turn in range(TURNS):
            limit = HOPELESS * min(map(statistics.median, times)) if turn else 0.0
            for candidate, seconds in zip(candidates, times, strict=True):
                if turn and statistics.median(seconds) > limit:
                    continue
                seconds += self._timed(self._trainer(**{**meanwhile, **candidate}))
                release_memory()
        medians = list(map(statistics.median, times))
        self.recipe = replace(self.recipe, **candidates[medians.index(min(medians))])

    def _timed(self, trainer: Trainer) -> list[float]:
        """Return the seconds of each of some steps."""
        clock = time.process_time if self.device == "cpu" else time.perf_counter
        trainer.seconds_of(0, clock)
        seconds: list[float] = []
        start = time.perf_counter()
        while len(seconds) < STEPS or sum(seconds) < LEAST:
            seconds.append(trainer.seconds_of(1 + len(seconds), clock))
        self.waited += time.perf_counter() - start
        self.worked += sum(seconds) / torch.get_num_threads()
        return seconds

    def _is_worth_compiling(self, seconds: float) -> bool:
        """Compile and see, where there is a compiler: what it saves over a training of `seconds` must exceed what it took."""
        if (
            seconds < COMPILE_FROM
            or self.recipe.needs_second_derivatives
            or self.recipe.kernels != "native"
            or not _has_compiler(self.device)
        ):
            return False
        plain, compiled = self._trainer(compile="off"), self._trainer(compile="on")
        plain.seconds_of(0)
        try:
            warm_up = compiled.seconds_of(0)
        except Exception:  # a compiler that is there but does not work, in whatever way
            return False
        off = on = float("inf")
        for step in range(1, 1 + TURNS * STEPS):
            off, on = min(off, plain.seconds_of(step)), min(on, compiled.seconds_of(step))
        return warm_up < (1 - on / off) * seconds

    def _trainer(self, **settings: Any) -> Trainer:
        return Trainer(replace(self.recipe, **settings), self.networks, self.data, self.device)


def precisions(device: str) -> tuple[str, ...]:
    """Return the precisions that `auto` chooses from: fp16 only where an accelerator has no bf16."""
    if device == "cpu":
        return "fp32", "bf16"
    has_bf16 = device != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False)
    return "fp32", "bf16" if has_bf16 else "fp16"


def _has_compiler(device: str) -> bool:
    if device != "cpu":
        return True  # Triton brings its own
    return any(map(shutil.which, (os.environ.get("CXX") or "c++", "g++", "clang++", "cl")))
