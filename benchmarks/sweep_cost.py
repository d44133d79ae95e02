"""`python -m benchmarks.sweep_cost [TABLE]`: what a sweep costs beyond its runs, and the map of the documentation.

Runs the map of the double well with tanh noise, 24 learning rates by 8 heights of its step, in a fresh table on the
cores of this machine, and holds the time that passed against the sum of its runs over the number of processes (1.15
is allowed).
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sgdtui.tui.capture.gallery import SWEEP

ALLOWED = 1.15
PROCESSES = 2


def cost(table: Path) -> tuple[float, float, int]:
    """Seconds that passed, seconds of the runs together, and how many there were. `table` must not be there yet."""
    command = [
        sys.executable,
        "-m",
        "sgdtui",
        "sweep",
        *SWEEP,
        "--out",
        str(table),
        "--workers",
        str(PROCESSES),
    ]
    began = time.perf_counter()
    subprocess.run(command, check=True)
    passed = time.perf_counter() - began
    with table.open(newline="", encoding="utf-8") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    return passed, sum(seconds), len(seconds)


def main() -> int:
    """Measure once; keep the table where it was asked for."""
    if len(sys.argv) > 1 and Path(sys.argv[1]).exists():
        print(f"{sys.argv[1]} is there already: only a fresh table tells what a sweep costs", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        table = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "map.csv"
        passed, runs, count = cost(table)
    ratio = passed / (runs / PROCESSES)
    print(
        f"{count} points: {passed:.1f} s passed, {runs:.1f} s of runs on {PROCESSES} processes: "
        f"{ratio:.3f} times their share ({ALLOWED} allowed)"
    )
    return int(ratio > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
