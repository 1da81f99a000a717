"""Who may import whom; and how long files and functions may be."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_app import SETTINGS

import dcgan

PACKAGE = Path(dcgan.__file__).parent
ROOT = PACKAGE.parent
FILES = sorted(PACKAGE.rglob("*.py"))

LONGEST_FUNCTION, LONGEST_FILE = 60, 260
LONGER = {"layers.py": 300}  # a list of records of one kind
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "shared", "misc"}

# From low to high: a room may import those on lines above its own. `cli` and `ui` stand side by side.
LEVELS: list[set[str]] = [
    {"errors"},
    {"config", "events", "system"},
    {"files", "images"},
    {"hub"},
    {"networks", "latent"},
    {"data", "models"},
    {"metrics"},
    {"directions"},
    {"training"},
    {"bench"},
    {"studio", "api"},
    {"web", "cli"},
    {"ui"},
]
SINGLE = {
    "checks": "config",
    "notebook": "api",
    "__main__": "cli",
    "films": "images",
    "aside": "files",
    "": "api",
}  # modules that belong to a room of another name
NEVER = {("ui", "cli"), ("cli", "ui"), ("cli", "web"), ("cli", "studio"), ("studio", "api"), ("web", "api"), ("ui", "api")}
ONLY_IN = {
    "gradio": {"ui"},
    "starlette": {"web"},
    "torchvision": {"data", "bench"},
    "typer": {"cli"},
    "rich": {"cli"},
    "plotly": {"web", "ui"},
}
WITHOUT_TORCH = {"errors", "config", "events", "system", "files", "hub", "latent", "cli"}  # at import; inside a function it may come


def room(module: str) -> str:
    """Return the room of `dcgan.models.folder` (models), `dcgan.cli.train` (cli) and `dcgan` (api)."""
    first = module.removeprefix("dcgan").lstrip(".").partition(".")[0]
    return SINGLE.get(first, first)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield every module that is imported anywhere in a file, `from dcgan import data` as dcgan.data."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            module = node.module or ""
            yield from (
                [f"dcgan.{alias.name}" if _is_module(alias.name) else "dcgan" for alias in node.names] if module == "dcgan" else [module]
            )


def _is_module(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()


def level(name: str) -> int:
    return next(index for index, rooms in enumerate(LEVELS) if name in rooms)


def violations(module: str, source: str) -> list[str]:
    """Return what a module's source imports and must not."""
    own, tree, found = room(module), ast.parse(source), []
    for target in imported(tree):
        top, other = target.partition(".")[0], room(target) if target.partition(".")[0] == "dcgan" else None
        if other is None:
            if own not in ONLY_IN.get(top, {own}):
                found.append(f"{module} imports {top}, which belongs to {', '.join(sorted(ONLY_IN[top]))}")
        elif other != own and ((own, other) in NEVER or level(other) >= level(own)) and target != "dcgan":
            found.append(f"{module} ({own}) imports {target} ({other})")
    found += [f"{module} imports torch at its top" for node in _at_top(tree) if own in WITHOUT_TORCH and "torch" in node]
    return found


def _at_top(tree: ast.Module) -> Iterator[set[str]]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield {name.partition(".")[0] for name in imported(node)}


def test_imports_go_downwards_only() -> None:
    assert [found for path in FILES for found in violations(module_name(path), path.read_text("utf-8"))] == []


def test_every_room_has_its_level() -> None:
    rooms = {room(module_name(path)) for path in FILES}
    assert rooms == set().union(*LEVELS)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("dcgan.web.runs", "import gradio as gr"),
        ("dcgan.cli", "from gradio import Blocks"),
        ("dcgan.training.loop", "def f():\n    from dcgan.studio import Studio"),
        ("dcgan.models.library", "from dcgan import data"),
        ("dcgan.data.folders", "import dcgan.models.folder"),
        ("dcgan.ui.train", "from dcgan.cli import main"),
        ("dcgan.cli.train", "from dcgan.ui.app import main"),
        ("dcgan.studio", "from dcgan.web import routes"),
        ("dcgan.studio", "from starlette.requests import Request"),
        ("dcgan.networks.spec", "if True:\n    import torchvision.transforms"),
        ("dcgan.config", "import torch"),
        ("dcgan.latent.paths", "from torch import Tensor"),
        ("dcgan.errors", "from dcgan.config import Recipe"),
    ],
)
def test_the_test_sees_a_forbidden_import(module: str, source: str) -> None:
    assert len(violations(module, source)) == 1
    harmless = re.sub(r"\b(gradio|dcgan|torch|torchvision|starlette)\b", "json", source)
    assert violations(module, harmless) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("dcgan.ui.app", "import gradio as gr\nfrom dcgan.studio import Studio\nfrom dcgan.web import routes"),
        ("dcgan.cli", "def f():\n    import torch\n    from dcgan.training.worker import RunTraining"),
        ("dcgan.cli", "from dcgan import __version__"),
        ("dcgan.models.folder", "import torch\nfrom dcgan.models.card import model_card"),
    ],
)
def test_the_test_lets_the_others_pass(module: str, source: str) -> None:
    assert violations(module, source) == []


SCRIPT = """
import json, sys
import dcgan
after_import = set(sys.modules)
from dcgan.cli import main
status = main(["train", "--data", "shapes", "--steps", "1", "--run", sys.argv[1], *sys.argv[2:]])
print(json.dumps([status, sorted(after_import), sorted(sys.modules)]))
"""


def test_neither_the_package_nor_the_command_line_loads_gradio(tmp_path: Path) -> None:
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "run"), *settings]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    status, after_import, after_training = json.loads(answer.stdout.splitlines()[-1])
    assert status == 0 and "dcgan.training.loop" in after_training and "torch" in after_training
    for module in ("gradio", "starlette", "fastapi", "dcgan.ui", "dcgan.web", "dcgan.studio"):
        assert module not in after_training
    for module in ("torch", "torchvision", "dcgan.models"):
        assert module not in after_import
    assert "torchvision" not in after_training
    assert "torch._dynamo" not in after_training  # what torch.compile takes, and torch's optimiser classes load


def functions(source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def test_files_and_functions_are_short() -> None:
    sources = {path: path.read_text("utf-8") for path in FILES}
    lengths = {path: len(source.splitlines()) for path, source in sources.items()}
    assert {path: length for path, length in lengths.items() if length > LONGER.get(path.name, LONGEST_FILE)} == {}
    assert [(path, *each) for path, source in sources.items() for each in functions(source) if each[1] > LONGEST_FUNCTION] == []


def test_most_functions_are_very_short() -> None:
    lengths = sorted(length for path in FILES for _, length in functions(path.read_text("utf-8")))
    assert lengths[len(lengths) // 2] <= 12 and lengths[int(len(lengths) * 0.9)] <= 35


def test_the_measure_of_length_can_fail() -> None:
    assert list(functions("def long():\n" + "    x = 1\n" * 60)) == [("long", 61)]


def test_every_name_says_something() -> None:
    named = {path.stem for path in FILES} | {path.parent.name for path in FILES}
    assert named & FORBIDDEN_NAMES == set()
