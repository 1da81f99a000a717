"""The Morph page: a film of key points, as a new user and as the browser sees it."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from picture_files import open_picture
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from browser.conftest import App
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable
from browser.models import Pixels, assert_same, synthesizer
from browser.recording import pixels
from dcgan.cli import main
from dcgan.latent import Method, z_to_text
from dcgan.models.morphing import make_walk

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

COUNT_FILMS = "window.films = 0; document.addEventListener('dcgan:film', () => (window.films += 1));"


def mo(page: Page, name: str) -> Locator:
    return page.locator(f"[data-mo='{name}']")


def films(page: Page, count: int) -> None:
    """Wait until so many films were made."""
    page.wait_for_function("(count) => window.films >= count", arg=count)


@pytest.fixture
def morph(visit: Visit) -> Callable[..., Page]:
    def open_page(model: str = "tiny", store: dict[str, object] | None = None, **options: object) -> Page:
        kept = "".join(f"localStorage[{key!r}] ??= {json.dumps(value)!r};" for key, value in (store or {}).items())
        page = visit(f"/morph?model={model}", lambda page: page.add_init_script(COUNT_FILMS + kept), **options)
        films(page, 1)
        return page

    return open_page


def assert_frame(page: Page, app: App, seeds: list[int], frame: int, frames: int = 32, loop: bool = True, model: str = "tiny") -> None:
    """Both screens show what Python makes of that frame, but for JPEG's losses."""
    maker = synthesizer(app.home / "models" / model)
    ways: list[Method] = ["slerp", "lerp"]
    for k, way in enumerate(ways):
        wanted: Pixels = make_walk(maker, maker.z(seeds), frames, way, loop).images[frame]
        assert np.abs(pixels(mo(page, f"canvas-{k}")).astype(float) - wanted).mean() < 5


def scrub(page: Page, frame: int) -> None:
    mo(page, "scrub").fill(str(frame))


def test_play_waits_for_the_film(visit: Visit) -> None:
    """Whoever presses Play at once sees it play as soon as it is there."""
    held: list[Route] = []
    page = visit("/morph?model=tiny", lambda page: page.route("**/film?*", lambda route: held.append(route)))
    mo(page, "play").click()
    expect(mo(page, "frame")).to_have_text("")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(mo(page, "play")).to_have_text("Pause")
    page.wait_for_function("Number(document.querySelector('[data-mo=scrub]').value) > 5")


def test_nine_points_are_ready_and_play_at_sixty_a_second(morph: Callable[..., Page], app: App) -> None:
    page = morph()
    expect(mo(page, "frame")).to_have_text("1 / 288")
    assert page.locator(".mo-key").count() == 9
    for frame in (0, 47, 287):
        scrub(page, frame)
        assert_frame(page, app, list(range(9)), frame)
    assert not np.array_equal(pixels(mo(page, "canvas-0")), pixels(mo(page, "canvas-1")))
    scrub(page, 0)
    mo(page, "play").click()
    started = page.evaluate("performance.now()")
    page.wait_for_function("Number(document.querySelector('[data-mo=scrub]').value) > 120")
    took = page.evaluate("performance.now()") - started
    assert took > 1500  # never quicker than 60 a second; a busy machine leaves frames out rather than time
    mo(page, "play").click()
    expect(mo(page, "play")).to_have_text("Play")


def test_points_change_undo_and_survive_a_reload(morph: Callable[..., Page], app: App) -> None:
    page = morph()
    page.locator(".mo-key").nth(2).click()
    mo(page, "seed").fill("40")
    mo(page, "seed").press("Enter")
    films(page, 2)
    mo(page, "later").click()
    films(page, 3)
    page.locator(".mo-key").nth(8).click()
    mo(page, "remove").click()
    films(page, 4)
    seeds = [0, 1, 3, 40, 4, 5, 6, 7]
    expect(mo(page, "frame")).to_contain_text("/ 256")
    scrub(page, 100)
    assert_frame(page, app, seeds, 100)
    page.reload()
    films(page, 1)
    expect(mo(page, "command")).to_contain_text("--seeds 0,1,3,40,4,5,6,7")
    mo(page, "all-new").click()
    films(page, 2)
    page.keyboard.press("Control+z")
    films(page, 3)
    expect(mo(page, "command")).to_contain_text("--seeds 0,1,3,40,4,5,6,7")
    mo(page, "seed").fill("-1")
    mo(page, "seed").press("Enter")
    expect(mo(page, "status")).to_contain_text("whole number")


def test_each_model_keeps_its_film_and_its_steps(morph: Callable[..., Page]) -> None:
    """Another model, a reload, the way back: the film of the first is there, with what can be undone, and so is the open sheet."""
    page = morph()
    mo(page, "seed").fill("40")
    mo(page, "seed").press("Enter")
    films(page, 2)
    mo(page, "model").select_option("uniform")
    films(page, 3)
    expect(mo(page, "undo")).to_be_disabled()
    page.locator("#mo-tab-arithmetic").click()
    page.locator(".mo-slot[data-slot=b] [data-add]").click()
    page.locator(".mo-offer").first.wait_for()
    page.reload()
    expect(mo(page, "chooser-title")).to_have_text("Choose pictures for: b, taken away")
    page.locator("#mo-tab-film").click()
    mo(page, "model").select_option("tiny")
    expect(mo(page, "command")).to_contain_text("--seeds 40,1,2")
    mo(page, "undo").click()
    expect(mo(page, "command")).to_contain_text("--seeds 0,1,2")


