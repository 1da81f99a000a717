"""A model's card as a part of the page.

A card may be anybody's, from the Hub: its HTML is shown as text, its pictures are left out, so that nothing is asked of other hosts.
"""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

from dcgan.errors import CheckpointError
from dcgan.models import ModelInfo

MOST_BYTES = 100_000
_HEADER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_TITLE = re.compile(r"\A\s*# [^\n]*\n")
_PICTURE = re.compile(r"^!\[[^\]\n]*\]\([^)\n]*\)\n?", re.MULTILINE)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def card_file(info: ModelInfo) -> Path | None:
    """Return the file of a model's card, or None where it has none: a file, a run, a network that nobody trained."""
    file = Path(info.path) / "README.md"
    return file if info.source in ("shipped", "own") and file.is_file() else None


def card_html(info: ModelInfo) -> str:
    """Return the card without its header, its title and its pictures, as HTML. Raises CheckpointError where there is none to read."""
    file = card_file(info)
    try:
        content = file.read_bytes()[:MOST_BYTES] if file else None
    except OSError:
        content = None
    if content is None:
        raise CheckpointError(f"{info.name} has no card")
    text = content.decode("utf-8", errors="replace").replace("\r\n", "\n")
    for left_out in (_HEADER, _TITLE, _PICTURE):
        text = left_out.sub("", text)
    return str(_MARKDOWN.render(text))
