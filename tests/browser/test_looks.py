"""The measures of looks.py can fail."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from browser.looks import PALE_TEXTS, SMALL_TARGETS

pytestmark = pytest.mark.browser

PAGE = """<body style="background: #fff">
  <p style="color: #949494">pale</p> <p style="color: #555">dark</p> <p style="color: #555; background: rgb(0 0 0 / 60%)">on grey</p>
  <button style="width: 60px; height: 40px">low</button> <button style="width: 60px; height: 44px">high</button>
</body>"""


def test_pale_text_and_small_targets_are_found(browser: Browser) -> None:
    page = browser.new_page()
    try:
        page.set_content(PAGE)
        pale, small = page.evaluate(PALE_TEXTS), page.evaluate(SMALL_TARGETS)
    finally:
        page.close()
    assert [text.split(" ", 1)[1] for text in pale] == ["pale", "on grey"]
    assert len(small) == 1 and "low" in small[0]
