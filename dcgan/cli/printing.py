"""What the commands print: tables for people, JSON for programs; and the options that several of them share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

PIPED_WIDTH = 240  # columns
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
MODEL = typer.Argument(metavar="MODEL", help="A name, NAME@STEP, a model or run folder, a checkpoint file, or hf:OWNER/NAME.")
ModelName = Annotated[str, MODEL]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where data sets already lie.")]


def new_table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == "name")
    return table


def show(table: Table) -> None:
    """Print a table; into a file or pipe with a line a row."""
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(table)


def print_json(record: Any) -> None:
    print(json.dumps(record, allow_nan=False, ensure_ascii=False))


def diagnosis_line(diagnosis: Mapping[str, Any]) -> str:
    """Return one line of what the doctor said: the step, the sentence, its evidence and the remedy."""
    evidence = ", ".join(f"{key} {value:.4g}" for key, value in diagnosis["evidence"].items())
    line = f"doctor, step {diagnosis['step']}: {diagnosis['sentence']}" + (f" ({evidence})" if evidence else "")
    remedy = diagnosis.get("remedy")
    if not remedy:
        return line
    settings = " ".join(f"{key}={value}" for key, value in remedy["settings"].items())
    return f"{line} Remedy: continue from step {remedy['from_step']} with {settings}"
