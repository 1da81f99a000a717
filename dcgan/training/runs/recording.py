"""A recorded run: what a shelf model keeps of its training, small, and read by `RunReader` like any run."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dcgan.errors import ConfigError, RunError
from dcgan.files import new_folder, write_bytes, write_json
from dcgan.models import Library
from dcgan.models.card import HubFacts, model_card
from dcgan.models.folder import Model, ModelConfig, read_model, write_model
from dcgan.models.library import BEST, BEST_FILE, RECORDING
from dcgan.training.runs.folder import CONFIG, EVENTS, RunReader, open_run
from dcgan.training.runs.lines import mean_line, to_line
from dcgan.training.runs.snapshots import spaced

MAX_RECORDING = 1_500_000  # bytes, all files of a recording together
MAX_WEIGHTS = 10_000_000  # bytes of a safetensors file
MAX_LINES, MAX_SHEETS, MAX_SNAPSHOTS = 600, 24, 8
SHRINKINGS = tuple(product((1, 2, 4), (90, 80, 70, 60, 50, 40)))  # (pixels a side divided by, JPEG quality), the best first
DROPPED = ("checkpoint", "failed", "repeats", "judged")  # events of the machine's folder, not of the training


@dataclass(frozen=True)
class Shelved:
    """What `shelve` wrote: the step of the model, how much of the run is replayed, and the bytes of the recording."""

    folder: Path
    step: int
    lines: int
    sheets: int
    snapshots: int
    recording_bytes: int


def shelve(
    run: Path,
    folder: Path,
    facts: HubFacts,
    terms: str | None = None,
    snapshots: bool = False,
    force: bool = False,
    scores: dict[str, Any] | None = None,
) -> Shelved:
    """Make a shelf model of a run: its snapshot as a model folder, with the run's recording inside.

    Parameters
    ----------
    run
        A run folder, meant by its newest snapshot; `<run>/best` is that of the best stage, see `training.best`.
    facts
        What only a person knows and the card's header says.
    terms
        The terms of the training data, where the data set itself states none or others.
    snapshots
        Add about MAX_SNAPSHOTS earlier generators as `snapshots/<step>`.
    scores
        What `evaluate` said of the same model, for the card: see `models.card`.

    Raises
    ------
    DCGANError
        `folder` is there already (see `new_folder`), the run has no snapshot, or a file would be larger than a shelf model's may be.
    """
    model = _portable(Library().find(str(run.absolute()))[0], terms, scores)
    run = run.parent if run.name == BEST and not run.exists() else run
    reader = open_run(run)
    if model.path is None or not model.path.name.isdigit():
        raise RunError(f"{run} is a model already; say which run to make one of")
    step = int(model.path.name)
    with new_folder(folder, force) as temporary:
        write_model(temporary / "model", model, model_card(folder.resolve().name, model.config, facts))
        for path in (temporary / "model").iterdir():
            path.rename(temporary / path.name)
        (temporary / "model").rmdir()
        if (model.path / "preview.png").exists():
            shutil.copyfile(model.path / "preview.png", temporary / "preview.png")
        lines, sheets = record(reader, temporary / RECORDING, step, terms)
        earlier = _write_snapshots(run / "snapshots", temporary / "snapshots", step, terms) if snapshots else 0
        _check_weights(temporary)
        size = _bytes_in(temporary / RECORDING)
    return Shelved(folder, step, lines, sheets, earlier, size)


def record(reader: RunReader, folder: Path, last: int, terms: str | None = None) -> tuple[int, int]:
    """Write the recording of a run up to step `last`; return the number of its step lines and of its sheets."""
    (folder / "samples").mkdir(parents=True)
    sheets = spaced([step for step in reader.sample_steps() if step <= last], MAX_SHEETS)
    write_json(folder / CONFIG, _portable_config(reader.config, terms))
    if reader.best is not None and reader.best["step"] <= last:
        write_json(folder / BEST_FILE, reader.best)
    lines = thinned([line for line in reader.since(0).lines if line.get("step", 0) <= last], set(sheets))
    write_bytes(folder / EVENTS, "".join(map(to_line, lines)).encode())
    room = MAX_RECORDING - _bytes_in(folder)
    for name, content in _shrunk([reader.sample_path(step) for step in sheets], room).items():
        write_bytes(folder / "samples" / name, content)
    return sum("event" not in line for line in lines), len(sheets)


def thinned(lines: Sequence[dict[str, Any]], sheets: set[int], count: int = MAX_LINES) -> list[dict[str, Any]]:
    """Return the lines of events.jsonl with at most `count` step lines, in their order.

    The first and the last step line stay; those between become means over spans of equally many lines (one more or less). Of the other
    events, those of sheets that are not in `sheets` and those in DROPPED go.
    """
    places = [place for place, line in enumerate(lines) if "event" not in line]
    spans = [np.array([place]) for place in places]
    if len(places) > count:
        spans = [np.array(places[:1]), *np.array_split(places[1:-1], count - 2), np.array(places[-1:])]
    placed = [(int(span[len(span) // 2]), mean_line([lines[place] for place in span])) for span in spans]
    for place, line in enumerate(lines):
        event = line.get("event")
        if event is not None and event not in DROPPED and (event != "samples" or line["step"] in sheets):
            placed.append((place, line))
    return [line for _, line in sorted(placed, key=lambda item: item[0])]


def _shrunk(paths: Sequence[Path], room: int) -> dict[str, bytes]:
    """Return the sheets by file name, in `room` bytes together: as they are, or encoded by the mildest of SHRINKINGS."""
    contents = {path.name: path.read_bytes() for path in paths}
    originals = dict(contents)
    for divisor, quality in SHRINKINGS:
        if sum(map(len, contents.values())) <= room:
            return contents
        contents = {name: _encoded(content, divisor, quality) for name, content in originals.items()}
    if sum(map(len, contents.values())) > room:
        raise RunError(f"the {len(paths)} sheets of the run do not fit into {room:,} bytes; train with smaller pictures for the shelf")
    return contents


def _encoded(content: bytes, divisor: int, quality: int) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.reduce(divisor).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def _portable(model: Model, terms: str | None, scores: dict[str, Any] | None = None) -> Model:
    """Return the model without the paths of this machine, with its scores where it has some."""
    training = {**(model.config.training or {}), **({"scores": scores} if scores else {})}
    training["parent"] = _last_part(training.get("parent"))
    training["terms"] = terms or training.get("terms")
    return replace(model, config=replace(model.config, training=training))


def _portable_config(config: dict[str, Any], terms: str | None) -> dict[str, Any]:
    """Return config.json of a run without the paths of the machine, and without the list of files it could not read."""
    data = config["data"]
    told = {key: data[key] for key in ("name", "images", "labels", "terms", "fingerprint") if key in data}
    told |= {"source": _last_part(data["source"]), "data_dir": None, "terms": terms or data.get("terms")}
    kept = {key: value for key, value in config.items() if key != "save_every"}
    return {**kept, "data": told, "parent": _last_part(config.get("parent"))}


def _last_part(path: str | None) -> str | None:
    return Path(path).name if path else None


def _write_snapshots(source: Path, target: Path, last: int, terms: str | None) -> int:
    """Write generators of the run, alone, up to step `last`; return how many."""
    steps = sorted(int(path.name) for path in source.iterdir() if path.name.isdigit() and int(path.name) <= last)
    chosen = spaced(steps, MAX_SNAPSHOTS)
    for step in chosen:
        model = _portable(read_model(source / f"{step:06d}"), terms)
        config: ModelConfig = replace(model.config, discriminator=None)
        write_model(target / f"{step:06d}", replace(model, config=config, discriminator=None), card="")
        (target / f"{step:06d}" / "README.md").unlink()
    return len(chosen)


def _check_weights(folder: Path) -> None:
    for path in sorted(folder.rglob("*.safetensors")):
        if path.stat().st_size > MAX_WEIGHTS:
            size = path.stat().st_size / 1e6
            raise ConfigError(
                f"{path.relative_to(folder)} has {size:.1f} MB, at most {MAX_WEIGHTS / 1e6:.0f} MB a file are for the shelf; "
                "train with fewer base_channels"
            )


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
