"""A CSV file, or rows in place, to a `Table` of finite numbers; every mistake with the line it is on."""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sgdtui.expression import RESERVED
from sgdtui.model.data import Table
from sgdtui.preset import library
from sgdtui.preset.text.names import Columns
from sgdtui.preset.text.problem import names_hint, shortened

MAX_BYTES = 2_000_000_000
_MAX_MISTAKES = 5
_DELIMITERS = (",", ";", "\t")


class TableError(ValueError):
    """Data that cannot be used; each of `messages` is one line, `hint` what is allowed."""

    def __init__(self, messages: Sequence[str], hint: str = "") -> None:
        super().__init__("; ".join(messages))
        self.messages = tuple(messages)
        self.hint = hint


def column_name(text: str, position: int) -> str:
    """A header's word as a name that expressions can use: `Sepal length` becomes `Sepal_length`."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text.strip()).strip("_")[:40] or f"c{position + 1}"
    if name[0].isdigit():
        name = f"c_{name}"
    return f"{name}_" if name in RESERVED else name


def find_csv(name: str, folder: Path | None) -> Path:
    """The data file beside the preset (or in the library's `data` folder), links followed.

    Raises TableError where it is outside those folders or is not there.
    """
    if folder is None:
        raise TableError(
            ["a preset that is not a file has no folder to find data in"], "write the rows in place"
        )
    roots = [folder]
    for _, root in library.folders():
        if folder.resolve().parent == root.resolve():
            roots.append(root / "data")
    if "\0" in name:
        raise TableError(["the file's name is not a file's name"])
    for root in roots:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise TableError(
                [f"'{shortened(name)}' is outside the preset's folder"], "put the data file beside the preset"
            )
        if path.is_file():
            return path
    raise TableError([f"there is no file '{shortened(name)}' beside the preset"], f"looked in {folder}")


def read_csv(path: Path, wanted: Columns | None) -> Table:
    """The table of a CSV file; `wanted` picks columns by the header's names, or names them all by their places: where
    there is no header, and where it gives vectors by their lengths.

    Raises TableError: missing values, text, uneven rows (with their lines), fewer than two rows, unknown columns.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(
                [f"{path.name} is too big: {path.stat().st_size / 1e9:.1f} GB"], "allowed: at most 2 GB"
            )
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = list(itertools.islice((line for line in file if line.strip()), 2))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or shortened(str(error))
        raise TableError([f"{path.name} cannot be read: {reason}"]) from None
    if not head:
        raise TableError([f"{path.name} is empty"], "give a line of names and at least two rows")
    delimiter = max(_DELIMITERS, key=head[0].count)
    first = [cell.strip() for cell in next(csv.reader([head[0]], delimiter=delimiter))]
    has_header = not any(_is_number(cell) for cell in first)
    header = _header(first, path.name) if has_header else None
    if has_header and len(head) == 1:
        raise TableError([f"{path.name} has no rows below its names"], "give at least two rows")
    columns, used = _columns(header, len(first), wanted, path.name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = np.loadtxt(
                _even_lines(file, has_header, delimiter, len(first)),
                delimiter=delimiter,
                comments=None,
                quotechar='"',
                usecols=used,
                ndmin=2,
                dtype=np.float64,
            )
    except (ValueError, UnicodeDecodeError):
        found = _mistakes(path, delimiter, has_header, columns, used, len(first))
        raise TableError(found, _remedy(found, delimiter)) from None
    if not np.all(np.isfinite(rows)):
        found = _mistakes(path, delimiter, has_header, columns, used, len(first))
        raise TableError(found, _remedy(found, delimiter))
    return checked_table(columns, rows, path.name)


def checked_table(columns: Sequence[str], rows: np.ndarray, origin: str) -> Table:
    """A table of at least two rows, frozen."""
    if len(rows) < 2:
        raise TableError(
            [f"{origin or 'data'}: {'one row, and one example makes no noise' if len(rows) else 'no rows'}"],
            "give at least two rows",
        )
    frozen = np.ascontiguousarray(rows, dtype=np.float64)
    frozen.flags.writeable = False
    return Table(tuple(columns), frozen, origin)


def _even_lines(file: Iterable[str], has_header: bool, delimiter: str, count: int) -> Iterator[str]:
    """The lines with data. Raises ValueError at one that has not `count` cells, which would shift its columns."""
    lines = (line for line in file if line.strip())
    for line in itertools.islice(lines, int(has_header), None):
        if line.count(delimiter) != count - 1 and (
            '"' not in line or len(next(csv.reader([line], delimiter=delimiter))) != count
        ):
            raise ValueError("uneven rows")
        yield line


def _header(cells: list[str], file: str) -> list[str]:
    names = [column_name(cell, position) for position, cell in enumerate(cells)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError([f"{file}, line 1: the column '{twice[0]}' is named twice"])
    return names


def _columns(
    header: list[str] | None, count: int, wanted: Columns | None, file: str
) -> tuple[list[str], list[int]]:
    if header is None:
        if wanted is None:
            raise TableError([f"{file} has no header row"], "name its columns: columns: [a, b, …]")
        return _by_place(wanted, count, file)
    if wanted is None:
        return header, list(range(count))
    if wanted.sought is None:
        return _by_place(wanted, count, file)
    unknown = [name for name in wanted.sought if name not in header]
    if unknown:
        raise TableError([f"{file} has no column '{shortened(unknown[0])}'"], names_hint(unknown[0], header))
    return list(wanted.names), [header.index(name) for name in wanted.sought]


def _by_place(wanted: Columns, count: int, file: str) -> tuple[list[str], list[int]]:
    if len(wanted.names) != count:
        raise TableError([f"{file} has {count} columns, and columns names {len(wanted.names)}"])
    return list(wanted.names), list(range(count))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _mistakes(
    path: Path, delimiter: str, has_header: bool, columns: list[str], used: list[int], count: int
) -> list[str]:
    """The first few cells of a file that are no finite numbers, each with its line. The slow way, for errors only."""
    found: list[str] = []
    texts: list[tuple[str, int, str]] = []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
            for line, row in itertools.islice(rows, 1 if has_header else 0, None):
                if len(row) != count:
                    found.append(
                        f"{path.name}, line {line}: {len(row)} values where the first line has {count}"
                    )
                else:
                    cells = zip(columns, (row[i].strip() for i in used), strict=True)
                    wrong = [(n, c) for n, c in cells if not (_is_number(c) and math.isfinite(float(c)))]
                    found.extend(
                        f"{path.name}, line {line}, column '{name}': {_cell_problem(cell)}"
                        for name, cell in wrong
                    )
                    texts.extend((n, line, c) for n, c in wrong if _is_text(c))
                if len(found) >= _MAX_MISTAKES:
                    if len(texts) == len(found) and len({name for name, _, _ in texts}) == 1:
                        name, first, cell = texts[0]
                        said = f"column '{name}': the text '{shortened(cell, 30)}' is not a number"
                        return [f"{path.name}, line {first}, {said}, nor are the cells in lines below"]
                    return [*found[:_MAX_MISTAKES], "… and perhaps more"]
        except csv.Error as error:
            found.append(f"{path.name}, line {reader.line_num}: {error}")
    return found or [f"{path.name} is not a table of numbers"]


def _remedy(found: Sequence[str], delimiter: str) -> str:
    """What to do about the mistakes; "" where they speak for themselves."""
    if any("is missing" in mistake for mistake in found):
        return "leave those rows out, or fill the cells"
    if delimiter != "," and any(re.search(r"text '[-+0-9]+,[0-9]+'", mistake) for mistake in found):
        return "write decimals with a point"
    if any("the text" in mistake for mistake in found):
        return "columns that `columns:` does not name may hold text; classes are written as 0 and 1"
    return ""


def _is_missing(cell: str) -> bool:
    return not cell or cell.lower() in ("na", "nan", "n/a", "null", "none", "?", "-")


def _is_text(cell: str) -> bool:
    return not _is_missing(cell) and not _is_number(cell)


def _cell_problem(cell: str) -> str:
    if _is_missing(cell):
        return "a value is missing"
    if _is_number(cell):
        return f"{shortened(cell, 20)} is not a finite number"
    return f"the text '{shortened(cell, 30)}' is not a number"
