"""A sweep's table: one row a point, kept on disk as points finish, in CSV or Parquet.

Columns: `preset` · the settings, by the names they were swept under · `point_seed` · each quantity with its standard
error (`…_se`) · `seconds` · `error` · `key`, which names the point. A later row of the same key replaces an earlier.
"""

from __future__ import annotations

import csv
import io
import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgdtui.settings.file import write_atomically
from sgdtui.sweeps.point import Row

FORMATS = (".csv", ".parquet")
_PARQUET_EVERY = 2.0
_ROWS = 9
"""Rows that a table shows of itself."""
_TEXTS = ("preset", "error", "key")
"""Columns that hold texts, though a key may look like a number."""


class TableError(ValueError):
    """A table that cannot be read or gone on with: one line that says why."""


def columns(axes: Sequence[str], quantities: Sequence[str]) -> tuple[str, ...]:
    """The header of a table. Texts and truth values (`verdict`, `….agrees`) have no standard error.

    Raises:
        TableError: two columns would have one name.
    """
    read: list[str] = []
    for quantity in quantities:
        read += [quantity] if _is_text(quantity) else [quantity, f"{quantity}_se"]
    header = ("preset", *axes, "point_seed", *read, "seconds", "error", "key")
    for name in header:
        if header.count(name) > 1:
            raise TableError(f"{name!r} would be the name of two columns")
    return header


class TableFile:
    """A table that is being written. Every row is on disk once `append` returns; a torn last line is cut off.

    Parquet cannot grow, so its rows go to a CSV journal beside it, from which it is written anew now and then.

    Raises:
        TableError: an unknown format, other columns than before, or another sweep at work on it.
    """

    def __init__(self, path: Path, preset: str, axes: Sequence[str], quantities: Sequence[str]) -> None:
        if path.suffix not in FORMATS:
            raise TableError(f"{path}: a table ends in {' or '.join(FORMATS)}")
        if path.suffix == ".parquet":
            _pyarrow()
        self.path = path
        self.header = columns(axes, quantities)
        self._preset = preset
        self._axes = tuple(axes)
        self._quantities = tuple(quantities)
        self._journal = path if path.suffix == ".csv" else path.with_name(path.name + ".rows.csv")
        self._written = 0.0
        self._pause = _PARQUET_EVERY
        if not self._journal.exists():
            if path.exists():
                _write_csv(self._journal, *_read_parquet(path))
            else:
                _write_csv(self._journal, self.header, [])
        _cut_torn_line(self._journal)
        found = next(_lines(self._journal), None)
        if found is None or tuple(found) != self.header:
            raise TableError(
                f"{path} has other columns than this sweep: {_difference(found or [], self.header)}; "
                "name another file, or move it away"
            )
        self._handle = os.open(self._journal, os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0))
        try:
            _lock(self._handle, path)
        except TableError:
            os.close(self._handle)
            raise

    def done(self, quantity: str | None = None, failures: bool = True) -> dict[str, float | None]:
        """The keys of the rows that are there, each with its value of `quantity`.

        `failures` says whether rows with an error count.
        """
        lines = _lines(self._journal)
        next(lines)
        at = self.header.index(quantity) if quantity is not None else None
        error, key = self.header.index("error"), self.header.index("key")
        found: dict[str, float | None] = {}
        for line in lines:
            if len(line) != len(self.header):
                continue
            found.pop(line[key], None)
            if not line[error] or failures:
                value = _typed(line[at]) if at is not None else None
                found[line[key]] = float(value) if isinstance(value, int | float) else None
        return found

    def append(self, row: Row) -> None:
        """Put a row on disk, in one write."""
        values = dict(row.point)
        cells: list[Any] = [self._preset, *(values[name] for name in self._axes), row.seed]
        for quantity in self._quantities:
            value, se = row.measures.get(quantity, (None, None))
            cells += [value] if _is_text(quantity) else [value, se]
        cells += [round(row.seconds, 3), row.error, row.key]
        os.write(self._handle, _csv_line(cells).encode())
        os.fsync(self._handle)
        if self._journal != self.path and time.monotonic() - self._written > self._pause:
            self._write_parquet()

    def close(self) -> None:
        """Bring a Parquet file up to date and remove its journal."""
        try:
            if self._journal != self.path:
                self._write_parquet()
                self._journal.unlink()
        finally:
            os.close(self._handle)

    def _write_parquet(self) -> None:
        begin = time.monotonic()
        table = read_csv(self._journal)
        arrow, parquet = _pyarrow()
        sink = io.BytesIO()
        arranged = {name: arrow.array(_of_one_kind(table.columns[name])) for name in self.header}
        parquet.write_table(arrow.table(arranged), sink)
        write_atomically(self.path, sink.getvalue())
        self._written = time.monotonic()
        self._pause = max(_PARQUET_EVERY, 20 * (self._written - begin))


