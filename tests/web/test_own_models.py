"""Own models over HTTP: renamed, deleted, brought back, and one reading of the same files at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_making import RUNS
from safetensors.torch import save
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tiny_app import KEY, tutorial_state, write_tiny

from dcgan.studio import Studio
from dcgan.web import routes

MODELS = "/gradio_api/dcgan/models"
OTHER = "o" * 32


def tell(client: TestClient, act: str, model: str, key: str = KEY, **also: str) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"{MODELS}/{act}", json={"model": model, **also}, headers={"X-DCGAN-Key": key})
    return answer.status_code, answer.json()


def own(client: TestClient, key: str = KEY) -> dict[str, bool]:
    """Own model -> whether it may be deleted."""
    listed = client.get(MODELS, headers={"X-DCGAN-Key": key}).json()
    return {info["name"]: info["may_delete"] for info in listed if info["source"] == "own"}


def drop(client: TestClient, *settings: str, key: str = KEY, z_dim: int = 10) -> str:
    params = [("filename", "netG.safetensors"), *(("set", setting) for setting in settings)]
    answer = client.post(MODELS, params=params, content=save(tutorial_state(z_dim=z_dim)), headers={"X-DCGAN-Key": key})
    return str(answer.json()["model"])


def pictures(studio: Studio, model: str) -> np.ndarray:
    return studio.synthesizer(model).generate([0])


def test_a_model_is_deleted_and_brought_back(client: TestClient, home: Path) -> None:
    assert own(client) == {"other": True, "tiny": True}
    assert tell(client, "delete", "other") == (200, {"ok": True}) and own(client) == {"tiny": True}
    assert tell(client, "delete", "other")[0] == 409
    assert tell(client, "undelete", "other") == (200, {"ok": True}) and own(client) == {"other": True, "tiny": True}
    status, answer = tell(client, "undelete", "other")
    assert status == 409 and "removed after 24 hours" in answer["error"]


def test_another_of_the_same_name_is_another(client: TestClient, studio: Studio, home: Path) -> None:
    before = pictures(studio, "other")
    tell(client, "delete", "other")
    write_tiny(home, "other", seed=9)
    assert pictures(studio, "other").shape != before.shape
    status, answer = tell(client, "undelete", "other")
    assert status == 409 and "another other is there now" in answer["error"]
    tell(client, "delete", "other")
    assert tell(client, "undelete", "other")[0] == 200 and pictures(studio, "other").shape != before.shape  # the one deleted last


def test_the_model_that_the_app_was_started_with_can_go(client: TestClient) -> None:
    assert tell(client, "delete", "tiny")[0] == 200 and own(client) == {"other": True}


def test_a_model_is_renamed_and_is_the_same(client: TestClient, studio: Studio, home: Path) -> None:
    first, before = drop(client), pictures(studio, "other")
    assert tell(client, "rename", "other", to=" faces-2 ") == (200, {"ok": True})
    assert own(client) == {"faces-2": True, "tiny": True, first: True} and np.array_equal(pictures(studio, "faces-2"), before)
    assert tell(client, "rename", first, to="from_class")[0] == 200
    assert drop(client) == "from_class"  # the same file again
    second = drop(client, "output=sigmoid")
    assert own(client).keys() == {"faces-2", "tiny", second}  # in the place of the reading before
    assert tell(client, "undelete", "from_class")[0] == 200 and own(client).keys() == {"faces-2", "tiny", "from_class"}


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("tiny", "a model called tiny is there already"),
        ("r1", "r1 is the name of a shipped model or a run"),
        ("", "has letters, digits"),
        ("../up", "has letters, digits"),
        (".hidden", "has letters, digits"),
        ("a" * 101, "has letters, digits"),
    ],
)
@pytest.mark.usefixtures("run")
def test_a_name_that_cannot_be_is_refused(client: TestClient, home: Path, to: str, said: str) -> None:
    status, answer = tell(client, "rename", "other", to=to)
    assert status == 409 and said in answer["error"] and own(client).keys() == {"other", "tiny"}


@pytest.mark.parametrize("model", ["", "..", "untrained:shapes-32", "../models/tiny", ".deleted", "x\0", "r1"])
@pytest.mark.usefixtures("run")
def test_nothing_else_is_deleted_or_renamed(client: TestClient, home: Path, model: str) -> None:
    for act in ("delete", "rename"):
        status, answer = tell(client, act, model, to="mine")
        assert status == 409 and "no model of your own is called" in answer["error"]
    assert own(client) == {"other": True, "tiny": True} and (home / "runs" / "r1").is_dir()
    assert tell(client, "undelete", model)[0] == 409


def test_orders_come_from_our_own_pages_only(client: TestClient) -> None:
    for act in ("rename", "delete", "undelete"):
        answer = client.post(f"{MODELS}/{act}", json={"model": "tiny"}, headers={"origin": "http://evil.com"})
        assert answer.status_code == 403 and own(client)["tiny"]


def test_strangers_rename_and_delete_what_they_brought(public: TestClient) -> None:
    model = drop(public)
    assert own(public) == {"other": False, "tiny": False, model: True} and own(public, OTHER) == {
        "other": False,
        "tiny": False,
        model: False,
    }
    assert own(public, "") == own(public, OTHER)
    for key in (OTHER, ""):
        for act in ("delete", "rename"):
            assert tell(public, act, model, key, to="mine")[0] == tell(public, act, "tiny", key, to="mine")[0] == 409
    assert tell(public, "rename", model, to="mine")[0] == tell(public, "rename", "mine", to=model)[0] == 200
    assert tell(public, "delete", model)[0] == 200
    assert tell(public, "undelete", model, OTHER)[0] == 409 and tell(public, "undelete", model)[0] == 200
    assert drop(public, key=OTHER) == model and not own(public, OTHER)[model]  # the same file from someone else takes nothing away


def test_another_reading_takes_the_place_of_the_one_before(client: TestClient, home: Path) -> None:
    first, unlike = drop(client), drop(client, z_dim=12)
    second = drop(client, "output=sigmoid")
    assert own(client).keys() == {"other", "tiny", unlike, second} and len({first, second, unlike}) == 3
    (home / "models" / second / "directions.json").write_text("{}")
    assert tell(client, "undelete", first)[0] == 200 and own(client).keys() == {"other", "tiny", unlike, first}
    assert drop(client, "output=sigmoid") == second and own(client).keys() == {"other", "tiny", unlike, second}
    assert (home / "models" / second / "directions.json").exists()  # it is the same that was moved aside


def test_a_strangers_reading_stays(public: TestClient) -> None:
    first = drop(public)
    second = drop(public, "output=sigmoid", key=OTHER)
    assert own(public).keys() == {"other", "tiny", first, second}


@pytest.mark.usefixtures("run")
def test_a_run_that_became_a_model_is_of_who_started_it(home: Path) -> None:
    public = TestClient(Starlette(routes=routes(Studio(model="tiny", public=True))))
    answer = public.post(f"{RUNS}/r1/promote", json={"model": "mine"}, headers={"X-DCGAN-Key": KEY})
    assert answer.status_code == 200 and own(public)["mine"] and not own(public, OTHER)["mine"]
    recorded = [each["name"] for each in public.get(RUNS).json()]
    assert "recorded:mine" in recorded and tell(public, "delete", "mine")[0] == 200
    assert "recorded:mine" not in [each["name"] for each in public.get(RUNS).json()]
