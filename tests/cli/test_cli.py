"""python -m dcgan: documents on stdout, one line on stderr, exit statuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from PIL import Image
from tiny_app import LABELS, conditional_model

from dcgan.cli import app, main
from dcgan.latent import sample_z
from dcgan.models import write_model

MODEL = "untrained-dcgan-16-grey-3"


def pictures(folder: Path, count: int = 10) -> Path:
    folder.mkdir()
    for index, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (count, 16, 16, 3), np.uint8)):
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


def train(*options: str, steps: int = 3) -> int:
    tiny = ("base_channels=4", "batch_size=4", "threads=1", "precision=fp32")
    return main(["train", "--steps", str(steps), *(part for setting in tiny for part in ("--set", setting)), *options])


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a refused command leaves."""
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("dcgan: ") and err.count("\n") == 1 and "Traceback" not in err
    return err


def test_generate_twice_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        command = ["generate", MODEL, "--seed", "5", "--count", "9", "--out", f"{tmp_path / name}.png", "--npz", f"{tmp_path / name}.npz"]
        assert main(command) == 0
    for kind in ("png", "npz"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_a_file_that_cannot_be_written_is_one_sentence_that_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "taken.png"
    out.mkdir()
    assert main(["generate", MODEL, "--out", str(out)]) == 2
    assert f" for {out}; look at that path" in complaint(capsys)
    assert list(tmp_path.iterdir()) == [out]


def test_one_picture_is_the_first_of_many(tmp_path: Path) -> None:
    for count in (1, 20):
        assert main(["generate", MODEL, "--seed", "5", "--count", str(count), "--npz", str(tmp_path / f"{count}.npz")]) == 0
    one, many = (np.load(tmp_path / f"{count}.npz") for count in (1, 20))
    assert many["z"].dtype == many["x"].dtype == np.float32 and many["images"].dtype == np.uint8
    assert many["z"].shape == (20, 100) and many["x"].shape == (20, 1, 16, 16) and many["images"].shape == (20, 16, 16, 1)
    assert np.array_equal(one["z"][0], many["z"][0])
    np.testing.assert_allclose(one["x"][0], many["x"][0], atol=1e-5)
    assert np.abs(one["images"][0].astype(int) - many["images"][0]).max() <= 1
    assert np.array_equal(many["z"], sample_z(range(5, 25), 100, "normal"))
    expected = np.clip(np.round((many["x"] + 1) / 2 * 255), 0, 255).transpose(0, 2, 3, 1)
    assert np.abs(expected - many["images"]).max() <= 1


def test_labels_are_repeated_over_the_pictures(tmp_path: Path, home: Path) -> None:
    write_model(home / "models" / "mine", conditional_model(), "card")
    for name, options in {"given": ["--label", "7,bag"], "all": []}.items():
        assert main(["generate", "mine", "--count", "5", *options, "--npz", str(tmp_path / f"{name}.npz")]) == 0
    given, all_of_them = (np.load(tmp_path / f"{name}.npz") for name in ("given", "all"))
    assert given["labels"].dtype == np.int64 and given["labels"].tolist() == [2, 1, 2, 1, 2]
    assert all_of_them["labels"].tolist() == [0, 1, 2, 0, 1]
    equal = [np.array_equal(a, b) for a, b in zip(given["images"], all_of_them["images"], strict=True)]
    assert equal == [False, True, True, False, False]


def test_wrong_labels_are_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_model(home / "models" / "mine", conditional_model(), "card")
    assert main(["generate", "mine", "--label", "bag,shoe"]) == 2
    assert "has no label 'shoe'; it has ankle boot, bag, 7, or the numbers 0 to 2" in complaint(capsys)
    assert main(["generate", MODEL, "--label", "0"]) == 2
    assert "has no labels" in complaint(capsys)
    assert main(["models", "--json"]) == 0
    labels = {model["name"]: model["labels"] for model in json.loads(capsys.readouterr().out)}
    assert labels["mine"] == list(LABELS) and labels["fashion-mnist-32"] == []


def test_latents_from_a_file(tmp_path: Path) -> None:
    z = sample_z(range(3), 100, "normal")
    np.save(tmp_path / "z.npy", z)
    main(["generate", MODEL, "--z", str(tmp_path / "z.npy"), "--npz", str(tmp_path / "own.npz")])
    main(["generate", MODEL, "--count", "3", "--npz", str(tmp_path / "seeds.npz")])
    own, seeds = np.load(tmp_path / "own.npz"), np.load(tmp_path / "seeds.npz")
    assert np.array_equal(own["images"], seeds["images"])


def test_the_sheet_holds_the_pictures(tmp_path: Path) -> None:
    main(["generate", MODEL, "--count", "4", "--out", str(tmp_path / "g.png"), "--npz", str(tmp_path / "g.npz")])
    sheet = np.asarray(Image.open(tmp_path / "g.png").convert("L")).astype(int)
    first = np.load(tmp_path / "g.npz")["images"][0, ..., 0].astype(int)
    places = [(y, x) for y in range(6) for x in range(6)]
    assert min(np.abs(sheet[y : y + 16, x : x + 16] - first).max() for y, x in places) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["generate", "no-such-model"], "no-such-model"),
        (["generate", MODEL, "--seed", "-1"], "seed"),
        (["generate", MODEL, "--seed", str(2**53)], "seed"),
        (["generate", MODEL, "--seed", "x"], "seed"),
        (["generate", MODEL, "--count", "0"], "count"),
        (["generate", MODEL, "--z", "nothing.npy"], "nothing.npy"),
        (["generate", MODEL, "--out", "no/such/folder/g.png"], "no/such/folder"),
        (["generate"], "MODEL"),
        (["train"], "--data"),
        (["train", "--data", "imagenet"], "imagenet"),
        (["train", "--data", "shapes", "--steps", "0"], "steps"),
        (["train", "--data", "shapes", "--steps", "5", "--minutes", "1"], "steps and minutes"),
        (["train", "--data", "shapes", "--set", "image_size=33"], "image_size"),
        (["train", "--data", "shapes", "--set", "width=33"], "width"),
        (["train", "--data", "shapes", "--set", "batch_size"], "key=value"),
        (["train", "--data", "shapes", "--set", "batch_size=many"], "batch_size"),
        (["train", "--data", "shapes", "--recipe", "began"], "began"),
        (["train", "--data", "shapes", "--from", "nobody"], "nobody"),
        (["data", "fetch", "imagenet"], "imagenet"),
        (["dance"], "dance"),
        (["models", "--loud"], "--loud"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(options) == 2
    assert words in complaint(capsys)
    assert not list(tmp_path.glob("*.png"))


def test_wrong_latents_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, z in {
        "shape": np.zeros((2, 7)),
        "nan": np.full((2, 100), np.nan),
        "text": np.array(["a"]),
    }.items():
        np.save(tmp_path / f"{name}.npy", z)
        assert main(["generate", MODEL, "--z", str(tmp_path / f"{name}.npy"), "--npz", str(tmp_path / "out.npz")]) == 2
        complaint(capsys)
    assert not (tmp_path / "out.npz").exists()


def test_models_as_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert all(set(record) == {"name", "path", "image", "z", "labels", "parameters", "source"} for record in records)
    tutorial = next(record for record in records if record["name"] == "untrained-dcgan-64")
    assert tutorial["parameters"] == 3_576_704 and tutorial["image"] == [64, 64, 3]


def test_data_as_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--json"]) == 0
    records = {record["name"]: record for record in json.loads(capsys.readouterr().out)}
    assert records["fashion-mnist-10k"]["on_disk"] and records["fashion-mnist-10k"]["count"] == 10_000
    assert {"fashion-mnist", "mnist", "cifar10", "celeba", "shapes"} < set(records)


def test_tables_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0 and "untrained-dcgan-64" in capsys.readouterr().out
    assert main(["data"]) == 0 and "fashion-mnist-10k" in capsys.readouterr().out
    assert main(["--version"]) == 0 and capsys.readouterr().out.startswith("dcgan 0.")
    assert main([]) == 2


def test_train_then_generate_from_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "r"
    assert train("--data", str(pictures(tmp_path / "p")), "--run", str(run), "--json") == 0
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert set(document) == {"run", "step", "seconds", "images_per_second", "finished", "best"}
    assert document["run"] == str(run) and document["step"] == 3 and document["finished"] is True
    assert "10 pictures of 16x16" in said.err
    assert main(["generate", str(run), "--out", str(tmp_path / "g.png")]) == 0
    assert train("--run", str(run)) == 0
    assert "complete at step 3" in capsys.readouterr().err
    assert train("--run", str(run), "--set", "seed=9") == 2
    assert "seed differ" in complaint(capsys)


def test_a_run_without_a_name_gets_one(tmp_path: Path, home: Path) -> None:
    assert train("--data", str(pictures(tmp_path / "p")), steps=1) == 0
    (run,) = (home / "runs").iterdir()
    assert run.name.startswith("p-") and (run / "snapshots/000001/generator.safetensors").exists()


def test_odd_pictures_are_listed_and_few_are_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = pictures(tmp_path / "p", 3)
    Image.new("CMYK", (20, 30), (0, 200, 0, 0)).save(folder / "cmyk.jpg")
    Image.new("RGBA", (20, 20), (0, 200, 0, 0)).save(folder / "alpha.png")
    Image.new("L", (20, 20), 9).save(folder / "grey.png")
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    (folder / "torn.png").write_bytes((folder / "0.png").read_bytes()[:200])
    (folder / "fake.jpg").write_text("no picture")
    (folder / "notes.txt").write_text("hello")
    assert train("--data", str(folder), "--run", str(tmp_path / "r"), "--set", "batch_size=16") == 0
    said = capsys.readouterr().err
    assert "6 pictures of 16x16" in said and "drawn with repetition" in said and "4 files were left out" in said
    for name in ("dot.png", "torn.png", "fake.jpg", "notes.txt"):
        assert f"{name}:" in said
    assert len(json.loads((tmp_path / "r/config.json").read_text())["data"]["skipped"]) == 4


def test_a_training_uses_the_threads_of_its_run(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    train("--data", str(pictures(tmp_path / "p")), "--run", str(tmp_path / "r"), steps=1)
    assert torch.get_num_threads() == 1


def all_commands(command: Any, name: str = "dcgan") -> Iterator[tuple[str, Any]]:
    yield name, command
    for part, each in getattr(command, "commands", {}).items():
        yield from all_commands(each, f"{name} {part}")


def test_every_command_and_option_says_what_it_is_and_lists_show_it_whole() -> None:
    named = dict(all_commands(typer.main.get_command(app)))
    assert {"dcgan train", "dcgan runs import", "dcgan bench latency"} <= set(named)
    for name, command in named.items():
        assert 10 < len(command.get_short_help_str(limit=200)) <= 63 and command.get_short_help_str(limit=63)[-3:] != "...", name
        assert [each.name for each in command.params if not each.help and not getattr(each, "hidden", False)] == [], name
