"""Tables of sweeps that never ran: the distance from Gibbs as a formula, written row by row as a sweep writes."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "preset", "eta", "batch", "s", "point_seed", "gibbs.tv", "gibbs.tv_se", "verdict", "left", "left_se", "seconds",
    "error", "key",
)  # fmt: skip
ETAS = [round(0.01 * 100 ** (i / 11), 6) for i in range(12)]
BATCHES = [1, 2, 4, 8]


def rows(kinds: tuple[float, ...] = (1.0, 2.0)) -> Iterator[list[object]]:
    """12 learning rates × 4 batches × the values of s."""
    for s in kinds:
        for eta in ETAS:
            for batch in BATCHES:
                tv = 0.4 * eta * s / math.sqrt(batch)
                verdict = (
                    "gibbs" if tv < 0.02 else "equilibrium, not gibbs" if tv < 0.15 else "nonequilibrium"
                )
                failed = eta > 0.9 and batch == 1
                measured: list[object] = (
                    ["", "", "", "", ""] if failed else [tv, 0.001, verdict, 0.5 + tv, 0.002]
                )
                key = f"{s}-{eta}-{batch}"
                error = "it diverges" if failed else ""
                yield ["double-well-tanh", eta, batch, s, 7, *measured, 1.5, error, key]


def write(path: Path, entries: Iterator[list[object]] | list[list[object]]) -> Path:
    """The table with these rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(entries)
    return path
