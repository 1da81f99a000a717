"""A comparison as one HTML file that needs nothing else: curves over each other, sheets side by side, numbers in a table."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from math import isfinite

from dcgan.training.comparing import MEASURES, Comparison, Trained

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # to be told apart by the colour-blind (Okabe and Ito)
DASHES = ("none", "8 4", "2 3", "10 3 2 3")
NAMES = {"loss_d": "loss of D", "loss_g": "loss of G", "d_real": "D(x)", "d_fake": "D(G(z))", "diversity": "diversity of a batch"}
WIDTH, HEIGHT = 360, 180  # of a chart, pixels
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1240px; margin: 24px auto; padding: 0 16px; }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr)); gap: 16px; }
.charts { grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; }
img { width: 100%; image-rendering: pixelated; border-top: 6px solid; }
svg { width: 100%; height: auto; overflow: visible; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
:is(th, td) { padding: 4px 10px; border-top: 1px solid #8886; text-align: right; }
:is(th, td):first-child { text-align: left; }
.scroll { overflow-x: auto; }
"""


def comparison_page(comparison: Comparison, trained: Sequence[Trained]) -> str:
    """Return the page."""
    field, recipe = escape(comparison.field), escape(comparison.request.recipe or "dcgan")
    told = escape(f"{comparison.request.source}, recipe {recipe}" + "".join(f", {one}" for one in comparison.request.settings))
    sheets = "".join(_sheet(comparison.field, one, COLOURS[index]) for index, one in enumerate(trained))
    charts = "".join(_chart(key, trained) for key in MEASURES)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{field} compared</title><style>{STYLE}</style>'
    body = (
        f"<h1>{field} compared</h1>",
        f"<p>{told}. Same seed, order of the pictures and z; one training each, so small differences say nothing.</p>",
        f'<div class="row">{sheets}</div>',
        f'<h2>Curves</h2><p>{_legend(trained)}</p><div class="row charts">{charts}</div>',
        "<h2>Numbers</h2><p>Losses, beliefs and diversity are means over the last tenth.</p>",
        f'<div class="scroll">{_table(trained)}</div>',
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def _sheet(field: str, one: Trained, colour: str) -> str:
    picture = base64.b64encode(one.sheet.read_bytes()).decode()
    name = escape(f"{field} {one.value}")
    image = f'<img alt="64 pictures of the generator with {name}" style="border-color:{colour}" src="data:image/jpeg;base64,{picture}">'
    return f"<figure>{image}<figcaption>{name}, step {int(one.sheet.stem):,}</figcaption></figure>"


def _legend(trained: Sequence[Trained]) -> str:
    marks = (
        f'<span style="color:{COLOURS[index]}">{_line(index, "0,4 40,4", 40, 8)}</span> {escape(one.value)}'
        for index, one in enumerate(trained)
    )
    return " &ensp; ".join(marks)


def _line(index: int, points: str, width: int, height: int) -> str:
    stroke = f'stroke="{COLOURS[index]}" stroke-dasharray="{DASHES[index]}" stroke-width="2" fill="none"'
    return f'<svg style="width:{width}px" viewBox="0 0 {width} {height}"><polyline {stroke} points="{points}"/></svg>'


def _chart(key: str, trained: Sequence[Trained]) -> str:
    found = [value for one in trained for value in one.curves[key] if isfinite(value)]
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    last = max(one.steps[-1] for one in trained)
    lines = "".join(_curve(index, one, key, (low, max(high, low + 1e-9)), last) for index, one in enumerate(trained))
    frame = f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="#888"/>'
    texts = f'<text x="4" y="12">{high:.3g}</text><text x="4" y="{HEIGHT - 4}">{low:.3g}</text>'
    texts += f'<text x="{WIDTH}" y="{HEIGHT + 14}" text-anchor="end">step {last:,.0f}</text>'
    look = f'viewBox="0 0 {WIDTH} {HEIGHT + 18}" font-size="11" fill="currentColor" role="img" aria-label="{NAMES[key]}"'
    svg = f"<svg {look}>{frame}{lines}{texts}</svg>"
    return f"<figure>{svg}<figcaption>{NAMES[key]}</figcaption></figure>"


def _curve(index: int, one: Trained, key: str, span: tuple[float, float], last: float) -> str:
    low, high = span
    points = " ".join(
        f"{step / last * WIDTH:.1f},{HEIGHT - (value - low) / (high - low) * HEIGHT:.1f}"
        for step, value in zip(one.steps, one.curves[key], strict=True)
        if isfinite(value)
    )
    stroke = f'stroke="{COLOURS[index]}" stroke-dasharray="{DASHES[index]}" stroke-width="2"'
    return f'<polyline {stroke} fill="none" points="{points}"/>'


def _table(trained: Sequence[Trained]) -> str:
    keys = list(dict.fromkeys(key for one in trained for key in one.numbers))
    head = "".join(f'<th scope="col">{escape(key.replace("_", " "))}</th>' for key in ("value", *keys))
    rows = (
        f'<tr><th scope="row">{escape(one.value)}</th>' + "".join(f"<td>{one.numbers.get(key, '')}</td>" for key in keys) + "</tr>"
        for one in trained
    )
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"
