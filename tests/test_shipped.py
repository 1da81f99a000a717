"""The models in checkpoints/: whole, described, and giving the pictures that they gave when they were added."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dcgan
from dcgan.config import Recipe, apply_settings
from dcgan.data import load
from dcgan.images import grid
from dcgan.models.library import SHIPPED
from dcgan.training.recipes import named_recipe
from dcgan.training.runs.folder import RunReader

GOLDEN = Path(__file__).parent / "golden"  # seeds 0 to 7 of each shipped model, in a row
NAMES = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())
CARD = ("license:", "## Training", "- command: `python -m dcgan train", "## Terms and limits")


def test_the_shelf() -> None:
    assert set(NAMES) == {"celeba-64", "fashion-mnist-32", "fashion-mnist-32-labels", "mnist-28", "shapes-32"}


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_is_whole(name: str) -> None:
    folder = SHIPPED / name
    config = json.loads((folder / "config.json").read_text("utf-8"))
    for file, digest in config["sha256"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
    card = (folder / "README.md").read_text("utf-8")
    assert all(part in card for part in CARD)
    preview = np.asarray(Image.open(folder / "preview.png")).astype(int)
    wanted = grid(dcgan.load(name).generate(range(64))).astype(int)
    assert np.abs(preview.reshape(wanted.shape) - wanted).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_the_cards_command_still_means_the_recipe_of_then(name: str) -> None:
    training = json.loads((SHIPPED / name / "config.json").read_text("utf-8"))["training"]
    assert f"`{training['command']}`" in (SHIPPED / name / "README.md").read_text("utf-8")
    words = shlex.split(training["command"])
    after = {option: [words[k + 1] for k, word in enumerate(words) if word == option] for option in ("--recipe", "--set")}
    asked = apply_settings(named_recipe(*after["--recipe"] or ["dcgan"]), after["--set"])
    kept = Recipe.from_json(training["recipe"])
    filled_in = {key for key, value in asked.to_json().items() if value is None} | {"layout", "kernels", "compile"}
    assert replace(asked, **{key: getattr(kept, key) for key in filled_in}) == kept


@pytest.mark.parametrize("name", NAMES)
def test_seeds_give_the_pictures_they_gave(name: str) -> None:
    row = np.concatenate(list(dcgan.load(name).generate(range(8))), axis=1)
    golden = np.asarray(Image.open(GOLDEN / f"{name}.png"))
    assert np.abs(golden.reshape(row.shape).astype(int) - row).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_trained_further_and_replays_how_it_learned(name: str) -> None:
    folder = SHIPPED / name
    assert (folder / "discriminator.safetensors").exists()
    assert max(path.stat().st_size for path in folder.rglob("*.safetensors")) <= 10_000_000
    recording = RunReader(folder / "recording")
    sheets, lines = recording.sample_steps(), recording.since(0).lines
    model = json.loads((folder / "config.json").read_text("utf-8"))["training"]
    assert sheets[0] == 0 and 20 <= len(sheets) <= 24 and sheets[-1] <= model["steps"]
    assert sum(path.stat().st_size for path in (folder / "recording").rglob("*") if path.is_file()) <= 1_500_000
    steps = [line for line in lines if "event" not in line]
    assert (
        len(steps) >= 100 and steps[0]["step"] == 1 and all(steps[-1][key] is not None for key in ("loss_d", "loss_g", "d_real", "d_fake"))
    )


def test_the_snapshots_of_the_small_one_show_it_learning() -> None:
    """Each stage makes the pictures of its time, nearer to the end's the later it is."""
    folder = SHIPPED / "shapes-32"
    end = dcgan.load(str(folder)).generate(range(64)).astype(float)
    stages = sorted((folder / "snapshots").iterdir())
    distances = [float(np.abs(dcgan.load(str(stage)).generate(range(64)) - end).mean()) for stage in stages]
    assert stages[0].name == "000000" and len(stages) >= 6 and distances[0] > 2 * distances[-2] >= 0


def test_faces_are_for_research() -> None:
    assert "non-commercial research" in (SHIPPED / "celeba-64" / "README.md").read_text("utf-8").lower()


def nearest(pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return which of the points (m, h, w, c) is nearest to each picture (n, h, w, c)."""
    made, real = (part.reshape(len(part), -1).astype(np.float32) / 255 for part in (pictures, points))
    return ((real**2).sum(1) - 2 * made @ real.T).argmin(1)


@pytest.mark.parametrize("name", ["mnist-28", "fashion-mnist-32-labels"])
def test_the_label_decides_what_is_seen(name: str) -> None:
    """The mean picture of each class is nearest to that class's mean over other seeds. Picture k has class k mod 10."""
    first, second = (dcgan.load(name).generate(seeds) for seeds in (range(300), range(300, 600)))
    means = [np.stack([images[k::10].mean(0) for k in range(10)]) for images in (first, second)]
    assert nearest(*means).tolist() == list(range(10))


def test_clothes_are_of_the_kind_that_was_asked_for() -> None:
    """By nearest class mean, which is right on 68 % of real pictures and would be on 10 % of unconditional ones."""
    data = load("fashion-mnist-10k")
    assert data.labels is not None
    means = np.stack([data.images[data.labels == k].mean(0) for k in range(10)])
    images = dcgan.load("fashion-mnist-32-labels").generate(range(500))
    assert (nearest(images, means) == np.arange(500) % 10).mean() > 0.55


def test_clothes_of_all_ten_kinds() -> None:
    """Each generated picture counts for the class of its nearest real one; the real ones are 10 % of each class."""
    data = load("fashion-mnist-10k")
    assert data.labels is not None
    images = dcgan.load("fashion-mnist-32").generate(range(1000, 1500))
    shares = np.bincount(data.labels[nearest(images, data.images)], minlength=10) / len(images)
    assert shares.min() > 0.03 and shares.max() < 0.25
