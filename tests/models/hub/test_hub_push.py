"""Models to the Hub: a repository is a model folder, and what comes back is the same."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hub_stand_in import TOKEN, Fault, Files, HubStandIn
from huggingface_hub import ModelCard
from PIL import Image
from test_hub_pull import complaint

from dcgan.cli import main
from dcgan.files import read_json, write_json

SCORES = {
    "data": "fashion-mnist-10k", "samples": 500, "seed": 0, "features": "random", "features_title": "a random network",
    "n": 500, "blocks": 1, "block": 500, "kid": 0.02, "kid_se": None, "floor": 0.001, "floor_se": None, "diversity": 0.9,
    "options": "--data fashion-mnist-10k",
}  # fmt: skip


@pytest.fixture
def mine(folder: Path, home: Path) -> Path:
    """An own model with a recorded run, an earlier generator, and files of no business."""
    path = home / "models" / "mine"
    shutil.copytree(folder, path)
    (path / "recording" / "samples").mkdir(parents=True)
    (path / "recording" / "events.jsonl").write_text("")
    shutil.copytree(folder, path / "snapshots" / "000100")
    for name in ("hub.json", "notes.txt", "directions.json"):
        (path / name).write_text("{}")
    return path


def test_a_push_and_a_pull_are_the_same_model(
    logged_in: HubStandIn, mine: Path, files: Files, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["push", "mine", "ada/clothes", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    repo = logged_in.repos["ada/clothes"]
    assert said == {
        "repo": "ada/clothes",
        "url": f"{logged_in.url}/ada/clothes",
        "commit": repo.branches["main"],
        "private": False,
        "files": 9,
    }
    there = logged_in.files("ada/clothes")
    assert {*there} == {
        ".gitattributes", *files, "recording/events.jsonl", *(f"snapshots/000100/{name}" for name in files)
    }  # fmt: skip
    assert all(there[name] == files[name] for name in files if name != "README.md")
    assert main(["pull", f"hf:ada/clothes@{said['commit']}"]) == 0
    made = home / "models" / "clothes"
    assert all((made / name).read_bytes() == content for name, content in there.items() if name != ".gitattributes")
    assert logged_in.tokens == {("127.0.0.1", f"Bearer {TOKEN}")}


def test_the_card_is_what_the_hub_reads(logged_in: HubStandIn, mine: Path) -> None:
    config = read_json(mine / "config.json")
    write_json(mine / "config.json", {**config, "training": {"scores": SCORES, "recipe": {}, "data": "fashion-mnist-10k"}})
    assert main(["push", "mine", "ada/clothes", "--license", "mit", "--dataset", "zalando-datasets/fashion_mnist"]) == 0
    card = ModelCard(logged_in.files("ada/clothes")["README.md"].decode())
    assert (card.data.license, card.data.library_name) == ("mit", "dcgan-explorer")
    assert card.data.datasets == ["zalando-datasets/fashion_mnist"]
    assert card.data.pipeline_tag == "unconditional-image-generation" and {"dcgan", "gan"} <= {*card.data.tags}
    found = {result.metric_type: (result.metric_value, result.metric_name) for result in card.data.eval_results}
    assert found["kid"] == (0.02, "KID (a random network; n = 500 a side)") and found["diversity"][0] == 0.9
    assert 'dcgan.load("hf:ada/clothes")' in card.text and "preview.png" in card.text


def test_a_second_push_sends_what_changed(logged_in: HubStandIn, mine: Path) -> None:
    main(["push", "mine", "ada/clothes"])
    logged_in.repos["ada/clothes"].commit({**logged_in.files("ada/clothes"), "LICENSE": b"theirs"})
    shutil.rmtree(mine / "snapshots")
    before = len(logged_in.requests)
    assert main(["push", "mine", "ada/clothes"]) == 0
    there = logged_in.files("ada/clothes")
    assert there["LICENSE"] == b"theirs" and not any(name.startswith("snapshots") for name in there)
    assert not any(line.startswith("PUT") for line in logged_in.requests[before:])
    commits = len(logged_in.repos["ada/clothes"].commits)
    assert main(["push", "mine", "ada/clothes"]) == 0
    assert len(logged_in.repos["ada/clothes"].commits) == commits


def test_private_means_private(logged_in: HubStandIn, mine: Path, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push", "mine", "ada/secret", "--private"]) == 0
    assert "(private)" in capsys.readouterr().out and logged_in.repos["ada/secret"].private
    logged_in.add("ada/open", files)
    assert "there already and public" in complaint(capsys, "push", "mine", "ada/open", "--private")
    assert logged_in.files("ada/open") == files


def test_a_branch_is_made_where_one_is_named(logged_in: HubStandIn, mine: Path) -> None:
    assert main(["push", "mine", "ada/clothes@trial"]) == 0
    assert {*logged_in.files("ada/clothes")} == {".gitattributes"}
    assert "config.json" in logged_in.files("ada/clothes", "trial")


def test_without_a_token_nothing_is_made(hub: HubStandIn, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = complaint(capsys, "push", "mine", "ada/clothes")
    assert "nobody is logged in at the Hub here: log in with `hf auth login`, or set HF_TOKEN" in said
    assert hub.repos == {}


def test_a_broken_upload_is_made_again(logged_in: HubStandIn, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logged_in.faults += [Fault("POST .*/preupload/", cut=5), Fault("POST .*/commit/main", status=502)]
    assert main(["push", "mine", "ada/clothes"]) == 0
    assert [fault.times for fault in logged_in.faults] == [0, 0]
    logged_in.faults.append(Fault("POST .*/commit/main", status=409))
    shutil.rmtree(mine / "recording")
    capsys.readouterr()
    assert "changed by someone else at the same time" in complaint(capsys, "push", "mine", "ada/clothes")


def test_a_card_whose_header_is_broken(logged_in: HubStandIn, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mine / "README.md").write_text("---\ntags: [a\n---\n# mine\n")
    assert "README.md" in complaint(capsys, "push", "mine", "ada/clothes")
    assert logged_in.repos == {}


@pytest.mark.slow
def test_the_environment_is_enough(hub: HubStandIn, files: Files, tmp_path: Path) -> None:
    """A process of its own, with the Hub's own variables and nothing patched."""
    hub.add("ada/clothes", files, private=True)
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(tmp_path / "hf"),
    }
    command = [sys.executable, "-m", "dcgan", "pull", "ada/clothes"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=250)
    assert (done.returncode, done.stderr) == (0, "")
    environment |= {"HF_HUB_OFFLINE": "1", "DCGAN_HOME": str(tmp_path / "elsewhere")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 2 and done.stderr.startswith("dcgan: HF_HUB_OFFLINE is set") and done.stderr.count("\n") == 1


@pytest.fixture
def family(mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model `mine` learned from this folder of one's own; the commands write where nobody minds."""
    folder = tmp_path / "pictures" / "family"
    folder.mkdir(parents=True)
    for k, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (9, 16, 16), np.uint8)):
        Image.fromarray(pixels).save(folder / f"{k}.png")
    write_json(mine / "config.json", {**read_json(mine / "config.json"), "training": {"data": "family", "recipe": {}}})
    monkeypatch.chdir(tmp_path)
    return folder


def test_pictures_of_ones_own_are_asked_about(
    logged_in: HubStandIn, family: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    push = ("push", "mine", "ada/family")
    assert "they are not at family, so nothing could be compared" in complaint(capsys, *push)
    assert main([*push, "--data", str(family)]) == 2
    said = capsys.readouterr().err
    assert "nearest.png shows the samples nearest to one of them" in said and said.rstrip().endswith("say --yes")
    assert Image.open("nearest.png").width > 4 * 64
    monkeypatch.setattr("sys.stdin", Answering("n\n"))
    assert main([*push, "--data", str(family)]) == 130 and logged_in.repos == {}
    monkeypatch.setattr("sys.stdin", Answering("y\n"))
    assert main([*push, "--data", str(family)]) == 0


def test_scripts_say_yes(logged_in: HubStandIn, family: Path) -> None:
    assert main(["push", "mine", "ada/family", "--yes"]) == 0
    assert "config.json" in logged_in.files("ada/family") and not Path("nearest.png").exists()


class Answering(io.StringIO):
    """A terminal with somebody at it."""

    def isatty(self) -> bool:
        return True
