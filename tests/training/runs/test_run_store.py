"""Runs kept in order, and runs that travel."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from dcgan.config import Recipe
from dcgan.errors import RunError
from dcgan.models import Library
from dcgan.training.runs.archive import export_run, import_run
from dcgan.training.runs.folder import open_run
from dcgan.training.runs.store import RunStore, bytes_of, differences, note_of, summary

CONFIG = {"recipe": Recipe(name="dcgan", image_size=16).to_json(), "budget": {"steps": 3}, "data": {"name": "shapes"}, "parent": None}
NOW = 1_700_000_000.0


def write_run(home: Path, name: str, created: float = NOW) -> Path:
    """Write the files of a finished run without training one."""
    folder = home / "runs" / name
    (folder / "samples").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, "created": created}))
    steps = [{"step": step, "loss_d": 1.0} for step in (1, 2, 3)]
    (folder / "events.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in (*steps, {"event": "finished", "step": 3, "reason": "completed"}))
    )
    (folder / "samples" / "000003.jpg").write_bytes(b"jpeg")
    for junk in ("lock", "worker.log", "owner.json"):
        (folder / junk).write_text("{}")
    return folder


@pytest.fixture
def store(home: Path) -> RunStore:
    write_run(home, "older", NOW - 10)
    write_run(home, "newer")
    return RunStore(Library())


def test_the_newest_is_first_however_they_were_touched(store: RunStore) -> None:
    store.rename("older", "first")
    assert [run.name for run in store.all()] == ["newer", "first"]
    with pytest.raises(RunError, match="no run is called 'older'"):
        store.find("older")


def test_a_note_stays_until_it_is_empty(store: RunStore) -> None:
    store.annotate("newer", "good")
    assert note_of(store.find("newer")) == "good"
    store.annotate("newer", " ")
    assert note_of(store.find("newer")) == "" and not (store.root / "newer" / "note.json").exists()
    with pytest.raises(RunError, match="at most 2,000 characters, found 2,001"):
        store.annotate("newer", "x" * 2001)


def test_what_was_deleted_can_be_brought_back(store: RunStore) -> None:
    ticket = store.move_aside("older")
    assert [run.name for run in store.all()] == ["newer"]
    assert store.bring_back(ticket) == "older" and store.find("older").status().step == 3


@pytest.mark.parametrize(
    ("data", "run", "says"),
    [
        ("My Cats", "my-cats-20260101-120000", True),
        ("shapes", "shapes-20260101-120000", True),
        ("cats", "my-cats-20260101-120000", False),
        ("hf:ada/cats", "cats-20260101-120000", False),  # whose they are it does not say
        ("猫", "run-20260101-120000", False),
    ],
)
def test_whether_a_name_says_what_a_run_was_trained_on(tmp_path: Path, data: str, run: str, says: bool) -> None:
    (tmp_path / run).mkdir()
    (tmp_path / run / "config.json").write_text(json.dumps({"data": {"name": data}}))
    reader = open_run(tmp_path / run)
    assert summary(reader, reader.status())["says_data"] is says


def test_a_name_that_is_taken_stays_with_its_run(store: RunStore) -> None:
    with pytest.raises(RunError, match="a run called newer is there already"):
        store.rename("older", "newer")


def test_differences_name_settings_data_and_length() -> None:
    other = {**CONFIG, "recipe": {**CONFIG["recipe"], "beta1": 0.9}, "budget": {"minutes": 1}, "data": {"name": "mnist"}}  # type: ignore[dict-item]
    assert differences(CONFIG, other) == {"beta1": (0.5, 0.9), "steps": (3, None), "minutes": (None, 1), "data": ("shapes", "mnist")}
    assert differences(CONFIG, CONFIG) == {}


def test_how_a_machine_computes_is_a_difference_only_where_it_was_asked_for() -> None:
    other = {**CONFIG, "recipe": {**CONFIG["recipe"], "kernels": "g3=winograd"}, "command": "python -m dcgan train --data shapes"}  # type: ignore[dict-item]
    assert differences(CONFIG, other) == {}
    asked = {**other, "command": f"{other['command']} --set kernels=g3=winograd"}
    assert differences(CONFIG, asked) == {"kernels": (None, "g3=winograd")}


def test_a_run_comes_back_as_it_went_without_what_is_of_this_machine(store: RunStore, tmp_path: Path) -> None:
    export_run(store.find("newer"), tmp_path / "run.zip")
    shutil.rmtree(store.root / "newer")
    assert import_run(tmp_path / "run.zip", store) == "newer"
    assert import_run(tmp_path / "run.zip", store) == "newer-2"
    found = sorted(path.relative_to(store.root / "newer").as_posix() for path in (store.root / "newer").rglob("*") if path.is_file())
    assert found == ["config.json", "events.jsonl", "samples/000003.jpg"]
    assert store.find("newer").status().state == "completed" and bytes_of(store.find("newer")) > 100


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


GOOD = {"r/config.json": json.dumps(CONFIG).encode(), "r/events.jsonl": b'{"step": 1}\n'}
link = zipfile.ZipInfo("r/samples/000000.jpg")
link.external_attr = 0o120777 << 16
BAD = {
    "no zip": b"PK",
    "empty": archive(),
    "parent": archive(**GOOD, **{"r/../../evil": b""}),
    "absolute": archive(**GOOD, **{"/etc/passwd": b""}),
    "no folder": archive(**{"config.json": b"{}"}),
    "hidden": archive(**{".r/config.json": b"{}"}),
    "code": archive(**GOOD, **{"r/state.pth": b""}),
    "two runs": archive(**GOOD, **{"q/events.jsonl": b""}),
    "bomb": archive(**GOOD, **{"r/samples/000001.jpg": b"\0" * 50_000_000}),
    "no config": archive(**{"r/events.jsonl": b""}),
    "foreign recipe": archive(**{"r/config.json": b'{"recipe": {"colour": 1}}'}),
    "broken lines": archive(**{**GOOD, "r/events.jsonl": b"{"}),
    "other lines": archive(**{**GOOD, "r/events.jsonl": b'[1]\n{"step": "x"}'}),
    "cut off": archive(**GOOD)[:-30],
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_run_is_refused_and_leaves_nothing(store: RunStore, tmp_path: Path, kind: str) -> None:
    (tmp_path / "run.zip").write_bytes(BAD[kind])
    before = sorted(store.root.rglob("*"))
    with pytest.raises(RunError) as caught:
        import_run(tmp_path / "run.zip", store)
    assert "\n" not in str(caught.value) and sorted(store.root.rglob("*")) == before and not (tmp_path / "evil").exists()


def test_a_link_is_refused(store: RunStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
    with pytest.raises(RunError, match="no part of a run"):
        import_run(tmp_path / "run.zip", store)
