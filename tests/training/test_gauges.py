"""What is measured beside the steps: KID on a schedule, and D's word on real pictures and fakes. Both leave the training as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from small_runs import interrupted, request, run_to_the_end
from test_loop import kept, states
from tiny import RECIPE, config

from dcgan.data import Dataset
from dcgan.events import Judged, KidMeasured, SamplesReady
from dcgan.images import to_x
from dcgan.metrics.extractors import extractor
from dcgan.metrics.kernel import kid
from dcgan.models import Library
from dcgan.networks.builder import build
from dcgan.training import gauges, schedule
from dcgan.training.loop import train
from dcgan.training.runs.folder import RunReader
from dcgan.training.trainer import Networks


@pytest.fixture
def random_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the packages of the better features are not installed."""
    monkeypatch.setattr("dcgan.metrics.extractors.has_efficientnet", lambda _: False)


@pytest.mark.usefixtures("random_features")
def test_a_run_with_kid_ends_as_one_without(networks: Networks, data: Dataset) -> None:
    wanted = config(steps=7, save_every=2, recipe=replace(RECIPE, augment="color", flip=True))
    torch.manual_seed(1)
    plain = kept(train(wanted, networks, data))
    torch.manual_seed(2)
    measured = kept(train(replace(wanted, kid_every=3), networks, data))
    assert not any(isinstance(event, KidMeasured) for event in plain)
    found = [event for event in measured if isinstance(event, KidMeasured)]
    assert [event.step for event in found] == [3, 6, 7]  # and at the end
    assert {(event.features, event.n, event.kid_se) for event in found} == {("random", 20, None)}
    for name, tensor in states(plain)[7].items():
        assert torch.equal(tensor, states(measured)[7][name]), name


@pytest.mark.usefixtures("random_features")
def test_kid_is_that_of_the_snapshots_pictures(tmp_path: Path, pictures: Path) -> None:
    """The same from outside: the stored model (weights in fp16) and its seeds."""
    run_to_the_end(request(tmp_path / "r", pictures, kid_every=4))
    lines = [line for line in RunReader(tmp_path / "r").since(0).lines if line.get("event") == "kid"]
    assert [line["step"] for line in lines] == [4, 6] and "random" in lines[0]["title"]
    network = extractor("random")
    real = np.stack([np.asarray(Image.open(pictures / f"{index}.png")) for index in range(20)])
    made = Library().synthesizer(str(tmp_path / "r/snapshots/000004")).generate(range(20))
    assert lines[0]["kid"] == pytest.approx(kid(network.features(real), network.features(made)).value, rel=0.02)


@pytest.mark.usefixtures("random_features")
def test_the_best_stage_is_that_of_the_lowest_kid(tmp_path: Path, pictures: Path) -> None:
    """The same from outside: of every stage that was measured, saved or not for another reason, the stored model's own pictures."""
    run_to_the_end(request(tmp_path / "r", pictures, kid_every=1, save_every=4))
    network = extractor("random")
    real = network.features(np.stack([np.asarray(Image.open(pictures / f"{index}.png")) for index in range(20)]))
    stages = {step: Library().synthesizer(str(tmp_path / f"r/snapshots/{step:06d}")) for step in range(1, 7)}
    truth = {step: kid(real, network.features(model.generate(range(20)))).value for step, model in stages.items()}
    best = json.loads((tmp_path / "r/best.json").read_text())
    assert best["n"] == 20 and best["kid"] == pytest.approx(truth[best["step"]], rel=0.02)
    assert truth[best["step"]] <= min(truth.values()) * 1.02
    assert Library().find(str(tmp_path / "r/best"))[0].sha256 == stages[best["step"]].model.sha256


@pytest.mark.usefixtures("random_features")
def test_a_killed_run_keeps_its_schedule(tmp_path: Path, pictures: Path) -> None:
    wanted = request(tmp_path / "r", pictures, kid_every=3)
    run_to_the_end(wanted, stop_at=4)
    run_to_the_end(request(tmp_path / "r", None, steps=8))
    steps = [line["step"] for line in RunReader(tmp_path / "r").since(0).lines if line.get("event") == "kid"]
    assert steps == [3, 4, 6, 8]


def test_d_judges_the_sheet_and_real_pictures(networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SHARE", 1e9)  # every sheet
    events = kept(train(config(steps=5), networks, data))
    sheets = {event.step: event.images for event in events if isinstance(event, SamplesReady)}
    judged = {event.step: event for event in events if isinstance(event, Judged)}
    assert judged.keys() == sheets.keys() and {0, 5} <= judged.keys()
    end = judged[5]
    assert end.images.shape == (64, 16, 16, 3) and (judged[0].images == end.images).all()
    assert {image.tobytes() for image in end.images} == {image.tobytes() for image in data.images}
    d = build(networks.discriminator)
    d.load({name.removeprefix("d."): tensor for name, tensor in states(events)[5].items() if name.startswith("d.")})
    with torch.no_grad():
        for images, said in ((end.images, end.real), (sheets[5], end.fake)):
            torch.testing.assert_close(d.eval()(to_x(torch.from_numpy(images)), None).flatten(), torch.tensor(said))


@pytest.mark.parametrize("seconds", [0.0, 1e9])  # between sheets
def test_d_may_take_a_share_of_the_time(networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(schedule, "SHARE", 1e-9)
    monkeypatch.setattr(schedule, "SHEET_SECONDS", seconds)
    events = kept(train(config(steps=5), networks, data))
    assert [event.step for event in events if isinstance(event, Judged)] == [0, 5]


def test_judging_changes_nothing(networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = states(kept(train(config(steps=5), networks, data)))
    monkeypatch.setattr(gauges.Gauges, "judge", lambda *_, **__: iter(()))
    alone = states(kept(train(config(steps=5), networks, data)))
    for name, tensor in alone[5].items():
        assert torch.equal(tensor, judged[5][name]), name


def test_what_d_said_stands_beside_the_sheets(tmp_path: Path, pictures: Path) -> None:
    interrupted(tmp_path / "r", pictures, after=5)
    (tmp_path / "r/samples/000099.json").write_text("{}")  # beyond the state
    reader = run_to_the_end(request(tmp_path / "r", None))
    steps = [line["step"] for line in reader.since(0).lines if line.get("event") == "judged"]
    assert {0, 6} <= set(steps) and set(steps) <= set(reader.sample_steps())
    assert not reader.judgement_path(99).exists()
    said = json.loads(reader.judgement_path(6).read_text())
    assert {name: len(values) for name, values in said.items()} == {"real": 64, "fake": 64}
    assert Image.open(tmp_path / "r/real.jpg").size == Image.open(reader.sample_path(6)).size
