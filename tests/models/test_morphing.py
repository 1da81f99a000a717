"""Walks and arithmetic by a model, and the files that they become."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from picture_files import open_picture
from PIL import Image
from tiny_app import Z_DIM, conditional_model, write_tiny

import dcgan
from dcgan.cli import main
from dcgan.errors import ConfigError
from dcgan.films import film_bytes
from dcgan.models import Library, Model, ModelConfig, Synthesizer, read_model, write_model
from dcgan.models.arithmetic import make_arithmetic
from dcgan.models.morphing import make_walk


@pytest.fixture
def tiny(home: Path) -> Synthesizer:
    write_tiny(home, "tiny", channels=3)
    return Library().synthesizer("tiny")


@pytest.fixture
def uniform(home: Path) -> Synthesizer:
    model = read_model(write_tiny(home, "normal"))
    write_model(home / "models" / "uniform", Model(ModelConfig(model.config.generator, prior="uniform"), model.generator), "card")
    return Library().synthesizer("uniform")


@pytest.fixture
def labelled(home: Path) -> Synthesizer:
    write_model(home / "models" / "labelled", conditional_model(), "card")
    return Library().synthesizer("labelled")


def moving(count: int, height: int, width: int, channels: int = 3) -> npt.NDArray[np.uint8]:
    """A bright square that moves over coloured ground."""
    images = np.full((count, height, width, channels), 60, np.uint8)
    images[..., 0] = 90
    for k, image in enumerate(images):
        image[2:8, k : k + 6] = 220
    return images


def decoded(content: bytes) -> tuple[av.VideoStream, list[npt.NDArray[np.uint8]]]:
    with av.open(io.BytesIO(content)) as container:
        return container.streams.video[0], [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize(("height", "width", "channels"), [(16, 16, 3), (28, 28, 1), (15, 21, 3)])
def test_an_mp4_plays_on_phones_and_shows_the_images(height: int, width: int, channels: int) -> None:
    images = moving(6, height, width, channels)
    stream, frames = decoded(film_bytes(images, "mp4", 25))
    assert (stream.codec_context.name, stream.codec_context.pix_fmt, stream.average_rate) == ("h264", "yuv420p", 25)
    assert len(frames) == 6
    factor = frames[0].shape[0] // height
    assert frames[0].shape == (height * factor, width * factor, 3) and min(frames[0].shape[:2]) >= 512
    assert frames[0].shape[0] % 2 == frames[0].shape[1] % 2 == 0
    for image, frame in zip(images, frames, strict=True):
        middle = frame[factor // 2 :: factor, factor // 2 :: factor]
        assert np.abs(middle.astype(int) - np.broadcast_to(image, (height, width, 3))).mean() < 4


@pytest.mark.parametrize("channels", [1, 3])
def test_a_gif_repeats_and_shows_the_images(channels: int) -> None:
    images = moving(5, 16, 16, channels)
    with Image.open(io.BytesIO(film_bytes(images, "gif", 20))) as film:
        assert film.n_frames == 5 and film.info["loop"] == 0 and film.info["duration"] == 50 and film.size == (256, 256)
        for index, image in enumerate(images):
            film.seek(index)
            shown = np.asarray(film.convert("RGB"))[8::16, 8::16]
            np.testing.assert_array_equal(shown, np.broadcast_to(image, (16, 16, 3)))


def test_films_of_any_other_speed_are_refused() -> None:
    for fps in (0, 61):
        with pytest.raises(ConfigError, match="1 to 60"):
            film_bytes(moving(2, 16, 16), "gif", fps)


def test_a_walk_shows_its_key_points(tiny: Synthesizer) -> None:
    walk = make_walk(tiny, tiny.z([3, 4, 5]), frames=4)
    assert walk.images.shape == (9, 16, 16, 3) and walk.labels is None
    assert np.abs(walk.images[::4].astype(int) - tiny.generate([3, 4, 5])).max() <= 1


def test_a_uniform_prior_walks_straight_and_says_why(uniform: Synthesizer) -> None:
    keys = uniform.z([1, 2])
    np.testing.assert_allclose(make_walk(uniform, keys, 2).z[1], keys.mean(axis=0), atol=1e-6)
    with pytest.raises(ConfigError, match="uniform: take lerp"):
        make_walk(uniform, keys, 2, "slerp")


def test_labels_change_evenly(labelled: Synthesizer) -> None:
    walk = make_walk(labelled, labelled.z([1, 2]), 4, labels=["bag", "7"])
    assert (
        walk.labels is not None
        and walk.labels[:, 1].tolist() == [1, 0.75, 0.5, 0.25, 0]
        and walk.labels[:, 2].tolist() == [0, 0.25, 0.5, 0.75, 1]
    )
    ends = labelled.generate([1, 2], labels=["bag", "7"])
    assert np.abs(walk.images[[0, -1]].astype(int) - ends).max() <= 1
    fixed = make_walk(labelled, labelled.z([1, 1]), 4, labels=["bag", "7"])
    assert (fixed.changes() > 0).all()  # the label alone changes the picture, in every step


def test_a_strip_names_its_labels_where_a_recipe_can(labelled: Synthesizer) -> None:
    keys = labelled.z([1, 2])
    one = make_walk(labelled, keys, 4, labels="bag").recipe(labelled.info)
    assert one is not None and one.labels == (1,) * 5
    assert make_walk(labelled, keys, 4, labels=["bag", "7"]).recipe(labelled.info) is None


def test_a_walk_measures_itself(tiny: Synthesizer) -> None:
    for loop in (False, True):
        walk = make_walk(tiny, tiny.z([3, 4, 5]), 4, loop=loop)
        frames = [image.astype(float) for image in walk.images] + ([walk.images[0].astype(float)] if loop else [])
        expected = [np.abs(a - b).mean() for a, b in itertools.pairwise(frames)]
        np.testing.assert_allclose(walk.changes(), expected, rtol=1e-5)
        np.testing.assert_allclose(walk.norms(), [float(sum(x * x for x in z.tolist())) ** 0.5 for z in walk.z], rtol=1e-5)


def test_arithmetic_is_in_z_and_beside_it_in_pixels(tiny: Synthesizer) -> None:
    slots = [tiny.z(seeds) for seeds in ([1, 2, 3], [4, 5, 6], [7, 8])]
    made = make_arithmetic(tiny, *slots)
    plain = [slot.astype(np.float64).mean(0) for slot in slots]
    centre = np.asarray(plain[0] - plain[1] + plain[2], np.float32)[None]
    assert np.abs(made.result[4].astype(int) - tiny.rgb(centre)[0]).max() <= 1
    assert np.abs(made.means.astype(int) - tiny.rgb(np.asarray(plain, np.float32))).max() <= 1
    pictures = [tiny.rgb(slot).astype(float).mean(0) for slot in slots]
    expected = (pictures[0] - pictures[1] + pictures[2]).clip(0, 255).round()
    assert np.abs(made.pixels - expected).max() <= 1
    assert not np.array_equal(made.pixels, made.result[4])
    assert made.sheet().shape == ((4 * 18 + 2) * 4, (9 * 18 + 2) * 4, 3)


def test_the_command_line_writes_every_kind(tiny: Synthesizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for kind in ("mp4", "gif", "png"):
        assert main(["interpolate", "tiny", "--seeds", "1, 2,3", "--frames", "3", "--out", f"walk.{kind}", "--fps", "10"]) == 0
    assert len(decoded(Path("walk.mp4").read_bytes())[1]) == 7
    with Image.open("walk.gif") as film:
        assert film.n_frames == 7 and film.info["duration"] == 100
    strip = open_picture(Path("walk.png"))
    assert strip.shape == (20, 7 * 18 + 2, 3)
    np.testing.assert_array_equal(strip[2:18, 2:18], tiny.rgb(tiny.z([1]))[0])
    assert main(["generate", "--recipe", "walk.png", "--out", "again.png"]) == 0
    np.testing.assert_array_equal(open_picture(Path("again.png")), strip)
    assert main(["arithmetic", "tiny", "--a", "1,2", "--b", "3", "--c", "4", "--out", "sum.png"]) == 0
    assert open_picture(Path("sum.png")).shape[2] == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["interpolate", "tiny", "--seeds", "1,2", "--out", "walk.avi"], ".mp4, .gif or .png"),
        (["interpolate", "tiny", "--seeds", "1,2", "--out", "no/folder/walk.gif"], "no folder"),
        (["interpolate", "tiny", "--seeds", "1,,2", "--out", "walk.gif"], "--seeds is a list of seeds"),
        (["interpolate", "tiny", "--seeds", f"{2**53}", "--out", "walk.gif"], "a seed is a whole number"),
        (["interpolate", "tiny", "--seeds", "1,2", "--method", "nlerp", "--out", "walk.gif"], "nlerp"),
        (["interpolate", "tiny", "--seeds", "1,2", "--label", "3", "--out", "walk.gif"], "has no labels"),
        (["interpolate", "uniform", "--seeds", "1,2", "--method", "slerp", "--out", "walk.gif"], "take lerp"),
        (["arithmetic", "tiny", "--a", "x", "--b", "1", "--c", "2", "--out", "sum.png"], "--a is a list of seeds"),
        (["arithmetic", "tiny", "--a", "1", "--b", "1", "--c", "2", "--out", "sum.jpg"], "--out is a .png file"),
    ],
)
@pytest.mark.usefixtures("tiny", "uniform")
def test_wrong_use_is_one_line_and_leaves_no_file(
    options: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert main(options) == 2
    said = capsys.readouterr().err
    assert said.startswith("dcgan: ") and said.count("\n") == 1 and words in said
    assert list(folder.iterdir()) == []


def test_python_has_the_same(tiny: Synthesizer, tmp_path: Path) -> None:
    film = dcgan.interpolate("tiny", [1, 2], frames=3, out=tmp_path / "walk.gif")
    np.testing.assert_array_equal(film, make_walk(tiny, tiny.z([1, 2]), 3).images)
    with Image.open(tmp_path / "walk.gif") as saved:
        assert saved.n_frames == 4
    sheet = dcgan.arithmetic("tiny", [1, 2], [3], [4], out=tmp_path / "sum.png")
    np.testing.assert_array_equal(open_picture(tmp_path / "sum.png"), sheet)
    assert tiny.z([1]).shape == (1, Z_DIM)
