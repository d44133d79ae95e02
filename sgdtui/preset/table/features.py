"""A raw table and the column to predict, made ready for a model: numbers only, no row incomplete, no column in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.data import Table
from sgdtui.preset.forms.csv_table import TableError, checked_table, column_name
from sgdtui.preset.schema import MAX_DIMENSION
from sgdtui.preset.table.raw import Column, RawTable
from sgdtui.preset.text.problem import names_hint, shortened

MOST_WORDS = 12
"""A column with more different words than this (names, dates, numbers of cases) is left out."""
_DEPENDENT = 1e-9
"""What must be left of a column, next to its size, once the columns before it are taken away."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The `table`, target last, in the units of the file; `classes` what the target's 0, 1, … mean, () for a number;
    `notes` what was done, a sentence each.
    """

    table: Table
    target: str
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def prepare(raw: RawTable, target: str, features: Sequence[str] | None = None) -> Prepared:
    """The table of `features` (all others if None) and `target`.

    A column of words becomes one column of 0 and 1 for each word but the first, which the intercept stands for. Rows
    with a missing value are dropped. A constant column, one of too many words, and one that is a combination of those
    before it are left out. Raises TableError where nothing is left to learn, or a name is unknown.
    """
    aim = _named(raw, target)
    chosen = [_named(raw, name) for name in features] if features is not None else list(raw.columns)
    chosen = [column for column in dict.fromkeys(chosen) if column is not aim]
    notes: list[str] = []
    used = []
    for column in chosen:
        count = len(column.values())
        if column.numbers is None and count > MOST_WORDS:
            notes.append(f"'{shortened(column.title)}' is left out: {count} different words")
        elif column.numbers is None and count > 2 and count == int(column.there().sum()):
            notes.append(f"'{shortened(column.title)}' is left out: another word in every row")
        elif count < 2:
            notes.append(f"'{shortened(column.title)}' is left out: it is {'constant' if count else 'empty'}")
        else:
            used.append(column)
    if not used:
        raise TableError(
            [f"{raw.origin}: there is no column to predict '{shortened(aim.title)}' from", *notes],
        )
    complete = np.logical_and.reduce([column.there() for column in (*used, aim)])
    dropped = raw.height - int(complete.sum())
    if dropped:
        worst = min([*used, aim], key=lambda column: int(column.there().sum()))
        gone = raw.height - int(worst.there().sum())
        notes.append(
            f"{dropped} of {raw.height} rows are dropped: a value is missing, "
            f"in '{shortened(worst.title)}' in {gone} of them"
        )
    if complete.sum() < 2:
        raise TableError(
            [f"{raw.origin}: {int(complete.sum())} of {raw.height} rows are complete"],
            "leave the columns out whose values are missing, with --features",
        )
    value, classes = _target(aim, complete, raw.origin)
    if classes:
        notes.append(
            f"'{shortened(aim.title)}' counts as 1 where it is {classes[-1]}" if len(classes) == 2 else ""
        )
    names, columns = _encoded(used, complete, aim.name, notes)
    if len(names) > MAX_DIMENSION - 1:
        raise TableError(
            [f"{raw.origin}: {len(names)} columns to learn from; allowed: at most {MAX_DIMENSION - 1}"],
            "choose with --features " + ",".join(column.title for column in used[:3]) + ",…",
        )
    rows = np.column_stack([*columns, value])
    table = checked_table((*names, aim.name), rows, raw.origin)
    return Prepared(table, aim.name, classes, tuple(note for note in notes if note))


def _named(raw: RawTable, name: str) -> Column:
    found = raw.find(name)
    if found is None:
        known = [column.title for column in raw.columns]
        raise TableError([f"{raw.origin} has no column '{shortened(name)}'"], names_hint(name, known))
    return found


def _target(aim: Column, complete: np.ndarray, origin: str) -> tuple[Array, tuple[str, ...]]:
    """The target's numbers on the complete rows, and its classes where it has two or is of words."""
    if aim.numbers is not None:
        kept = aim.numbers[complete]
        values = np.unique(kept)
        if len(values) == 2:
            return (kept == values[1]).astype(np.float64), tuple(f"{v:g}" for v in values)
        classes: tuple[str, ...] = ()
    else:
        words = [word for word, there in zip(aim.words or (), complete, strict=True) if there]
        classes = tuple(sorted({word for word in words if word is not None}))
        values = np.arange(len(classes), dtype=np.float64)
        index = {word: place for place, word in enumerate(classes)}
        kept = np.array([index[word] for word in words if word is not None], dtype=np.float64)
    if len(values) < 2:
        raise TableError(
            [f"{origin}: '{shortened(aim.title)}' has one value only, so there is nothing to learn"]
        )
    return kept, classes


def _encoded(
    used: Sequence[Column], complete: np.ndarray, target: str, notes: list[str]
) -> tuple[list[str], list[Array]]:
    """Names and numbers of the features, without those that the ones before them (and the intercept) make up."""
    candidates: list[tuple[str, str, Array]] = []
    for column in used:
        if column.numbers is not None:
            candidates.append((column.name, column.title, column.numbers[complete]))
            continue
        words = np.array([w or "" for w, there in zip(column.words or (), complete, strict=True) if there])
        levels = sorted(set(words.tolist()))
        for level in levels[1:]:
            title = f"{column.title}={level}"
            candidates.append((column_name(title, 0), title, (words == level).astype(np.float64)))
        if len(levels) > 1:
            notes.append(
                f"'{shortened(column.title)}' is {len(levels) - 1} column{'s' if len(levels) > 2 else ''} of 0 and 1; "
                f"0 everywhere means {shortened(levels[0], 30)}"
            )
    names: list[str] = []
    columns: list[Array] = []
    basis: list[Array] = []
    taken = {target, "intercept"}
    for name, title, numbers in candidates:
        centred = numbers - numbers.mean()
        size = float(np.linalg.norm(centred))
        left = centred.copy()
        for _ in range(2):  # twice, or rounding would be left
            for direction in basis:
                left -= direction * float(direction @ left)
        if (
            size <= 1e-12 * max(1.0, float(np.abs(numbers).max()))
            or np.linalg.norm(left) <= _DEPENDENT * size
        ):
            why = "it is constant in these rows" if not size else "other columns say the same"
            notes.append(f"'{shortened(title)}' is left out: {why}")
            continue
        basis.append(left / np.linalg.norm(left))
        while name in taken:
            name = f"{name[:38]}_{len(names)}"
        taken.add(name)
        names.append(name)
        columns.append(numbers)
    if not names:
        raise TableError(["no column is left to learn from", *notes])
    return names, columns
