"""`bench recipes`: trainings that differ in one thing, scored after the same time and after the same number of pictures.

A plan is a JSON file; each of its rows becomes the commands that anyone could type, `train` and `evaluate`, in processes of their own.
What a trial found is a JSON file as well: a plan that was broken off goes on where it was, and tables are made of the files alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dcgan.config import Recipe, apply_settings
from dcgan.data import Progress
from dcgan.errors import ConfigError, DCGANError
from dcgan.files import read_json, write_json
from dcgan.system import cores
from dcgan.training.recipes import best_device, fill, named_recipe

TIME, IMAGES = "time", "images"  # when a trial is scored: after so many minutes, after so many real pictures


@dataclass(frozen=True)
class Row:
    """One training to compare; it is repeated for every seed. `equal_images`: its first seed is scored after equal pictures too."""

    name: str
    recipe: str = "dcgan"
    set: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    equal_images: bool = True


@dataclass(frozen=True)
class Plan:
    """What is compared, on which data (`image_size` pixels a side), for how long, and by which features; the first row is the baseline."""

    rows: tuple[Row, ...]
    minutes: float
    images: int
    image_size: int = 64
    set: tuple[str, ...] = ()  # settings of every row
    samples: int = 2000
    features: tuple[str, ...] = ("efficientnet-lite0", "random")

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read a plan; a ConfigError that says what is wrong with it."""
        try:
            record = json.loads(path.read_text("utf-8"))
            rows = tuple(Row(**_frozen(row)) for row in record.pop("rows"))
            plan = cls(rows=rows, **_frozen(record))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            known = ", ".join(field.name for field in fields(cls))
            raise ConfigError(f"{path} is not a plan, a JSON object of {known}: {error}") from None
        for row in plan.rows:
            plan.step_of_images(row)  # refuses unknown recipes and settings
        return plan

    def recipe(self, row: Row) -> Recipe:
        """Return what a row trains by, with gaps."""
        return apply_settings(named_recipe(row.recipe), (*self.set, *row.set))

    def step_of_images(self, row: Row) -> int:
        """Return the step at which a row has seen `images` real pictures."""
        recipe = self.recipe(row)
        batch = fill(recipe, self.image_size, recipe.image_channels or 3, best_device()).batch_size
        assert batch is not None
        return max(1, round(self.images / (batch * recipe.d_steps)))


def _frozen(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}


def bench_recipes(plan: Plan, data: str, folder: Path, jobs: int = 1, progress: Progress | None = None) -> None:
    """Make every trial of a plan that `folder` has no result of, `jobs` at a time, which then share the processors evenly."""
    folder.mkdir(parents=True, exist_ok=True)
    trials = [(row, seed) for row in plan.rows for seed in row.seeds if not result_path(folder, row.name, seed).exists()]
    with ThreadPoolExecutor(jobs) as pool:
        done = pool.map(lambda trial: _Trial(plan, trial[0], trial[1], data, folder, jobs).make(), trials)
        for count, (row, seed) in enumerate(trials):
            if progress:
                progress(count, len(trials), f"{row.name}, seed {seed}")
            next(done)


def result_path(folder: Path, name: str, seed: int) -> Path:
    return folder / f"{name}.{seed}.json"


class _Trial:
    """One row with one seed: a run folder beside its result."""

    def __init__(self, plan: Plan, row: Row, seed: int, data: str, folder: Path, jobs: int) -> None:
        self.plan, self.row, self.seed, self.data, self.folder = plan, row, seed, data, folder
        self.run = folder / "runs" / f"{row.name}.{seed}"
        self.threads = max(1, cores() // jobs)

    def make(self) -> None:
        plan, row, step = self.plan, self.row, self.plan.step_of_images(self.row)
        settings = (*plan.set, *row.set, f"seed={self.seed}", f"threads={self.threads}")
        options = ["--recipe", row.recipe, *(part for setting in settings for part in ("--set", setting))]
        after = self._train(*options, "--minutes", str(plan.minutes), "--save-every", str(step))
        found: dict[str, Any] = {TIME: self._score(after["step"])}
        if row.equal_images and self.seed == row.seeds[0]:
            if after["step"] < step:
                self._train("--steps", str(step))
            found[IMAGES] = found[TIME] if after["step"] == step else self._score(step)
        config = read_json(self.run / "config.json")
        record = {"name": row.name, "seed": self.seed, "machine": config["machine"], "recipe": config["recipe"]}
        write_json(result_path(self.folder, row.name, self.seed), {**record, **found})

    def _train(self, *options: str) -> dict[str, Any]:
        return self._call("train", "--run", str(self.run), "--data", self.data, *options)

    def _score(self, step: int) -> dict[str, Any]:
        """Return what `evaluate` says of a snapshot, by features, with the run's own measure where it was taken then."""
        model, lines = self.run / "snapshots" / f"{step:06d}", (self.run / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        own = {line["step"]: line["swd"] for line in events if line.get("event") == "scored"}
        training = read_json(model / "config.json")["training"]
        found: dict[str, Any] = {"step": step, "images": training["images_seen"], "seconds": training["seconds"], "swd": own.get(step)}
        for features in self.plan.features:
            options = ("--data", self.data, "--features", features, "--samples", str(self.plan.samples))
            scores = self._call("evaluate", str(model), *options)
            found[features] = {key: scores[key] for key in ("kid", "kid_se", "floor", "n", "diversity")}
        return found

    def _call(self, *words: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "dcgan", *words, "--json"]
        environment = {**os.environ, "OMP_NUM_THREADS": str(self.threads)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DCGANError(f"{self.row.name}, seed {self.seed}: {(done.stderr.splitlines() or ['no word'])[-1]}; {' '.join(command)}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def read_results(folder: Path) -> list[dict[str, Any]]:
    """Return all results in a folder, by name and seed."""
    found = [read_json(path) for path in folder.glob("*.json")]
    return sorted((record for record in found if "seed" in record), key=lambda record: (record["name"], record["seed"]))


def table(plan: Plan, results: Iterable[Mapping[str, Any]], when: str) -> list[list[str]]:
    """Return the rows of a table, header first: what each row of the plan reached, seeds together, and its ratio to the first row."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for record in results:
        if when in record:
            by_name.setdefault(record["name"], []).append(record)
    known = [row for row in plan.rows if row.name in by_name]
    lines = [["recipe", "seeds", "pictures seen", *(part for name in plan.features for part in (f"KID {name}", "ratio")), "SWD"]]
    for row in known:
        scored = [record[when] for record in by_name[row.name]]
        base = [record[when] for record in by_name[known[0].name]]
        line = [row.name, str(len(scored)), f"{statistics.fmean(score['images'] for score in scored):,.0f}"]
        for name in plan.features:
            line += [_with_spread([score[name] for score in scored]), f"{_mean(scored, name) / _mean(base, name):.2f}"]
        own = [score["swd"] for score in scored if score["swd"] is not None]
        lines.append([*line, f"{statistics.fmean(own):.3f}" if own else "-"])
    return lines


def _mean(scored: Sequence[Mapping[str, Any]], features: str) -> float:
    return statistics.fmean(score[features]["kid"] for score in scored)


def _with_spread(scores: Sequence[Mapping[str, Any]]) -> str:
    """Return a KID with the standard error over its blocks, of several seeds the mean and the standard deviation between them."""
    values = [score["kid"] for score in scores]
    spread = statistics.stdev(values) if len(values) > 1 else scores[0]["kid_se"]
    return f"{statistics.fmean(values):.4f}" + (f" ± {spread:.4f}" if spread is not None else "")
