"""A result as tidy CSV: one row a number, ready for pandas or a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sgdtui.export.provenance import provenance
from sgdtui.predict.asymptotic.registry import NUMBERS
from sgdtui.settings.file import write_atomically

COLUMNS = ("variant", "table", "quantity", "time", "x", "y", "value", "se")


def text(document: dict[str, Any]) -> str:
    """The averages, predictions, histogram and series of a document, after `#` lines of provenance.

    Columns are `COLUMNS`: `table` is summary, prediction, histogram or series; `x` (and `y`) are bin centres.
    """
    out = io.StringIO()
    for key, value in provenance(document).items():
        out.write(f"# {key}: {value}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(document, ""))
    for name, variant in document.get("variants", {}).items():
        writer.writerows(_rows(variant, name))
    return out.getvalue()


def write(path: Path, document: dict[str, Any]) -> None:
    """Write `text` to a file, atomically."""
    write_atomically(path, text(document).encode())


Row = tuple[str, str, str, Any, Any, Any, Any, Any]


def _rows(document: dict[str, Any], variant: str) -> Iterator[Row]:
    yield from _summary(document, variant)
    yield from _predictions(document, variant)
    yield from _histogram(document, variant)
    yield from _series(document, variant)


def _summary(document: dict[str, Any], variant: str) -> Iterator[Row]:
    yield (variant, "summary", "verdict", "", "", "", document["verdict"], "")
    for name, observed in document["observables"].items():
        yield (variant, "summary", f"observables.{name}", "", "", "", observed["value"], observed["se"])
    for i, (value, se) in enumerate(zip(document["mean"], document["mean_se"], strict=True)):
        yield (variant, "summary", f"mean[{i}]", "", "", "", value, se)
    for i, row in enumerate(document["covariance"]):
        for j, value in enumerate(row):
            se = document["covariance_se"][i][j]
            yield (variant, "summary", f"covariance[{i}][{j}]", "", "", "", value, se)


def _predictions(document: dict[str, Any], variant: str) -> Iterator[Row]:
    for name, prediction in document["predictions"].items():
        if name in NUMBERS:
            for what, value in prediction.items():
                if what not in ("se", "notes") and isinstance(value, int | float | list):
                    for index, entry in _entries(value):
                        se = prediction["se"] if what == "value" else ""
                        yield (variant, "prediction", f"{name}.{what}{index}", "", "", "", entry, se)
            continue
        for distance, value in prediction["distance"].items():
            floor, se = prediction["floor"][distance], prediction["distance_se"][distance]
            yield (variant, "prediction", f"{name}.distance.{distance}", "", "", "", value, se)
            yield (variant, "prediction", f"{name}.floor.{distance}", "", "", "", floor, "")
        for observable, value in prediction["observables"].items():
            yield (variant, "prediction", f"{name}.observables.{observable}", "", "", "", value, "")


def _histogram(document: dict[str, Any], variant: str) -> Iterator[Row]:
    histogram = document["histogram"]
    centres = [[(a + b) / 2 for a, b in itertools.pairwise(e)] for e in histogram["edges"]]
    density, errors = histogram["density"], histogram["density_se"]
    for i, x in enumerate(centres[0]):
        if len(centres) == 1:
            yield (variant, "histogram", "density", "", x, "", density[i], errors[i])
            continue
        for j, y in enumerate(centres[1]):
            yield (variant, "histogram", "density", "", x, y, density[i][j], errors[i][j])


def _series(document: dict[str, Any], variant: str) -> Iterator[Row]:
    series = document["series"]
    for k, time in enumerate(series["time"]):
        for name, values in (("mean", series["mean"]), ("covariance", series["covariance"])):
            errors = series[f"{name}_se"]
            for index, value in _entries(values[k]):
                yield (variant, "series", f"{name}{index}", time, "", "", value, _entry(errors[k], index))
        for name, values in series["observables"].items():
            se = series["observables_se"][name][k]
            yield (variant, "series", f"observables.{name}", time, "", "", values[k], se)
        for name, values in series["distance"].items():
            yield (variant, "series", f"distance.{name}", time, "", "", values[k], "")


def _entries(value: Any, index: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Sequence):
        for i, item in enumerate(value):
            yield from _entries(item, f"{index}[{i}]")
    else:
        yield index, value


def _entry(value: Any, index: str) -> Any:
    for part in index.strip("[]").split("]["):
        value = value[int(part)]
    return "" if value is None or (isinstance(value, float) and not math.isfinite(value)) else value
