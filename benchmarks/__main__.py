"""`python -m benchmarks [--quick] [--cpu-time] [--only PART …] [--write FILE]`: measure, print, and write Markdown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.latency import event_loop, expressions, million_rows
from benchmarks.report import Report, quoted
from benchmarks.start_up import start_up
from benchmarks.throughput import (
    against_dimension,
    against_rows,
    against_walkers,
    compare,
    use_processor_time,
)
from benchmarks.workloads import EXPERIMENTS
from sgdtui.simulate.threads import default_threads

PARTS = (*EXPERIMENTS, "latency", "walkers", "dimensions", "rows")
HOME = Path(__file__).resolve().parent.parent
DOCUMENT, README = HOME / "docs" / "benchmarks.md", HOME / "README.md"


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, fewer walkers")
    parser.add_argument(
        "--write",
        type=Path,
        default=None,
        help="default: docs/benchmarks.md, quoted in README.md, when everything was run",
    )
    parser.add_argument(
        "--cpu-time", action="store_true", help="for a busy machine: processor time, one core only"
    )
    asked = parser.parse_args()
    report = Report(processor_time=asked.cpu_time)
    cores = (1, 2) if default_threads() >= 2 and not asked.cpu_time else (1,)
    if asked.cpu_time:
        use_processor_time()
    for workload in EXPERIMENTS:
        if workload in asked.only:
            _say(f"{workload} …")
            report.throughput[workload] = compare(workload, rounds=3 if asked.quick else 31, cores=cores)
    if "latency" in asked.only:
        _say("waiting …")
        report.latencies = [*expressions(3 if asked.quick else 9), *event_loop(2.0 if asked.quick else 6.0)]
        report.latencies += start_up(3 if asked.quick else 9)
        report.latencies += [million_rows(2 if asked.quick else 5)]
    if "walkers" in asked.only:
        _say("walkers …")
        counts = (1_024, 8_192, 65_536, 1_048_576)
        report.walkers = against_walkers(counts if asked.quick else (1_000, *counts, 10_000_000))
    if "dimensions" in asked.only:
        _say("dimensions …")
        report.dimensions = against_dimension((1, 2, 4) if asked.quick else (1, 2, 3, 4, 8, 16))
    if "rows" in asked.only:
        _say("rows …")
        report.rows = against_rows()
    text = report.markdown()
    print(text)
    whole = set(asked.only) == set(PARTS) and not asked.quick
    target = asked.write or (DOCUMENT if whole else None)
    if target is not None:
        target.write_text(text, encoding="utf-8")
        _say(f"written to {target}")
    if whole and asked.write is None:
        README.write_text(quoted(README.read_text(encoding="utf-8"), report.quotation()), encoding="utf-8")
        _say(f"quoted in {README}")
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
