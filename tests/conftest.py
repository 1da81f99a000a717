from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
import torch
from hub_stand_in import TOKEN, HubStandIn
from xdist.scheduler import LoadFileScheduling

os.environ["HF_HUB_OFFLINE"] = "1"
hypothesis.settings.register_profile("patient", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("patient")


class OneBrowser(LoadFileScheduling):
    """Files are handed out whole, and all that drive a browser to one worker: another would start a second app and a second Chromium.

    Not so the slow ones, most of which drive a browser: one worker would still be at it when the others are done.
    """

    def _split_scope(self, nodeid: str) -> str:
        together = nodeid.startswith("tests/browser/") and "not slow" in self.config.option.markexpr
        return "tests/browser" if together else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneBrowser:
    return OneBrowser(config, log)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test its own $DCGAN_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DCGAN_HOME", str(folder))
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Compute on one thread, in fixtures of any scope too: the suite runs on all cores already, and torch's threads wait by spinning."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def little_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what takes as long as hundreds of tiny steps look at less: the score at a training's end, and the search for the fastest step."""
    monkeypatch.setattr("dcgan.training.scoring.SCORED", 64)
    monkeypatch.setattr("dcgan.training.tuning.LEAST", 0.0)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read torch and Keras files in this process; tests/importing/test_torch_files.py has the process of their own, which loads torch."""
    from dcgan.models.importing import child, contents

    def run(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        said = io.StringIO()
        with redirect_stdout(said):
            status = child.main(list(command[3:]))  # python -m module …
        return subprocess.CompletedProcess(command, status, said.getvalue())

    monkeypatch.setattr(child, "limit_memory", lambda _: None)
    monkeypatch.setattr(contents, "subprocess", SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubStandIn]:
    """A stand-in of the Hub, which the client takes for the Hub; nobody is logged in."""
    from huggingface_hub import constants

    stand_in = HubStandIn()
    monkeypatch.setattr(constants, "ENDPOINT", stand_in.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", stand_in.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr("dcgan.hub.talking.PAUSE", 0.01)
    yield stand_in
    stand_in.close()


@pytest.fixture
def logged_in(hub: HubStandIn, monkeypatch: pytest.MonkeyPatch) -> HubStandIn:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    return hub
