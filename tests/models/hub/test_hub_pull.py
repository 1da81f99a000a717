"""Models from the Hub: what is fetched, what is kept, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hub_stand_in import Fault, Files, HubStandIn
from huggingface_hub import constants

import dcgan
from dcgan.cli import main
from dcgan.files import read_json
from dcgan.models import read_model


def complaint(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The one line that a refused command leaves."""
    assert main(list(argv)) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("dcgan: ") and err.count("\n") == 1 and "Traceback" not in err
    return err


def pictures(model: str, tmp_path: Path) -> np.ndarray:
    assert main(["generate", model, "--count", "3", "--npz", str(tmp_path / "p.npz")]) == 0
    return np.load(tmp_path / "p.npz")["images"]


def test_a_model_is_pulled_whole_and_nothing_else(
    hub: HubStandIn, files: Files, folder: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = {"run.py": b"import os", "model.pkl": b"\x80\x04", "snapshots/000100/evil.py": b"", ".gitattributes": b""}
    commit = hub.add("ada/clothes", {**files, **extra})
    assert main(["pull", "hf:ada/clothes", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    made = home / "models" / "clothes"
    assert said == {"name": "clothes", "path": str(made), "repo": "ada/clothes", "commit": commit}
    assert {path.name for path in made.iterdir()} == {*files, "hub.json"}
    assert all((made / name).read_bytes() == content for name, content in files.items())
    assert read_json(made / "hub.json") == {"repo": "ada/clothes", "commit": commit, "file": None}
    fetched = {line.rpartition("/")[2] for line in hub.requests if line.startswith("GET /ada/clothes/resolve")}
    assert fetched <= {*files}
    assert np.array_equal(pictures("clothes", tmp_path), pictures(str(folder), tmp_path))
    assert hub.tokens == set()


def test_the_same_again_is_the_same_model_and_another_gets_another_name(
    hub: HubStandIn, files: Files, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add("ada/clothes", files)
    assert main(["pull", "ada/clothes"]) == 0
    before = len(hub.requests)
    assert main(["pull", "ada/clothes"]) == 0
    assert hub.requests[before:] == ["GET /api/models/ada/clothes/revision/main"]
    hub.add("bob/clothes", files)
    capsys.readouterr()
    assert "clothes already" in complaint(capsys, "pull", "bob/clothes", "--name", "clothes")
    assert main(["pull", "bob/clothes"]) == 0
    later = hub.repos["bob/clothes"].commit(files)
    assert main(["pull", "bob/clothes"]) == 0
    made = {path.name for path in (home / "models").iterdir()}
    assert made == {"clothes", "bob-clothes", f"bob-clothes-{later[:7]}"}
    assert main(["pull", "bob/clothes", "--force"]) == 0
    assert read_json(home / "models" / "clothes" / "hub.json")["repo"] == "bob/clothes"


def test_a_pinned_revision_is_that_commit(hub: HubStandIn, files: Files, home: Path, tmp_path: Path) -> None:
    first = hub.add("ada/clothes", files)
    hub.repos["ada/clothes"].branches["v1"] = first
    hub.repos["ada/clothes"].commit({"README.md": b"gone"})
    for reference in (f"hf:ada/clothes@{first}", "hf:ada/clothes@v1"):
        assert pictures(reference, tmp_path).shape == (3, 16, 16, 1)
    assert main(["pull", f"ada/clothes@{first}"]) == 0
    assert read_json(home / "models" / "clothes" / "hub.json")["commit"] == first


def test_what_was_fetched_works_without_the_hub(
    hub: HubStandIn, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add("ada/clothes", files)
    online = pictures("hf:ada/clothes", tmp_path)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    before = len(hub.requests)
    assert np.array_equal(pictures("hf:ada/clothes", tmp_path), online)
    assert len(hub.requests) == before
    capsys.readouterr()
    assert "HF_HUB_OFFLINE is set and ada/shoes is not on this machine" in complaint(capsys, "pull", "ada/shoes")
    assert "HF_HUB_OFFLINE is set" in complaint(capsys, "push", "untrained-dcgan-16-grey-3", "ada/shoes")
    assert len(hub.requests) == before


def test_a_dead_network_is_one_sentence(hub: HubStandIn, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.close()
    said = complaint(capsys, "pull", "ada/clothes")
    assert f"the Hub at {hub.url} cannot be reached" in said
    assert not (home / "models").exists()


def test_a_connection_cut_in_a_file_goes_on_where_it_was(
    hub: HubStandIn, files: Files, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1024)  # the client keeps whole pieces, of 10 MB by default
    hub.add("ada/clothes", files)
    hub.faults.append(Fault("GET /cdn/", cut=3000))
    assert main(["pull", "ada/clothes"]) == 0
    cut = next(fault for fault in hub.faults)
    assert cut.times == 0 and [line for line in hub.requests if "bytes=2048-" in line]
    assert read_model(home / "models" / "clothes").sha256


def test_what_arrived_is_not_fetched_again(hub: HubStandIn, files: Files, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.add("ada/clothes", files)
    hub.faults.append(Fault(r"HEAD /ada/clothes/resolve/\w+/generator", status=403, times=99))
    assert "does not let this token" in complaint(capsys, "pull", "ada/clothes")
    assert not (home / "models" / "clothes").exists()
    hub.faults.clear()
    before = len(hub.requests)
    assert main(["pull", "ada/clothes"]) == 0
    fetched = [line for line in hub.requests[before:] if "/resolve/" in line or "/tree/" in line]
    assert {line.rpartition("/")[2] for line in fetched} == {"generator.safetensors"}


def test_a_passing_fault_is_waited_out(hub: HubStandIn, files: Files) -> None:
    hub.add("ada/clothes", files)
    hub.faults += [Fault("GET .*/revision/main", status=503), Fault("GET /api/models/ada/clothes/tree", status=502)]
    assert main(["pull", "ada/clothes"]) == 0
    assert [fault.times for fault in hub.faults] == [0, 0]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "the name is wrong, or it is private"),
        (403, "does not let this token"),
        (404, "the Hub shows no ada/clothes"),
        (429, "too many requests"),
        (500, "a fault of its own"),
        (418, "refuses (status 418)"),
        (200, "does not answer as the Hub does"),
    ],
)
def test_every_refusal_is_a_sentence(hub: HubStandIn, files: Files, status: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    hub.add("ada/clothes", files)
    hub.faults.append(Fault("GET /api/models/ada/clothes", status=status, times=99))
    assert words in complaint(capsys, "pull", "ada/clothes")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "cannot be kept on this machine: No space left on device"),
        (RuntimeError("cas client: request failed"), "the connection to the Hub broke"),
        (OSError("Consistency check failed: file should be of size 5"), "Consistency check failed"),
    ],
)
def test_other_failures_are_sentences_too(
    hub: HubStandIn, files: Files, error: Exception, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise error

    hub.add("ada/clothes", files)
    monkeypatch.setattr("dcgan.hub.repository.snapshot_download", fail)
    assert words in complaint(capsys, "pull", "ada/clothes")


def test_python_takes_the_same_names(hub: HubStandIn, files: Files, folder: Path) -> None:
    hub.add("ada/clothes", files)
    assert np.array_equal(dcgan.load("hf:ada/clothes").generate(range(2)), dcgan.load(str(folder)).generate(range(2)))


def test_private_models_and_tokens(
    hub: HubStandIn, files: Files, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from hub_stand_in import TOKEN

    hub.add("ada/clothes", files, private=True)
    assert "log in with `hf auth login`, or set HF_TOKEN" in complaint(capsys, "pull", "ada/clothes")
    monkeypatch.setenv("HF_TOKEN", "hf_of_yesterday")
    said = complaint(capsys, "pull", "ada/clothes")
    assert "does not accept the token" in said and "yesterday" not in said
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert main(["pull", "ada/clothes"]) == 0
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept and TOKEN not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("read_here")
def test_a_tutorials_file_goes_through_the_importer(hub: HubStandIn, tutorial: bytes, home: Path, tmp_path: Path) -> None:
    hub.add("bob/faces", {"README.md": b"# faces", "netG.pth": tutorial, "train.py": b"import os"})
    assert main(["pull", "bob/faces"]) == 0
    made = home / "models" / "faces"
    assert read_json(made / "hub.json")["file"] == "netG.pth"
    assert "`netG.pth` in [bob/faces](https://huggingface.co/bob/faces/tree/" in (made / "README.md").read_text("utf-8")
    assert pictures("faces", tmp_path).shape == (3, 64, 64, 3)
    assert not any("train.py" in line for line in hub.requests)


def test_one_of_several_files_is_named(
    hub: HubStandIn, files: Files, tmp_path: Path, tutorial_tensors: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add("bob/two", {"a/netG.safetensors": tutorial_tensors, "netD[1].pth": b"x", "README.md": b""})
    words = "several files of weights: a/netG.safetensors, netD[1].pth; name one: hf:bob/two/a/netG.safetensors"
    assert words in complaint(capsys, "pull", "bob/two")
    assert "has no file of weights 'README.md'" in complaint(capsys, "pull", "bob/two/README.md")
    hub.add("bob/text", {"README.md": b"# text"})
    assert "no file of weights; it has README.md" in complaint(capsys, "pull", "bob/text")
    assert pictures("hf:bob/two/a/netG.safetensors", tmp_path).shape == (3, 64, 64, 3)


def test_too_large_is_refused_before_it_is_fetched(
    hub: HubStandIn, files: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add("ada/clothes", files)
    monkeypatch.setattr("dcgan.models.hub.fetching.MAX_BYTES", 1000)
    assert "at most" in complaint(capsys, "pull", "ada/clothes")
    assert not any("/resolve/" in line for line in hub.requests)


def test_damaged_weights_become_no_model(hub: HubStandIn, files: Files, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray(files["generator.safetensors"])
    content[-1] ^= 1
    hub.add("ada/clothes", {**files, "generator.safetensors": bytes(content)})
    said = complaint(capsys, "pull", "ada/clothes")
    assert "damaged or was changed" in said and "ada/clothes" in said
    assert not (home / "models" / "clothes").exists()


@pytest.mark.parametrize(
    "text", ["clothes", "ada/clothes/../x", "ada//clothes", "hf:ada/clo thes", "ada/clothes@", "https://example.org/a/b"]
)
def test_other_words_are_no_repository(text: str, hub: HubStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert "OWNER/REPO" in complaint(capsys, "pull", text)
    assert hub.requests == []