@dataclass(frozen=True, slots=True)
class SweepTable:
    """A table as read.

    preset      the name or file that was swept
    settings    the names of the swept dials, in order
    quantities  what was read from each result, without the standard errors
    columns     every column by name: numbers, truth values, texts, None where there is nothing
    """

    preset: str
    settings: tuple[str, ...]
    quantities: tuple[str, ...]
    columns: dict[str, list[Any]]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.columns["key"])

    def __repr__(self) -> str:
        """At most twelve lines: what was swept, and its first rows."""
        names = (*self.settings, *self.quantities)
        body = [[_cell(self.columns[name][row]) for name in names] for row in range(min(len(self), _ROWS))]
        widths = [max(map(len, column)) for column in zip(names, *body, strict=True)]
        lines = [f"{self.preset}: {len(self)} points over {', '.join(self.settings)}"]
        for cells in (names, *body):
            lines.append(
                "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
            )
        return "\n".join(lines + ([f"… {len(self) - _ROWS} more"] if len(self) > _ROWS else []))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def read_table(path: Path) -> SweepTable:
    """Read a table, also while it is being written.

    Raises:
        TableError: it is no sweep's table, or cannot be read.
    """
    if path.suffix == ".parquet":
        journal = path.with_name(path.name + ".rows.csv")
        return read_csv(journal) if journal.exists() else _as_table(path, *_read_parquet(path))
    return read_csv(path)


def read_csv(path: Path) -> SweepTable:
    """Read a table or journal in CSV.

    Raises:
        TableError: it is no sweep's table, or cannot be read.
    """
    try:
        lines = _lines(path)
        header = next(lines, [])
        return _as_table(
            path, tuple(header), [_typed_row(header, line) for line in lines if len(line) == len(header)]
        )
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} is no table in CSV: {error}") from None


def _as_table(path: Path, header: tuple[str, ...], rows: list[list[Any]]) -> SweepTable:
    try:
        first, after, last = header.index("preset"), header.index("point_seed"), header.index("seconds")
        key = header.index("key")
    except ValueError:
        raise TableError(
            f"{path} is no table of a sweep: it has no columns preset, point_seed, seconds and key"
        ) from None
    newest = {str(row[key]): row for row in rows}
    kept = list(newest.values())
    quantities = [
        name for name in header[after + 1 : last] if not (name.endswith("_se") and name[:-3] in header)
    ]
    return SweepTable(
        preset=str(kept[0][first]) if kept else "",
        settings=header[first + 1 : after],
        quantities=tuple(quantities),
        columns={name: [row[i] for row in kept] for i, name in enumerate(header)},
    )


def _is_text(quantity: str) -> bool:
    return quantity == "verdict" or quantity.endswith((".verdict", ".agrees"))


def _lines(path: Path) -> Iterator[list[str]]:
    """The complete lines; one that is still being written is left out."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(line for line in file if line.endswith("\n"))


def _cut_torn_line(path: Path) -> None:
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        os.truncate(path, content.rfind(b"\n") + 1)


def _write_csv(path: Path, header: Sequence[str], rows: list[list[Any]]) -> None:
    text = _csv_line(header) + "".join(_csv_line(row) for row in rows)
    write_atomically(path, text.encode())


def _csv_line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([_shown(cell) for cell in cells])
    return out.getvalue()


def _shown(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return " ".join(cell.split())
    return repr(cell)


def _typed(text: str) -> Any:
    if text == "":
        return None
    if text in ("true", "false"):
        return text == "true"
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number) or "_" in text:
        return text
    return int(text) if text.lstrip("-").isdigit() else number


def _typed_row(header: Sequence[str], row: Sequence[str]) -> list[Any]:
    return [
        (cell or None) if name in _TEXTS else _typed(cell) for name, cell in zip(header, row, strict=True)
    ]


def _of_one_kind(values: list[Any]) -> list[Any]:
    """Numbers alone, truth values alone, or all as text: what a column of Parquet can hold."""
    there = [value for value in values if value is not None]
    for kinds in ((bool,), (int, float)):
        if all(isinstance(value, kinds) and isinstance(value, bool) == (kinds == (bool,)) for value in there):
            return values
    return [None if value is None else _shown(value) for value in values]


def _read_parquet(path: Path) -> tuple[tuple[str, ...], list[list[Any]]]:
    arrow, parquet = _pyarrow()
    try:
        with path.open("rb") as file:
            table = parquet.read_table(file)
    except (OSError, arrow.ArrowException) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return tuple(table.column_names), [list(row.values()) for row in table.to_pylist()]


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise TableError("Parquet needs pyarrow: pip install 'sgdtui[parquet]', or write a .csv") from None
    return pyarrow, pyarrow.parquet


def _difference(found: Sequence[str], wanted: Sequence[str]) -> str:
    more = [name for name in found if name not in wanted]
    less = [name for name in wanted if name not in found]
    parts = [f"it has {', '.join(more)}"] if more else []
    parts += [f"it lacks {', '.join(less)}"] if less else []
    return "; ".join(parts) or "in another order"


def _lock(handle: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not a Unix: nothing to lock with
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise TableError(f"another sweep is writing to {path}") from None
