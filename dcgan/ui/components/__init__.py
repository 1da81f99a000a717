"""Our own `gr.HTML` components: each is a folder with template.html, style.css, script.js and a factory function.

Facts about `gr.HTML` 6.31 that shape these files: template and style pass through Handlebars and then through a JavaScript template
literal, so they hold no backtick, no backslash and no `${`; the style is nested inside the component's own `#id { … }`, so it is scoped,
and `@keyframes` cannot stand in it; the script is the body of a function with `element` and `props` in scope.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr


def component(
    folder: Path,
    scripts: Sequence[str] = ("script.js",),
    constants: Mapping[str, object] | None = None,
    styles: Sequence[str] = ("style.css",),
    **settings: Any,
) -> gr.HTML:
    """Return the component of a folder.

    Several `scripts` are joined in their order and share one scope, in which the `constants` stand; several `styles` are joined likewise.
    `settings` are those of `gr.HTML`, and what is none of its own reaches the script as `props`.
    """
    read = [(folder / name).read_text("utf-8") for name in scripts]
    declared = [f"const {name} = {json.dumps(value, ensure_ascii=False)};" for name, value in (constants or {}).items()]
    return gr.HTML(
        html_template=(folder / "template.html").read_text("utf-8"),
        css_template="\n".join((folder / name).read_text("utf-8") for name in styles),
        js_on_load="\n".join(['"use strict";', *declared, *read]),
        apply_default_css=False,
        **settings,
    )


def component_texts(tables: Mapping[str, Mapping[str, str]], *prefixes: str) -> dict[str, dict[str, str]]:
    """Return language -> name -> sentence for the keys `prefix.name`, the prefix cut off: what a component carries into the page."""
    return {
        language: {key.rpartition(".")[2]: text for key, text in table.items() if key.rpartition(".")[0] in prefixes}
        for language, table in tables.items()
    }


def setting_names(tables: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return language -> setting -> what the form calls it; data and length are settings of a run too."""
    prefix = "train.form.field_"
    return {
        language: {key.removeprefix(prefix): name for key, name in table.items() if key.startswith(prefix)}
        for language, table in tables.items()
    }
