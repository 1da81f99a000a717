"""A shelf model: what of a run is kept, how small, and that it says nothing of the machine."""

from __future__ import annotations

import getpass
import json
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny import SETTINGS

from dcgan.cli import main
from dcgan.models import Library
from dcgan.training.runs import recording
from dcgan.training.runs.folder import RunReader
from dcgan.training.runs.lines import mean_line
from dcgan.training.runs.recording import MAX_RECORDING, thinned
from dcgan.training.runs.snapshots import spaced

OPTIONS = [f"--set={setting}" for setting in SETTINGS]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of eight steps on a folder of noise, with a snapshot at every other step."""
    root = tmp_path_factory.mktemp("recorded")
    (root / "noise").mkdir()
    for index, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (20, 16, 16, 3), np.uint8)):
        Image.fromarray(pixels).save(root / f"noise/{index}.png")
    command = ["train", "--data", str(root / "noise"), "--run", str(root / "run"), "--steps", "8", "--save-every", "2", *OPTIONS]
    assert main(command) == 0
    return root / "run"


def step_lines(count: int) -> list[dict[str, object]]:
    losses = np.random.default_rng(3).normal(size=count)
    return [{"step": step, "seconds": step / 4, "loss_d": float(loss)} for step, loss in enumerate(losses, 1)]


def test_a_recording_is_read_like_the_run(run: Path, tmp_path: Path) -> None:
    assert main(["shelve", str(run), str(tmp_path / "shelf")]) == 0
    whole, kept = RunReader(run), RunReader(tmp_path / "shelf/recording")
    assert kept.status() == whole.status() and kept.status().state == "completed"
    assert kept.sample_steps() == whole.sample_steps() and kept.sample_steps()[0] == 0
    assert kept.sample_path(0).read_bytes() == whole.sample_path(0).read_bytes()
    steps = [line for line in whole.since(0).lines if "event" not in line]
    assert [line for line in kept.since(0).lines if "event" not in line] == steps and len(steps) == 8
    assert kept.config["recipe"] == whole.config["recipe"] and kept.config["data"]["name"] == "noise"


def test_the_shelved_model_is_the_newest_snapshot(run: Path, tmp_path: Path) -> None:
    assert main(["shelve", str(run), str(tmp_path / "shelf"), "--snapshots", "--license", "cc-by-4.0", "--dataset", "me/noise"]) == 0
    library = Library()
    shelved = library.synthesizer(str(tmp_path / "shelf"))
    assert shelved.info.steps == 8 and shelved.model.discriminator is not None
    np.testing.assert_array_equal(shelved.generate(range(4)), library.synthesizer(str(run)).generate(range(4)))
    folders = sorted((tmp_path / "shelf/snapshots").iterdir())
    assert [folder.name for folder in folders] == sorted(path.name for path in (run / "snapshots").iterdir())
    for folder in folders:
        assert sorted(path.name for path in folder.iterdir()) == ["config.json", "generator.safetensors"]
        expected = library.synthesizer(str(run / "snapshots" / folder.name)).generate(range(2))
        np.testing.assert_array_equal(library.synthesizer(str(folder)).generate(range(2)), expected)
    header = (tmp_path / "shelf/README.md").read_text("utf-8").split("---\n")[1].splitlines()
    assert "license: cc-by-4.0" in header and "datasets: [me/noise]" in header


def test_the_card_has_scores_and_the_command_that_repeats_them(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("real").mkdir()
    for index, pixels in enumerate(np.random.default_rng(2).integers(0, 256, (40, 16, 16, 3), np.uint8)):
        Image.fromarray(pixels).save(f"real/{index}.png")
    assert main(["shelve", str(run), "shelf", "--data", str(tmp_path / "real"), "--samples", "16"]) == 0
    card = Path("shelf/README.md").read_text("utf-8")
    command = re.search(r"`python -m dcgan (evaluate shelf --data real .*)`", card)
    assert command and str(tmp_path) not in card
    capsys.readouterr()
    assert main([*shlex.split(command[1]), "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert f"KID {scores['kid']:.4f}; of held-out pictures {scores['floor']:.4f} (n = 16 a side, 1 block of 16;" in card
    assert f"diversity {scores['diversity']:.3f}" in card and "labels:" not in card
    assert main(["shelve", str(run), "without"]) == 0
    assert "## Scores" not in Path("without/README.md").read_text("utf-8")


def test_nothing_tells_of_the_machine(run: Path, tmp_path: Path) -> None:
    assert str(run.parent) in (run / "config.json").read_text("utf-8")
    assert main(["shelve", str(run), str(tmp_path / "shelf"), "--snapshots", "--data-license", "ours, free"]) == 0
    texts = [path for path in (tmp_path / "shelf").rglob("*") if path.suffix in (".json", ".jsonl", ".md")]
    assert len(texts) > 4
    for path in texts:
        content = path.read_text("utf-8")
        assert str(run.parent) not in content and f"/{getpass.getuser()}/" not in content, path
    assert "Training data: ours, free" in (tmp_path / "shelf/README.md").read_text("utf-8")


def test_what_is_there_is_kept_but_for_force(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf/mine.txt").write_text("mine")
    assert main(["shelve", str(run), str(tmp_path / "shelf")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["shelf"]
    assert main(["shelve", str(run), str(tmp_path / "shelf"), "--force"]) == 0
    (old,) = tmp_path.glob("shelf.old-*")
    assert (old / "mine.txt").read_text() == "mine" and (tmp_path / "shelf/recording/events.jsonl").exists()


@pytest.mark.parametrize(
    ("options", "said"), [(["--license", "do what: you want"], "identifier"), (["--dataset", "a b"], "OWNER/NAME"), ([], "neither")]
)
def test_bad_input_is_one_sentence(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["shelve", str(run if options else tmp_path / "empty"), str(tmp_path / "shelf"), *options]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and not (tmp_path / "shelf").exists()


def test_a_model_is_not_a_run(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shelve", str(run), str(tmp_path / "shelf")]) == 0
    capsys.readouterr()
    assert main(["shelve", str(tmp_path / "shelf"), str(tmp_path / "again")]) == 2
    assert "is a model already" in capsys.readouterr().err


def test_weights_that_are_too_large_are_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recording, "MAX_WEIGHTS", 1000)
    assert main(["shelve", str(run), str(tmp_path / "shelf")]) == 2
    assert ".safetensors has" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_the_best_snapshot_ends_the_recording(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    step = sorted(int(path.name) for path in (run / "snapshots").iterdir())[-2]
    (tmp_path / "run/best.json").write_text(json.dumps({"step": step, "swd": 1.0, "n": 8}))
    assert main(["shelve", str(tmp_path / "run/best"), str(tmp_path / "shelf")]) == 0
    kept = RunReader(tmp_path / "shelf/recording")
    assert Library().synthesizer(str(tmp_path / "shelf")).info.steps == kept.status().step == step < 8
    assert kept.best == {"step": step, "swd": 1.0, "n": 8}


def test_a_long_run_fits_into_its_room(run: Path, tmp_path: Path) -> None:
    long = tmp_path / "run"
    shutil.copytree(run, long)
    lines = [*step_lines(2000), {"event": "finished", "step": 2000, "seconds": 500.0, "reason": "completed"}]
    (long / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (530, 530, 3), np.uint8))
    noise.save(long / "samples/000000.jpg", quality=90, subsampling=0)
    for step in range(50, 2001, 50):
        shutil.copyfile(long / "samples/000000.jpg", long / f"samples/{step:06d}.jpg")
    (long / "snapshots/000008").rename(long / "snapshots/002000")
    assert sum(path.stat().st_size for path in (long / "samples").iterdir()) > 3 * MAX_RECORDING
    assert main(["shelve", str(long), str(tmp_path / "shelf")]) == 0
    folder = tmp_path / "shelf/recording"
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= MAX_RECORDING
    kept = RunReader(folder)
    assert len(kept.sample_steps()) == 24 and kept.sample_steps()[0] == 0 and kept.sample_steps()[-1] == 2000
    assert all(max(Image.open(path).size) <= 530 for path in (folder / "samples").iterdir())
    assert sum("event" not in line for line in kept.since(0).lines) == 600 and kept.status().state == "completed"


def test_thinned_lines_are_means_of_equal_spans() -> None:
    lines = step_lines(1198)
    kept = thinned(lines, set(), 600)
    assert kept[0] == lines[0] and kept[-1] == lines[-1] and len(kept) == 600
    inner = np.array([[line["step"], line["seconds"], line["loss_d"]] for line in lines[1:-1]], float).reshape(598, 2, 3).mean(1)
    found = np.array([[line["seconds"], line["loss_d"]] for line in kept[1:-1]], float)
    np.testing.assert_allclose(found, inner[:, 1:], rtol=1e-5)
    np.testing.assert_allclose([line["step"] for line in kept[1:-1]], inner[:, 0], atol=0.5)  # type: ignore[arg-type]


def test_events_keep_their_places() -> None:
    started, resumed = {"event": "started", "step": 0}, {"event": "resumed", "step": 500}
    sheets = [{"event": "samples", "step": step} for step in (0, 1000)]
    saved = {"event": "checkpoint", "step": 500}
    steps = step_lines(1000)
    kept = thinned([started, sheets[0], *steps[:500], saved, resumed, *steps[500:], sheets[1]], {1000}, 100)
    assert [line["event"] for line in kept if "event" in line] == ["started", "resumed", "samples"]
    place = kept.index(resumed)
    assert abs(kept[place - 1]["step"] - 500) <= 11 and abs(kept[place + 1]["step"] - 500) <= 11
    rising = [line["step"] for line in kept if "event" not in line]
    assert rising == sorted(rising) and len(rising) == 100


def test_a_value_that_was_lost_is_named_and_not_averaged() -> None:
    lines = [{"step": 4, "loss_d": None, "loss_g": None, "nonfinite": ["loss_d", "loss_g"]}, {"step": 6, "loss_d": 3.0, "loss_g": None}]
    assert mean_line(lines) == {"step": 5, "loss_d": 3.0, "loss_g": None, "nonfinite": ["loss_d", "loss_g"]}


def test_steps_are_spaced_nearly_geometrically() -> None:
    assert spaced([0, 1, 2, 3], 4) == [0, 1, 2, 3] and spaced([], 3) == [] and spaced([5], 3) == [5]
    kept = spaced(range(4096), 13)
    assert len(kept) == 13 and kept[0] == 0 and kept[-1] == 4095
    ratios = np.diff(np.log2(np.array(kept) + 1))
    assert ratios.max() <= 2.0 and ratios.min() >= 0.5  # 1.0 where every step is doubled
