"""Which square is cut out of a picture that is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from making import encode, write_files
from PIL import Image

from dcgan.config import Recipe, apply_settings
from dcgan.data import load
from dcgan.data.pictures import place_of
from dcgan.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tall and a wide picture whose values count the pixels along their longer side."""
    ramp = np.repeat(np.arange(96, dtype=np.uint8)[:, None], 16, axis=1)
    files: dict[str, bytes | str] = {"tall.png": encode(Image.fromarray(ramp)), "wide.png": encode(Image.fromarray(ramp.T.copy()))}
    return write_files(tmp_path / "own", files)


def test_top_middle_and_a_place_drawn_once(folder: Path) -> None:
    center = load(str(folder), image_size=16).images[..., 0]
    assert center[0, :, 0].tolist() == center[1, 0].tolist() == list(range(40, 56))
    top = load(str(folder), image_size=16, crop="top").images[..., 0]
    assert top[0, :, 0].tolist() == list(range(16)) and top[1, 0].tolist() == list(range(40, 56))
    drawn, again = (load(str(folder), image_size=16, crop="random").images[..., 0] for _ in range(2))
    assert (drawn == again).all()
    assert np.diff(drawn[0, :, 0]).tolist() == [1] * 15 and drawn[0, 0, 0] not in (0, 40)


def test_random_places_are_spread_evenly() -> None:
    places = np.array([place_of("random", f"{k}.jpg") for k in range(2_000)])
    assert places.min() >= 0 and places.max() <= 1
    assert np.abs(np.histogram2d(*places.T, bins=4)[0] / 125 - 1).max() < 0.4


def test_crop_is_a_setting() -> None:
    assert apply_settings(Recipe(), ["crop=top"]).crop == "top"
    with pytest.raises(ConfigError, match="crop is one of center, top, random"):
        Recipe(crop="left")  # type: ignore[arg-type]
