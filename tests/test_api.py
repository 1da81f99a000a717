"""The lines that a notebook needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dcgan
from dcgan.events import Finished, StepDone, TrainEvent


def test_load_and_generate() -> None:
    model = dcgan.load("untrained-dcgan-32-grey-1")
    images = model.generate(range(4))
    assert images.shape == (4, 32, 32, 1) and images.dtype == np.uint8
    again = model.generate(z=model.z([2]))
    assert np.abs(again[0].astype(int) - images[2]).max() <= 1
    assert not np.array_equal(images[0], dcgan.load("untrained-dcgan-32-grey-2").generate([0])[0])


def test_a_batch_is_its_pictures() -> None:
    model = dcgan.load("untrained-dcgan-32")
    z = model.z(range(70))
    whole = model.x(z)
    assert whole.min() >= -1 and whole.max() <= 1
    for index in (0, 1, 63, 64, 69):
        np.testing.assert_allclose(model.x(z[index : index + 1])[0], whole[index], atol=1e-5)


def test_train_returns_the_model(tmp_path: Path) -> None:
    seen: list[TrainEvent] = []
    options = {"image_size": 16, "base_channels": 4, "batch_size": 8, "threads": 1, "precision": "fp32"}
    model = dcgan.train("shapes", steps=2, run=tmp_path / "r", on_event=seen.append, **options)
    assert [event.step for event in seen if isinstance(event, StepDone)] == [1, 2]
    assert isinstance(seen[-1], Finished)
    assert model.generate([0]).shape == (1, 16, 16, 3)
    more = dcgan.train("shapes", steps=3, run=tmp_path / "r")
    assert more.info.steps == 3


def test_a_name_is_as_good_as_its_model(tmp_path: Path) -> None:
    model = dcgan.load("untrained-dcgan-16")
    out = tmp_path / "sum.png"
    sheet = dcgan.arithmetic(model, [1], [2], [3], out=out)
    assert np.array_equal(sheet, dcgan.arithmetic("untrained-dcgan-16", [1], [2], [3]))
    assert np.array_equal(dcgan.interpolate(model, [1, 2]), dcgan.interpolate("untrained-dcgan-16", [1, 2]))
    assert np.array_equal(dcgan.replay(out, model), dcgan.replay(out))


def test_a_tutorials_noise_is_z() -> None:
    model = dcgan.load("untrained-dcgan-16")
    z = model.z(range(3))
    assert np.array_equal(model.generate(z=z[:, :, None, None]), model.generate(z=z))
    with pytest.raises(dcgan.DCGANError, match=r"z has the shape \(n, 100\), found \(3, 100, 2, 1\)"):
        model.generate(z=np.zeros((3, 100, 2, 1)))


def test_errors_are_dcgan_errors(tmp_path: Path) -> None:
    with pytest.raises(dcgan.DCGANError, match="nobody"):
        dcgan.load("nobody")
    with pytest.raises(dcgan.DCGANError, match="image_size"):
        dcgan.train("shapes", steps=1, run=tmp_path / "r", image_size=33)
    with pytest.raises(dcgan.DCGANError, match="seed"):
        dcgan.load("untrained-dcgan-16").generate([-1])
    with pytest.raises(dcgan.DCGANError, match="seeds are several"):
        dcgan.load("untrained-dcgan-16").generate(5)  # type: ignore[arg-type]
    with pytest.raises(dcgan.DCGANError, match="steps is a number above 0, found 'many'"):
        dcgan.train("shapes", steps="many", run=tmp_path / "r")  # type: ignore[arg-type]
