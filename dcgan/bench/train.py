"""`bench train`: our step beside the tutorials' loop, in turns, with the same network, pictures, batch and threads."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from dcgan.bench.arithmetic import matmul_peak, step_multiply_adds
from dcgan.bench.plain import plain_networks
from dcgan.bench.sides import Job, Memory, Side, SideName
from dcgan.config import apply_settings
from dcgan.data import Progress, load
from dcgan.errors import DataError
from dcgan.training.design import class_names, design
from dcgan.training.recipes import best_device, fill, named_recipe
from dcgan.training.tuning import resolve, use_process

WARM_UP = 2  # steps of every turn that are not counted: caches, and batches that workers had time to prepare
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
Turns = list[list[float]]  # seconds of every counted step, a list for each turn


@dataclass(frozen=True)
class TrainBenchRequest:
    """What to compare, and for how long. Each side makes `steps` counted steps in each of `turns` turns."""

    source: str = "shapes"
    data_dir: Path | None = None
    recipe: str = "pytorch-tutorial"
    settings: tuple[str, ...] = ()
    turns: int = 4
    steps: int = 8
    workers: int = 2


@dataclass(frozen=True)
class TrainBench:
    """What came out. `ours` and `plain` are images a second, from the fastest quarter of all counted steps; `ratio` is ours / plain.

    `ratio_low` and `ratio_high` are the extremes over the turns, each taken alone in the same way. Shares are of the machine's peak in
    `peaks`, in operations a second by precision: ours of that of its precision, the plain loop's of fp32, both for the operations
    that a step must do (`step_multiply_adds`); kernels that multiply less than is counted there (Winograd) can pass 1, as can a peak
    taken while the machine was busy otherwise. Memory in bytes: see `Memory`.
    """

    ours: float
    plain: float
    ratio: float
    ratio_low: float
    ratio_high: float
    peak_share: float
    plain_peak_share: float
    peak_memory_bytes: int | None
    plain_peak_memory_bytes: int | None
    device_memory_bytes: int | None
    plain_device_memory_bytes: int | None
    peaks: dict[str, float]
    multiply_adds: int  # a picture and step
    turns: int
    steps: int  # counted ones, a side and turn
    workers: int
    data: str
    images: int
    recipe: dict[str, Any]  # without gaps, and what every `auto` became
    device: str
    torch_version: str
    onednn_max_cpu_isa: str | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def bench_train(request: TrainBenchRequest, progress: Progress | None = None) -> TrainBench:
    """Compare both sides on this machine; raises a DCGANError for input that cannot be trained on."""
    job, images = _prepare(request, progress)
    peaks = dict.fromkeys(("fp32", "bf16") if job.device == "cpu" else DTYPES, 0.0)
    turns: dict[SideName, Turns] = {"ours": [], "plain": []}
    with ExitStack() as stack:
        sides = [stack.enter_context(Side(name, job)) for name in turns]
        for turn in range(request.turns):
            peaks = {name: max(peak, matmul_peak(DTYPES[name], job.device)) for name, peak in peaks.items()}
            for place, side in enumerate(sides):
                if progress:
                    progress(2 * turn + place, 2 * request.turns, f"turn {turn + 1} of {request.turns}: {side.name}")
                side.seconds(WARM_UP)
                turns[side.name].append(side.seconds(request.steps))
        memory = {side.name: side.memory() for side in sides}
    return _result(request, job, images, turns, memory, peaks)


def _prepare(request: TrainBenchRequest, progress: Progress | None) -> tuple[Job, int]:
    """Decide everything that a run would decide, `auto` included; return it with the number of pictures."""
    recipe, device = apply_settings(named_recipe(request.recipe), request.settings), best_device()
    size, channels, column = recipe.image_size, recipe.image_channels, recipe.label_column
    data = load(request.source, image_size=size, image_channels=channels, data_dir=request.data_dir, label_column=column, progress=progress)
    recipe = fill(recipe, data.images.shape[1], data.images.shape[3], device)
    if len(data.images) < (recipe.batch_size or 0):
        raise DataError(f"{data.name} has {len(data.images)} pictures, fewer than a batch of {recipe.batch_size}; set a smaller batch_size")
    plain_networks(recipe)  # refuses what no tutorial has
    networks = design(recipe, len(class_names(recipe, data)))
    use_process(recipe)
    recipe = resolve(recipe, networks, data, device)
    return Job(recipe, networks, request.source, request.data_dir, device, request.workers), len(data.images)


def _result(
    request: TrainBenchRequest, job: Job, images: int, turns: dict[SideName, Turns], memory: dict[SideName, Memory], peaks: dict[str, float]
) -> TrainBench:
    recipe = job.recipe
    assert recipe.batch_size is not None
    ours, plain = (recipe.batch_size / fastest_quarter([second for turn in turns[side] for second in turn]) for side in ("ours", "plain"))
    ratios = [fastest_quarter(slow) / fastest_quarter(fast) for fast, slow in zip(turns["ours"], turns["plain"], strict=True)]
    multiply_adds = step_multiply_adds(job.networks, recipe.d_steps)
    plain_multiply_adds = step_multiply_adds(job.networks)
    return TrainBench(
        ours=ours,
        plain=plain,
        ratio=ours / plain,
        ratio_low=min(ratios),
        ratio_high=max(ratios),
        peak_share=2 * multiply_adds * ours / peaks[recipe.precision],
        plain_peak_share=2 * plain_multiply_adds * plain / peaks["fp32"],
        peak_memory_bytes=memory["ours"].process,
        plain_peak_memory_bytes=memory["plain"].process,
        device_memory_bytes=memory["ours"].device,
        plain_device_memory_bytes=memory["plain"].device,
        peaks=peaks,
        multiply_adds=multiply_adds,
        turns=request.turns,
        steps=request.steps,
        workers=request.workers,
        data=request.source,
        images=images,
        recipe=recipe.to_json(),
        device=job.device,
        torch_version=torch.__version__,
        onednn_max_cpu_isa=os.environ.get("ONEDNN_MAX_CPU_ISA"),
    )


def fastest_quarter(seconds: Sequence[float]) -> float:
    """Return the mean of the fastest quarter, at least one: what the machine does when nothing else disturbs it."""
    return statistics.fmean(sorted(seconds)[: max(1, len(seconds) // 4)])
