"""What the server says no with and what it says of files, in the page's language: each English sentence of the table stands in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dcgan
from dcgan.ui.texts import tables

PACKAGE = Path(dcgan.__file__).parent
COVERED = (
    "aside.py",
    "config.py",
    "directions/jobs.py",
    "directions/labelled.py",
    "models/importing/alone.py",
    "models/importing/blocks.py",
    "models/importing/candidates.py",
    "models/importing/contents.py",
    "models/importing/entries.py",
    "models/importing/keras.py",
    "models/importing/keras_config.py",
    "models/importing/keras_layers.py",
    "models/importing/keras_made.py",
    "models/importing/keras_trace.py",
    "models/importing/noise.py",
    "models/importing/norms.py",
    "models/importing/options.py",
    "models/importing/reader.py",
    "models/importing/skeleton.py",
    "networks/variants.py",
    "studio/comparing.py",
    "studio/data.py",
    "studio/form.py",
    "studio/own_models.py",
    "studio/studio.py",
    "training/comparing.py",
    "training/design.py",
    "training/recipes.py",
    "training/runs/archive.py",
    "training/runs/store.py",
    "web/concepts.py",
    "web/errands.py",
    "web/morph.py",
    "web/offers.py",
    "web/own_data.py",
)
FOREIGN = re.compile(r"pages of this server only$|^(wanted|n) ")  # which the page itself never meets
REPORTING = {
    "words.py": ("proofs", "support", "_blocks", "assumptions", "_geometry", "_activations", "notes"),
    "described.py": ("inspect_described",),
    "keras.py": ("inspect_keras", "_output"),
    "beside.py": ("with_discriminator", "_left"),
}  # functions that write the lines of a report
HOLE = re.compile(r"\{\w*\}")
SERVED = {key: sentence for key, sentence in tables()["en"].items() if key.startswith(("refusal.", "reading.", "train.refusal."))}


def sentence_of(node: ast.AST) -> str | None:
    """Return a string of the code, what is filled in emptied to {}."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def refusals(path: Path) -> Iterator[str]:
    """Yield the sentences that a module raises, or answers by `failure` or by its `Gate(limit, only, busy)`."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            said = node.args[1:] if node.func.id == "Gate" else node.args[:1] * bool(re.search(r"(Error|Refused|failure)$", node.func.id))
            yield from (sentence_of(argument) or "" for argument in said)


def sentences(function: ast.FunctionDef) -> Iterator[str]:
    """Yield what a function says, by whole strings of several words; its documentation and what it raises are no part of that."""
    for node in ast.iter_child_nodes(function):
        yield from _sentences(node)


def _sentences(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    sentence = sentence_of(node)
    if sentence is None:
        for child in ast.iter_child_nodes(node):
            yield from _sentences(child)
    elif " " in sentence.strip():
        yield sentence


TABLE = {HOLE.sub("{}", sentence) for sentence in SERVED.values()}
KNOWN = {sentence_of(node) for path in PACKAGE.rglob("*.py") for node in nodes(path)}


@pytest.mark.parametrize("key", SERVED)
def test_the_code_says_so(key: str) -> None:
    assert HOLE.sub("{}", SERVED[key]) in KNOWN


@pytest.mark.parametrize("module", COVERED)
def test_what_these_modules_refuse_with_is_in_the_table(module: str) -> None:
    missing = [sentence for sentence in refusals(PACKAGE / module) if sentence and sentence not in TABLE and not FOREIGN.search(sentence)]
    assert missing == []


@pytest.mark.parametrize(("module", "functions"), REPORTING.items())
def test_what_these_functions_say_of_a_file_is_in_the_table(module: str, functions: tuple[str, ...]) -> None:
    defined = {node.name: node for node in nodes(PACKAGE / "models" / "importing" / module) if isinstance(node, ast.FunctionDef)}
    said = [sentence for name in functions for sentence in sentences(defined[name])]
    assert len(said) >= len(functions)
    assert [sentence for sentence in said if sentence not in TABLE] == []
