"""Slow motion: a real training walked through phase by phase, and its curves and formulas against the losses themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import App
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable
from browser.training import ENDLESS, PATIENCE, Visit, expect_state, live, open_train, start, stop, wait_for_steps
from dcgan.config import Recipe
from dcgan.training.objectives import generator_loss, loss_on_fakes, loss_on_real

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCES = Path(__file__).resolve().parents[2] / "dcgan/ui/components"
PHASES = ["1 · D judges real pictures", "2 · D judges fakes", "3 · D learns", "4 · D judges the fakes for G", "5 · G learns"]
NOTE_PHASES = """() => {
  window.walked = [];
  const heading = document.querySelector("#dcgan-slow [data-part=phase]");
  const step = () => document.querySelector("#dcgan-slow [data-number=at_step]")?.textContent;
  const note = () => setTimeout(() => window.walked.push([heading.textContent, step()]));
  new MutationObserver(note).observe(heading, { childList: true });
}"""


def slow(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-slow [data-part={name}]")


def number(page: Page, name: str) -> float:
    return float(page.locator(f"#dcgan-slow [data-number={name}]").inner_text().replace(",", ""))


def by_hand(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-slow [data-order={name}]")


def open_section(page: Page) -> None:
    page.locator("#dcgan-slow summary").click()


def set_pace(page: Page, seconds: float) -> None:
    slow(page, "pace").evaluate("(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", str(seconds))


@pytest.fixture
def endless(visit: Visit) -> Iterator[Page]:
    """A page whose run goes on until the end of the test."""
    page = open_train(visit)
    start(page, ENDLESS)
    expect_state(page, "running")
    wait_for_steps(page, 2)
    yield page
    stop(page)


def seen(app: App, page: Page) -> dict[str, Any]:
    run = page.evaluate("new URL(location).searchParams.get('run')")
    return dict(json.loads((app.home / "runs" / run / "seen.json").read_text()))


def test_a_training_is_walked_through_its_phases(visit: Visit, app: App, endless: Page) -> None:
    page = endless
    expect(slow(page, "sentence")).to_be_hidden()  # folded away until somebody asks
    open_section(page)
    expect(slow(page, "sentence")).to_contain_text("at full speed")
    set_pace(page, 0.5)
    page.evaluate(NOTE_PHASES)
    slow(page, "play").click()
    expect_state(page, "paused")
    page.wait_for_function("new Set(window.walked.map(([, step]) => step)).size > 2", timeout=PATIENCE)
    slow(page, "play").click()
    walked = page.evaluate("window.walked")
    assert [phase for phase, _ in walked[:10]] == PHASES * 2
    first = int(walked[0][1])
    assert [int(step) - first for _, step in walked[:10]] == [0] * 5 + [1] * 5
    phases_of_a_step(page, app)
    watched_elsewhere(visit, page)

    by_hand(page, "step_d").click()
    expect(slow(page, "moved")).to_contain_text("D alone moved", timeout=PATIENCE)
    expect(live(page, "happenings")).to_contain_text("A step of D alone, by hand", timeout=PATIENCE)
    by_hand(page, "resume").click()
    expect_state(page, "running")


def phases_of_a_step(page: Page, app: App) -> None:
    """Everything that a phase shows comes from the step that was made; arrow keys and buttons lead there."""
    page.locator("#dcgan-slow .phases button").first.click()
    told = seen(app, page)
    assert number(page, "at_step") == told["step"] and len(told["outputs"]["real"]) == 16
    real = np.array(told["outputs"]["real"])
    assert number(page, "mean_loss") == pytest.approx(np.log1p(np.exp(-real)).mean(), abs=6e-4)
    assert page.locator("#dcgan-slow .point.real").count() == 16 + 1  # and the legend's
    assert slow(page, "figures").locator("img").evaluate("image => image.naturalWidth") == 8 * 18 + 2
    slow(page, "stage").focus()
    for phase in PHASES[1:]:
        page.keyboard.press("ArrowRight")
        expect(slow(page, "phase")).to_have_text(phase)
    page.keyboard.press("ArrowLeft")
    expect(slow(page, "phase")).to_have_text(PHASES[3])
    assert number(page, "mean_loss") == pytest.approx(told["losses"]["generator"], abs=6e-4)
    assert page.locator("#dcgan-slow .point.hollow").count() == 16 + 1  # before D moved
    page.locator("#dcgan-slow .phases button").nth(2).click()
    rows = page.locator("#dcgan-slow .bars tr").all_inner_texts()
    assert len(rows) == len(told["gradients"]["d"]) and "conv 4×4 /2" in rows[0]
    assert number(page, "gradient_norm") == pytest.approx(np.hypot.reduce([row["norm"] for row in told["gradients"]["d"]]), abs=6e-4)


def watched_elsewhere(visit: Visit, page: Page) -> None:
    """Somebody else, on a phone, in the dark and in German, may look and not order."""
    options = {**PHONE, "locale": "de-DE", "color_scheme": "dark", "reduced_motion": "reduce"}
    watcher = visit(page.url.removeprefix(page.url.split("/train")[0]), **options)
    expect_state(watcher, "paused")
    open_section(watcher)
    expect(slow(watcher, "phase")).to_have_text("1 · D beurteilt echte Bilder", timeout=PATIENCE)
    expect(slow(watcher, "sentence")).to_contain_text("Schritte werden dort gemacht")
    for name in ("step", "step_d", "step_g", "resume"):
        expect(by_hand(watcher, name)).to_be_disabled()
    set_pace(watcher, 0.5)
    slow(watcher, "play").click()
    expect(slow(watcher, "phase")).to_have_text("2 · D beurteilt Fälschungen")
    assert watcher.evaluate("document.querySelector('#dcgan-slow').getAnimations({ subtree: true }).length") == 0
    assert_fits_a_phone(watcher)
    assert_readable(watcher)
    assert_german(watcher)


def test_a_recording_has_no_phases(visit: Visit) -> None:
    page = open_train(visit, "?run=recorded:celeba-64")
    expect_state(page, "recorded")
    open_section(page)
    expect(slow(page, "sentence")).to_contain_text("there are no phases to walk through")
    expect(slow(page, "controls")).to_be_hidden()
    expect(slow(page, "stage")).to_be_hidden()


OBJECTIVES = ["non-saturating", "minimax", "least-squares", "hinge", "wasserstein"]


@pytest.fixture(scope="module")
def bare(browser: Browser) -> Iterator[Page]:
    """A page with the component's functions and nothing else."""
    page = browser.new_page()
    scripts = ("live/words.js", "slow_motion/objectives.js", "slow_motion/formulas.js")
    page.set_content("<p></p>")
    page.add_script_tag(content="\n".join(["const TABLES = { en: {} };", *((SOURCES / script).read_text("utf-8") for script in scripts)]))
    yield page
    page.close()


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_curves_are_the_losses(bare: Page, objective: Any, smoothing: float) -> None:
    if smoothing and objective not in ("non-saturating", "minimax"):
        return
    outputs = [-30.0, -3.0, -1.0, -0.2, 0.0, 0.7, 1.0, 4.0, 25.0]
    recipe = {"objective": objective, "label_smoothing": smoothing}
    drawn = bare.evaluate(
        "([outputs, recipe]) => ['real', 'fakes', 'judged'].map((loss) => outputs.map(curvesOf(recipe)[loss]))", [outputs, recipe]
    )
    for at, real, fakes, judged in zip(outputs, *drawn, strict=True):
        output = torch.tensor([[at]], dtype=torch.float64)
        assert real == pytest.approx(float(loss_on_real(objective, output, smoothing)), abs=1e-9)
        assert fakes == pytest.approx(float(loss_on_fakes(objective, output)), abs=1e-9)
        assert judged == pytest.approx(float(generator_loss(objective, output)), abs=1e-9)