def test_pictures_are_added_from_a_sheet_and_from_the_shelf(morph: Callable[..., Page], app: App) -> None:
    z = synthesizer(app.home / "models" / "tiny").z([77])[0]
    base = {"model": "tiny", "sha256": None, "label": None}
    kept = {"id": "a", "name": "my face", "seed": 5, "z": z_to_text(z), **base}
    wrong = {"id": "b", "name": "too long", "seed": 5, "z": z_to_text(np.concatenate([z, z])), **base}
    page = morph(store={"dcgan.points": [kept, wrong], "dcgan.morph.inbox": [{"id": "c", "name": "sent", "seed": 33, "z": None, **base}]})
    expect(page.locator(".mo-key")).to_have_count(10)
    assert page.evaluate("localStorage.getItem('dcgan.morph.inbox')") == "[]"
    mo(page, "add").click()
    page.get_by_role("button", name="Take seed 12", exact=True).click()
    films(page, 2)
    assert page.locator("[data-mo=chooser-shelf] button").count() == 1
    page.get_by_role("button", name="Take my face").click()
    films(page, 3)
    page.keyboard.press("Escape")
    expect(mo(page, "add")).to_be_focused()
    scrub(page, 32 * 11)
    assert_frame(page, app, [*range(9), 33, 12, 77], 32 * 11)
    expect(mo(page, "copy")).to_be_hidden()


def test_figure_4_is_nine_random_points(morph: Callable[..., Page]) -> None:
    page = morph()
    mo(page, "figure-4").click()
    films(page, 2)
    expect(mo(page, "frame")).to_contain_text("/ 129")
    expect(mo(page, "status")).to_contain_text("figure 4")


def test_films_are_saved(morph: Callable[..., Page], app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(app.home))
    monkeypatch.chdir(tmp_path)
    page = morph()
    mo(page, "frames").select_option("8")
    films(page, 2)
    for kind in ("mp4", "gif", "png"):
        with page.expect_download() as download:
            mo(page, kind).click()
        assert download.value.suggested_filename == f"tiny-walk.{kind}"
        download.value.save_as(tmp_path / kind)
    with av.open(io.BytesIO((tmp_path / "mp4").read_bytes())) as film:
        assert sum(1 for _ in film.decode(video=0)) == 72
    with Image.open(tmp_path / "gif") as gif:
        assert gif.n_frames == 72
    with Image.open(tmp_path / "png") as strip:
        assert strip.size == (72 * 18 + 2, 20)
    said = shlex.split(mo(page, "command").text_content() or "")
    assert said[:3] == ["python", "-m", "dcgan"] and main([*said[3:-1], "walk.png"]) == 0
    assert_same(open_picture(Path("walk.png")), open_picture(Path("png")))


def test_a_uniform_prior_has_one_way_and_says_why(morph: Callable[..., Page]) -> None:
    page = morph("uniform")
    expect(mo(page, "way-1")).to_be_hidden()
    expect(mo(page, "straight")).to_contain_text("cube")
    expect(mo(page, "method")).to_be_disabled()
    expect(mo(page, "command")).to_contain_text("--method lerp")


def test_labels_are_walked_between(morph: Callable[..., Page], app: App) -> None:
    page = morph("labelled")
    scrub(page, 48)
    maker = synthesizer(app.home / "models" / "labelled")
    wanted = make_walk(maker, maker.z(list(range(9))), 32, "slerp", True, [k % 3 for k in range(9)]).images[48]
    assert np.abs(pixels(mo(page, "canvas-0")).astype(float) - wanted).mean() < 5
    mo(page, "label").select_option("3")
    films(page, 2)
    expect(page.locator(".mo-key").first).to_contain_text("3")


def test_a_lost_server_is_said(morph: Callable[..., Page], watch: object) -> None:
    page = morph()
    watch.expected += ["film", "ERR_"]  # type: ignore[attr-defined]
    page.route("**/film*", lambda route: route.abort())
    mo(page, "all-new").click()
    expect(mo(page, "status")).to_contain_text("does not answer")
    page.unroute("**/film*")
    mo(page, "all-new").click()
    films(page, 2)
    expect(mo(page, "status")).to_be_empty()


def test_a_phone_dark_and_german(morph: Callable[..., Page]) -> None:
    page = morph(**PHONE, locale="de-DE", color_scheme="dark")
    mo(page, "add").click()
    page.locator(".mo-offer").first.wait_for()
    assert_fits_a_phone(page)
    assert_readable(page)
    assert_german(page)
