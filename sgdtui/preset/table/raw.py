"""A table as it lies in a file or a data frame: columns of numbers or of words, some cells empty."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.preset.forms.csv_table import TableError, column_name
from sgdtui.preset.text.problem import shortened

SUFFIXES = (".csv", ".tsv", ".parquet")
MAX_BYTES = 500_000_000
MISSING = frozenset({"", "na", "nan", "n/a", "null", "none", "?", "-", "<na>", "nat"})
"""What stands in a cell where a value is missing, in lower case."""
_DELIMITERS = (",", ";", "\t")
_MOST_ODD = 0.5
"""A column with more words than this share is one of words; with fewer the words are mistakes."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: `numbers` (N,), NaN where missing, or `words`, None where missing; the other is None.

    `name` is what expressions can say, `title` what the file says.
    """

    name: str
    title: str
    numbers: Array | None = None
    words: tuple[str | None, ...] | None = None

    def values(self) -> list[Any]:
        """The different values that there are, sorted."""
        if self.numbers is not None:
            return [float(v) for v in np.unique(self.numbers[np.isfinite(self.numbers)])]
        return sorted({word for word in self.words or () if word is not None})

    def there(self) -> np.ndarray:
        """(N,), whether there is a value."""
        if self.numbers is not None:
            return np.asarray(np.isfinite(self.numbers))
        return np.array([word is not None for word in self.words or ()], dtype=bool)

    def described(self) -> str:
        """What it holds, in a few words."""
        values = self.values()
        if not values:
            return "empty"
        if self.numbers is None:
            shown = ", ".join(shortened(v, 20) for v in values[:3]) + (", …" if len(values) > 3 else "")
            return f"{len(values)} word{'s' if len(values) > 1 else ''}: {shown}"
        if len(values) == 2:
            return f"two values, {values[0]:g} and {values[1]:g}"
        return f"numbers, {values[0]:g} to {values[-1]:g}"


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """Columns of one length; `origin` is the file's name, or what it was in Python."""

    columns: tuple[Column, ...]
    origin: str

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.columns[0].there()) if self.columns else 0

    def find(self, name: str) -> Column | None:
        """The column of that name or title."""
        return next((c for c in self.columns if name in (c.title, c.name)), None)


def is_table(source: object) -> bool:
    """Whether a name is that of a table's file, by its ending."""
    return isinstance(source, str | Path) and str(source).lower().endswith(SUFFIXES)


def read_raw(path: Path) -> RawTable:
    """The table of a CSV, TSV or Parquet file. Raises TableError where it cannot be read or is none."""
    try:
        if path.is_dir():
            raise TableError([f"{path} is a folder, not a table"])
        size = path.stat().st_size
    except OSError as error:
        raise TableError([f"{path} cannot be read: {error.strerror or error}"]) from None
    if size > MAX_BYTES:
        raise TableError(
            [f"{path.name} is too big: {size / 1e6:.0f} MB"], f"allowed: at most {MAX_BYTES / 1e6:.0f} MB"
        )
    return _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)


def from_frame(frame: Any) -> RawTable:
    """The table of a data frame (pandas, Polars, pyarrow), a structured array, or a mapping of columns.

    Raises TableError where it is no table, or its columns are of different lengths.
    """
    origin = type(frame).__name__
    if isinstance(frame, Mapping):
        names, origin = list(frame), "mapping"
    elif isinstance(frame, np.ndarray):
        names = list(frame.dtype.names or ())
        if not names:
            raise TableError(
                ["an array has no names of columns"], 'give a data frame, or {"x": x, "y": y} with target="y"'
            )
    else:
        named = getattr(frame, "column_names", None)
        names = list(named if named is not None else getattr(frame, "columns", ()))
    if not names:
        raise TableError([f"a {origin} has no columns"], 'give a data frame, or {"x": x, "y": y}')
    titles = [str(name) for name in names]
    cells = [_cells(frame[name], title) for name, title in zip(names, titles, strict=True)]
    lengths = {len(column) for column in cells}
    if len(lengths) > 1:
        shown = ", ".join(f"{title} has {len(c)}" for title, c in zip(titles, cells, strict=True))
        raise TableError([f"the columns are of different lengths: {shown}"])
    return RawTable(_columns(titles, cells, origin), origin)