FORMULAS = {
    "non-saturating": ("Lx=−1n∑ilogD(xi)", "Lz=−1n∑ilog(1−D(G(zi)))", "LG=−1n∑ilogD(G(zi))"),
    "minimax": ("Lx=−1n∑ilogD(xi)", "Lz=−1n∑ilog(1−D(G(zi)))", "LG=1n∑ilog(1−D(G(zi)))"),
    "least-squares": ("Lx=1n∑i12(D(xi)−1)2", "Lz=1n∑i12D(G(zi))2", "LG=1n∑i12(D(G(zi))−1)2"),
    "hinge": ("Lx=1n∑imax(0,1−D(xi))", "Lz=1n∑imax(0,1+D(G(zi)))", "LG=−1n∑iD(G(zi))"),
    "wasserstein": ("Lx=−1n∑iD(xi)", "Lz=1n∑iD(G(zi))", "LG=−1n∑iD(G(zi))"),
}
WRITTEN = "([phase, recipe]) => formulasOf(phase, recipe).map((math) => math.textContent)"


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_formulas_are_the_papers(bare: Page, objective: Any) -> None:
    recipe = Recipe(objective=objective).to_json()
    assert tuple(bare.evaluate(WRITTEN, [phase, recipe])[0] for phase in (0, 1, 3)) == FORMULAS[objective]
    assert bare.evaluate(WRITTEN, [2, recipe]) == ["LD=Lx+Lz", "θD←Adam(θD,∇θDLD)"]


def test_what_a_recipe_adds_is_in_its_formulas(bare: Page) -> None:
    smooth = Recipe(label_smoothing=0.1, unroll_steps=5).to_json()
    assert bare.evaluate(WRITTEN, [0, smooth]) == ["Lx=−1n∑i(0.9logD(xi)+0.1log(1−D(xi)))"]
    assert bare.evaluate(WRITTEN, [3, smooth]) == ["LG=−1n∑ilogD+5(G(zi))"]
    penalised = Recipe(objective="wasserstein", gradient_penalty=10.0, r1=0.5, optimizer="rmsprop").to_json()
    total, moved = bare.evaluate(WRITTEN, [2, penalised])
    assert total == "LD=Lx+Lz+0.521n∑i‖∇xiD(xi)‖2+101n∑i(‖∇x^iD(x^i)‖−1)2" and moved == "θD←RMSprop(θD,∇θDLD)"
