"""When the network is not as one would wish."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from browser.conftest import App, Watch
from browser.recording import SLIDER, part, picture_count, settle
from browser.views import act, assert_link_is_the_picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]

REFUSED_SOCKETS = """
window.WebSocket = class {
  readyState = 3;
  constructor() { setTimeout(() => this.onclose?.({ code: 1006 }), 5); }
  close() {}
};
"""


class Cable:
    """The page's way to the server; it can be cut."""

    def __init__(self, page: Page) -> None:
        self.is_cut = False
        self._sockets: list[WebSocketRoute] = []
        page.route_web_socket("**/dcgan/ws**", self._connect)
        page.route("**/dcgan/sample**", self._post)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close()
            return
        socket.connect_to_server()
        self._sockets.append(socket)

    def _post(self, route: Route) -> None:
        if self.is_cut:
            route.abort()
        else:
            route.continue_()

    def cut(self) -> None:
        self.is_cut = True
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        self.is_cut = False


@pytest.mark.parametrize("how", ["refused", "dropped"])
def test_without_websockets_pictures_come_by_post(visit: Visit, app: App, how: str) -> None:
    def block(page: Page) -> None:
        if how == "refused":
            page.add_init_script(REFUSED_SOCKETS)
        else:
            page.route_web_socket("**/dcgan/ws**", lambda socket: socket.close())

    page = visit("/?seed=5", block)
    settle(page)
    expect(part(page, "status")).to_have_text("Connected without WebSocket: pictures come more slowly.")
    act(page, "dice")
    act(page, "reset")
    assert_link_is_the_picture(page, app)
    assert page.evaluate("window.seen.pictures.at(-1).engine") == "post"


def test_a_lost_connection_is_said_and_mends_itself(visit: Visit, app: App, watch: Watch) -> None:
    watch.expected.append(r"net::ERR_FAILED")
    cables: list[Cable] = []
    page = visit("/?seed=5", lambda page: cables.append(Cable(page)))
    settle(page)
    cables[0].cut()
    expect(part(page, "status")).to_have_text("Connection lost. Trying again …")
    before = picture_count(page)
    page.locator(SLIDER).first.press("End")  # goes on without an answer
    expect(page.locator("output").first).to_have_text("4.00")
    cables[0].mend()
    settle(page, before + 1)
    expect(part(page, "status")).to_have_text("Connected again.")
    assert "z=" in assert_link_is_the_picture(page, app)


def test_a_list_of_models_that_comes_late(visit: Visit, app: App, watch: Watch) -> None:
    watch.expected.append(r"net::ERR_FAILED")
    page = visit("/", lambda page: page.route("**/dcgan/models?also=*", lambda route: route.abort(), times=1))
    expect(part(page, "status")).to_have_text("Connection lost. Trying again …")
    settle(page)
    expect(part(page, "status")).to_have_text("")
    assert_link_is_the_picture(page, app)