def _cells(column: Any, title: str) -> list[Any]:
    plain = column.to_pylist() if hasattr(column, "to_pylist") else column
    found = np.asarray(plain) if not isinstance(plain, list) else plain
    if isinstance(found, np.ndarray) and found.ndim != 1:
        raise TableError(
            [f"the column '{shortened(title)}' has {found.ndim} dimensions"], "give one number a row"
        )
    return list(found.tolist() if isinstance(found, np.ndarray) else found)


def _read_csv(path: Path) -> RawTable:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next((line for line in file if line.strip()), "")
            delimiter = max(_DELIMITERS, key=first.count)
            file.seek(0)
            reader = csv.reader((line for line in file if line.strip()), delimiter=delimiter)
            rows = []
            for number, row in enumerate(reader):
                if number % 4096 == 0:
                    checkpoint()
                rows.append([cell.strip() for cell in row])
    except OSError as error:
        raise TableError([f"{path} cannot be read: {error.strerror or error}"]) from None
    except UnicodeDecodeError:
        raise TableError([f"{path.name} is not text in UTF-8"], "save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise TableError([f"{path.name} is no table in CSV: {error}"]) from None
    if not rows:
        raise TableError([f"{path.name} is empty"], "give a line of names and at least two rows")
    has_header = not any(_number(cell) is not None for cell in rows[0])
    titles = rows[0] if has_header else [f"c{index + 1}" for index in range(len(rows[0]))]
    body = rows[1:] if has_header else rows
    for number, row in enumerate(body, start=1):
        if len(row) != len(titles):
            raise TableError(
                [f"{path.name}, row {number}: {len(row)} values where the first line has {len(titles)}"]
            )
    cells = [list(column) for column in zip(*body, strict=True)] if body else [[] for _ in titles]
    return RawTable(_columns(titles, cells, path.name), path.name)


def _read_parquet(path: Path) -> RawTable:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise TableError(
            ["Parquet needs pyarrow"], "pip install 'sgdtui[parquet]', or save the table as CSV"
        ) from None
    try:
        with path.open("rb") as file:
            table = pyarrow.parquet.read_table(file)
    except (OSError, pyarrow.ArrowException) as error:
        reason = getattr(error, "strerror", None) or shortened(str(error).splitlines()[0], 100)
        raise TableError([f"{path.name} is no table in Parquet: {reason}"]) from None
    titles = [str(name) for name in table.column_names]
    cells = [column.to_pylist() for column in table.columns]
    return RawTable(_columns(titles, cells, path.name), path.name)


def _columns(titles: Sequence[str], cells: Sequence[list[Any]], origin: str) -> tuple[Column, ...]:
    names = [column_name(title, index) for index, title in enumerate(titles)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError([f"{origin}: the column '{twice[0]}' is named twice"])
    return tuple(
        _column(name, title, column, origin) for name, title, column in zip(names, titles, cells, strict=True)
    )


def _column(name: str, title: str, cells: list[Any], origin: str) -> Column:
    missing = [_is_missing(cell) for cell in cells]
    numbers = [None if gone else _number(cell) for cell, gone in zip(cells, missing, strict=True)]
    there = len(cells) - sum(missing)
    odd = [i for i, (n, gone) in enumerate(zip(numbers, missing, strict=True)) if n is None and not gone]
    if not odd:
        return Column(
            name, title, np.array([math.nan if n is None else n for n in numbers], dtype=np.float64)
        )
    if len(odd) < _MOST_ODD * there and not isinstance(cells[odd[0]], bool):
        raise TableError(
            [
                f"{origin}, row {odd[0] + 1}, column '{shortened(title)}': "
                f"the text '{shortened(str(cells[odd[0]]), 30)}' is not a number"
            ],
            "leave the cell empty where a value is missing, or leave the column out with --features",
        )
    words = tuple(None if gone else str(cell) for cell, gone in zip(cells, missing, strict=True))
    return Column(name, title, None, words)


def _is_missing(cell: Any) -> bool:
    if cell is None:
        return True
    if isinstance(cell, str):
        return cell.lower() in MISSING
    if isinstance(cell, float):
        return not math.isfinite(cell)
    return str(cell).lower() in MISSING


def _number(cell: Any) -> float | None:
    """The number in a cell; None for words. Infinity is no value."""
    try:
        found = float(cell)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else math.nan


def first_words(path: Path) -> tuple[str, ...]:
    """The names in the first line of a CSV file, or the columns of a Parquet file; () where it cannot be read."""
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet

            return tuple(pyarrow.parquet.read_schema(path).names)
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = next(islice(file, 1), "")
    except (OSError, ValueError, ImportError):
        return ()
    return tuple(next(csv.reader([line]), ()))
