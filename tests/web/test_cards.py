"""A model's card over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tiny_app import write_tiny

from dcgan.models import Library
from dcgan.web.cards import card_html

MODELS = "/gradio_api/dcgan/models"
FOREIGN = """---
license: mit
tags: [dcgan]
---
# tiny

![preview](https://elsewhere.example/preview.png)

**Faces** of 16 px, see [the data](https://elsewhere.example/data), [bad](javascript:alert(1)).

<script>alert(1)</script> and <img src="https://elsewhere.example/x.png" onerror="alert(1)">

| n | KID |
| --- | --- |
| 500 | 0.1 |
"""


def card(client: TestClient, model: str) -> tuple[int, dict[str, str]]:
    answer = client.get(f"{MODELS}/card", params={"model": model})
    return answer.status_code, answer.json()


def test_a_card_is_shown_without_header_title_and_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.models.library.SHIPPED", Path(__file__).parents[2] / "checkpoints")
    html = card_html(Library().synthesizer("celeba-64").info)
    assert html.startswith("<p>A DCGAN generator of 64x64 RGB pictures") and "non-commercial research use" in html
    assert "library_name" not in html and "<h1" not in html and "preview" not in html


def test_a_foreign_card_brings_no_html_and_no_pictures_of_its_own(client: TestClient, home: Path) -> None:
    (write_tiny(home, "foreign") / "README.md").write_text(FOREIGN.replace("\n", "\r\n"), "utf-8", newline="")
    html = card(client, "foreign")[1]["html"]
    assert html.startswith("<p><strong>Faces</strong> of 16 px, see <a href=") and "<td>0.1</td>" in html
    assert "<script" not in html and "<img" not in html and "&lt;script&gt;" in html
    assert 'href="javascript' not in html and "license" not in html


@pytest.mark.parametrize("model", ["untrained-dcgan-16-grey-3", "no-such-model", "../tiny", ""])
def test_what_has_no_card_says_so(client: TestClient, model: str) -> None:
    status, answer = card(client, model)
    assert status == 404 and answer["error"] and "\n" not in answer["error"]


def test_the_list_tells_which_have_one(client: TestClient, home: Path) -> None:
    (write_tiny(home, "bare") / "README.md").unlink()
    found = {info["name"]: info["has_card"] for info in client.get(f"{MODELS}?also=untrained-dcgan-16-grey-3").json()}
    assert found["tiny"] and not found["bare"] and not found["untrained-dcgan-16-grey-3"]
