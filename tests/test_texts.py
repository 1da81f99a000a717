"""The tables of sentences against each other and against the code that uses them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dcgan.ui import texts
from dcgan.ui.texts import tables

UI = Path(texts.__file__).parents[1]
TABLES = tables()
FALLBACK = "en"  # what a page says where a language has no table
PREFIXES = {
    "compare": "train.compare.",
    "explorer": "explore.",
    "form": "train.form.",
    "live": "train.live.",
    "making_way": "train.way.",
    "morph": "morph.",
    "masthead": "masthead.",
    "run_list": "train.runs.",
    "slow_motion": "train.slow.",
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")

JS_CALL = re.compile(r"(?:(?<![\w.])|#)(?:text|say)\(")
MARK = re.compile(r'data-(?:text|title|label|alt)="([^"]+)"')
QUOTED = re.compile(r"[\"'`]([^\"'`\n]*)[\"'`]")
PY_CALL = re.compile(r"(?:i18n\(|texts\[)([^)\]]*)[)\]]")


@cache
def sources(component: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((UI / "components" / component).glob("*.*")) if path.suffix != ".css")


@cache
def python_source() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(UI.rglob("*.py")))


def as_pattern(key: str, hole: str) -> re.Pattern[str]:
    """Return what a key with `${…}` or `{…}` in it can become."""
    return re.compile("".join(r"\w+" if index % 2 else re.escape(part) for index, part in enumerate(re.split(hole, key))))


def first_arguments(source: str) -> Iterator[str]:
    """Yield the first argument of every call of text() and say(), each `${…}` in it emptied."""
    for call in JS_CALL.finditer(source):
        depth, end = 0, call.end()
        while end < len(source) and not (depth == 0 and source[end] in ",)"):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(source[end], 0)
            end += 1
        yield re.sub(r"\$\{[^}]*\}", "${}", source[call.end() : end])


@cache
def js_keys(source: str) -> set[str]:
    """Return the keys that a component's script and template ask for, with their holes."""
    return {key for argument in first_arguments(source) for key in QUOTED.findall(argument) if re.fullmatch(r"(?:\w|\$\{\})+", key)} | set(
        MARK.findall(source)
    )


@cache
def python_keys(source: str) -> set[str]:
    return {key for call in PY_CALL.findall(source) for key in QUOTED.findall(call) if "." in key}


def keys(language: str = FALLBACK) -> list[str]:
    return sorted(TABLES[language])


def test_english_and_german_are_there() -> None:
    assert {"en", "de"} <= set(TABLES) and len(TABLES["en"]) > 100


@pytest.mark.parametrize("language", TABLES)
def test_every_language_has_the_same_keys_in_order(language: str) -> None:
    assert list(TABLES[language]) == sorted(TABLES[FALLBACK])


@pytest.mark.parametrize("language", TABLES)
def test_every_sentence_says_the_same(language: str) -> None:
    for key, sentence in TABLES[language].items():
        original = TABLES[FALLBACK][key]
        assert bool(sentence.strip()) == bool(original.strip()), key
        assert set(PLACEHOLDER.findall(sentence)) == set(PLACEHOLDER.findall(original)), key
        assert sentence == sentence.strip() and "  " not in sentence, key
        assert not re.search(r"[{}]", PLACEHOLDER.sub("", sentence)), key


def test_hardly_a_sentence_is_empty_and_few_are_the_same_in_german() -> None:
    assert [key for key in keys() if not TABLES[FALLBACK][key]] == ["train.live.say_running"]
    same = [key for key in keys() if TABLES["de"][key] == TABLES["en"][key] and len(TABLES["en"][key].split()) > 2]
    assert all(PLACEHOLDER.search(TABLES["en"][key]) or "‖" in TABLES["en"][key] for key in same), same


@pytest.mark.parametrize("component", PREFIXES)
def test_what_a_component_asks_for_is_in_the_table(component: str) -> None:
    prefix, asked = PREFIXES[component], js_keys(sources(component))
    assert asked or component == "masthead"
    for key in asked:
        wanted = as_pattern(prefix + key, r"\$\{.*?\}")
        assert any(wanted.fullmatch(known) for known in TABLES[FALLBACK]), f"{component} asks for {prefix}{key}"


def test_what_the_pages_ask_for_is_in_the_table() -> None:
    asked = python_keys(python_source())
    assert asked <= set(TABLES[FALLBACK])
    for key in asked:
        wanted = as_pattern(key, r"\{.*?\}")
        assert any(wanted.fullmatch(known) for known in TABLES[FALLBACK]), f"a page asks for {key}"


def is_used(key: str) -> bool:
    """Say whether a component's script or a page asks for a sentence."""
    component = next((name for name, prefix in PREFIXES.items() if key.startswith(prefix)), None)
    if component is None:
        source, short = python_source(), key
        holes = [pattern for pattern in python_keys(source) if "{" in pattern]
        fitting = [hole for hole in holes if as_pattern(hole, r"\{.*?\}").fullmatch(key)]
        last = key.rpartition(".")[2]
        return f'"{short}"' in source or bool(fitting and f'"{last}"' in source)
    source, short = sources(component), key.removeprefix(PREFIXES[component])
    holes = [pattern for pattern in js_keys(source) if "${" in pattern]
    spoken = re.search(rf"[\"'`]{re.escape(short)}[\"'`]|\btexts\.{re.escape(short)}\b", source)
    filled = any(as_pattern(hole, r"\$\{.*?\}").fullmatch(short) for hole in holes)
    dynamic = component == "masthead" and re.search(rf'"{short}"', python_source())
    return bool(spoken or filled or dynamic)


def test_every_sentence_is_used() -> None:
    looked_at = [key for key in keys() if not key.startswith(("refusal.", "reading.", "train.refusal."))]  # those: tests/test_said.py
    assert [key for key in looked_at if not is_used(key)] == []


@pytest.mark.parametrize("key", ["train.live.nonsense", "explore.nonsense", "train.nonsense", "train.form.nonsense_running"])
def test_the_scan_sees_what_is_not_used(key: str) -> None:
    assert not is_used(key)


def test_the_scan_sees_what_is_asked_for() -> None:
    script = """this.#text("a", { k }); say(`b_${x}`); text(one(1, 2) ? "c" : "d", x); this.#say(this.#text("f", list.join(", ")));
    context.fillText("no"); getContext("2d"); api.text("no")"""
    assert js_keys(script + '<p data-text="e">') == {"a", "b_${}", "c", "d", "e", "f"}
    assert python_keys('i18n("train.a") texts["train.b" if x else "train.c"] i18n(f"train.{kind}")') == {
        "train.a",
        "train.b",
        "train.c",
        "train.{kind}",
    }
    assert as_pattern("b_${x}", r"\$\{.*?\}").fullmatch("b_running") and not as_pattern("b", r"\$\{.*?\}").fullmatch("b_running")


def test_a_third_language_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, table in (*TABLES.items(), ("fr", {key: f"fr {sentence}" for key, sentence in TABLES["en"].items()})):
        (tmp_path / f"{language}.json").write_text(json.dumps(table), "utf-8")
    monkeypatch.setattr(texts, "__file__", str(tmp_path / "__init__.py"))
    assert set(tables()) == {*TABLES, "fr"} and tables()["fr"]["train.form.start"] == "fr Start training"
