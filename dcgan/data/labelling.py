"""Which class each picture of a folder or archive has: by a table, else by its subfolder, else none."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from dcgan.data.collection import TableFile
from dcgan.data.tables import Table, parse_table
from dcgan.errors import DataError

_ATTRIBUTE_VALUES = frozenset({"1", "-1", "0"})
_SPLITS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})


@dataclass(frozen=True)
class Labelling:
    """`classes` maps picture names to indices into `names`; both are empty where there are no labels."""

    names: tuple[str, ...] = ()
    classes: Mapping[str, int] = field(default_factory=dict)
    columns: tuple[str, ...] = ()  # what label_column can choose from
    notes: tuple[str, ...] = ()


def label_pictures(pictures: Sequence[str], file: TableFile | None, column: str | None) -> Labelling:
    """Return the labels of `pictures` (paths inside their collection).

    Raises DataError if `column` is asked for and there is no table with it.
    """
    table = parse_table(file) if file else None
    rows = _match(pictures, table, file) if table and file else {}
    if table and (rows or not (file and file.prefix)):  # a table beside the folder that names none of its pictures is someone else's
        _check_header(table, pictures)
        return _label_by_table(table, rows, column)
    if column is not None:
        raise DataError(f"label_column is {column!r}, but there is no labels.csv with these pictures; leave it out, or add the table")
    return _label_by_subfolder(pictures)


def _match(pictures: Sequence[str], table: Table, file: TableFile) -> dict[str, str]:
    """Return picture -> name of its row: by path from the table's folder or from the root, else by base name."""
    matched = {}
    for picture in pictures:
        seen_from_table = f"{file.prefix}/{picture}" if file.prefix else posixpath.relpath(picture, file.folder or ".")
        ways = (seen_from_table, picture, PurePosixPath(picture).name)
        row = next((name for name in ways if name in table.rows), None)
        if row is not None:
            matched[picture] = row
    return matched


def _check_header(table: Table, pictures: Iterable[str]) -> None:
    names = {PurePosixPath(picture).name for picture in pictures}
    cells = {PurePosixPath(cell).name for cell in table.columns}
    if cells & names:
        raise DataError(f"the first line of {table.file} names a picture as a column; it needs a first line such as file,label")


def _label_by_table(table: Table, rows: Mapping[str, str], column: str | None) -> Labelling:
    if column is not None and column not in table.columns:
        raise DataError(f"{table.file} has no column {column!r}; label_column can be {', '.join(table.columns)}")
    if not rows:
        note = f"{table.file} names none of the pictures, so there are no labels."
        return Labelling(columns=table.columns, notes=(note,))
    chosen = column or _usual_column(table.columns)
    if chosen is None:
        note = f"No label is chosen; label_column can be {', '.join(table.columns)}."
        return Labelling(columns=table.columns, notes=(note,))
    matched = set(rows.values())
    names, classes = _number(chosen, {row: value for row, value in table.values(chosen).items() if row in matched})
    return Labelling(names, {picture: classes[row] for picture, row in rows.items() if row in classes}, table.columns)


def _usual_column(columns: tuple[str, ...]) -> str | None:
    named = [column for column in columns if column.lower() == "label"]
    return named[0] if named else columns[0] if len(columns) == 1 else None


def _number(column: str, values: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the class names of a column, and row -> class; an attribute (1 and -1, or 1 and 0) has the classes no and yes."""
    found = set(values.values())
    if column.lower() != "label" and found <= _ATTRIBUTE_VALUES and len(found) <= 2 and found != {"-1", "0"}:
        return (f"not {column}", column), {row: int(value == "1") for row, value in values.items()}
    names = tuple(sorted(found, key=_in_order))
    index = {name: k for k, name in enumerate(names)}
    return names, {row: index[value] for row, value in values.items()}


def _in_order(name: str) -> tuple[int, int, str]:
    """Sort numbers by value before words: 2 stands before 10."""
    return (0, int(name), name) if name.isascii() and name.isdigit() else (1, 0, name)


def _label_by_subfolder(pictures: Sequence[str]) -> Labelling:
    """Take the first folder level that divides the pictures as classes, if every picture lies in one of at least two."""
    if not pictures:
        return Labelling()
    common = posixpath.commonpath([posixpath.dirname(picture) for picture in pictures])
    inner = {picture: PurePosixPath(posixpath.relpath(picture, common or ".")).parts for picture in pictures}
    if any(len(parts) < 2 for parts in inner.values()):
        return Labelling()
    names = tuple(sorted({parts[0] for parts in inner.values()}, key=_in_order))
    if {name.lower() for name in names} <= _SPLITS:
        note = f"The folders {' and '.join(names)} look like parts of one set, not like classes; name one of them to train on it alone."
        return Labelling(notes=(note,))
    return Labelling(names, {picture: names.index(parts[0]) for picture, parts in inner.items()})
