"""Our own `gr.HTML` components: each is a folder with template.html, style.css, script.js and a factory function.

Facts about `gr.HTML` 6.31 that shape these files: template and style pass through Handlebars and then through a JavaScript template
literal, so they hold no backtick, no backslash and no `${`; the style is nested inside the component's own `#id { … }`, so it is scoped,
and `@keyframes` cannot stand in it; the script is the body of a function with `element` and `props` in scope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ComponentFiles:
    """The three texts that `gr.HTML` takes."""

    template: str
    css: str
    js: str


def component_files(folder: Path, scripts: Sequence[str] = ("script.js",)) -> ComponentFiles:
    """Read a component's folder; several `scripts` are joined in their order and share one scope."""
    js = "\n".join((folder / name).read_text("utf-8") for name in scripts)
    return ComponentFiles(
        template=(folder / "template.html").read_text("utf-8"),
        css=(folder / "style.css").read_text("utf-8"),
        js=f'"use strict";\n{js}',
    )


def component_texts(tables: Mapping[str, Mapping[str, str]], prefix: str) -> dict[str, dict[str, str]]:
    """Return language -> name -> sentence for the keys `prefix.name`, the prefix cut off: what a component carries into the page."""
    start = f"{prefix}."
    return {
        language: {key.removeprefix(start): text for key, text in table.items() if key.startswith(start)}
        for language, table in tables.items()
    }
