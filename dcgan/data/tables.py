"""Label tables: labels.csv, and CelebA's list_attr_celeba.txt."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from dcgan.data.collection import TableFile
from dcgan.errors import DataError


@dataclass(frozen=True)
class Table:
    """`rows` maps a file's name, as the table writes it but with `/`, to the values of `columns`."""

    file: str
    columns: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]

    def values(self, column: str) -> dict[str, str]:
        """Return file name -> value of `column`, without the rows that leave it empty."""
        at = self.columns.index(column)
        return {name: row[at] for name, row in self.rows.items() if at < len(row) and row[at]}


def parse_table(file: TableFile) -> Table:
    """Return the table in `file`; raises DataError if it has no header, or no column beside the names."""
    try:
        lines = list(_split(file))
    except csv.Error as error:
        raise DataError(f"{file.name} cannot be read as a table: {error}; write it as comma-separated text in UTF-8") from None
    if not lines or len(lines[0]) < 2:
        raise DataError(f"{file.name} needs a first line of column names, file and at least one more, such as file,label")
    columns = tuple(lines[0][1:])
    if len(set(columns)) < len(columns):
        raise DataError(f"{file.name} has two columns of one name; each needs its own")
    return Table(file.name, columns, {_normal(cells[0]): tuple(map(sys.intern, cells[1:])) for cells in lines[1:]})


def _split(file: TableFile) -> Iterator[list[str]]:
    """Yield the header and the rows as stripped cells, without empty lines."""
    text = _decode(file.data).splitlines()
    if file.name.lower().endswith(".txt"):  # CelebA: the number of rows, the names of all columns but the first, the rows
        yield ["file", *(text[1].split() if len(text) > 1 else [])]
        yield from (cells for line in text[2:] if (cells := line.split()))
        return
    comma = max(",;\t", key=text[0].count) if text else ","
    for cells in csv.reader(text, delimiter=comma, skipinitialspace=True):
        if any(cell.strip() for cell in cells):
            yield [cell.strip() for cell in cells]


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # spreadsheets; every byte has a meaning there


def _normal(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")
