"""What was measured, as a table in Markdown."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numba
import numpy as np

from benchmarks.latency import Latency
from benchmarks.throughput import Speed
from benchmarks.workloads import WALKERS

ABOUT = {
    "W1": "one-dimensional double well, Σ = s²(1 + x²), 200 bins every 10 steps",
    "W2": "two dimensions, full state-dependent Σ, 64 × 64 bins every 10 steps",
    "W3": "minibatch linear regression, 2 weights, 1000 rows, batches of 8",
}


@dataclass(slots=True)
class Report:
    """Everything that `python -m benchmarks` measures."""

    processor_time: bool = False
    throughput: dict[str, list[Speed]] = field(default_factory=dict)
    latencies: list[Latency] = field(default_factory=list)
    walkers: dict[int, float] = field(default_factory=dict)
    dimensions: dict[int, float] = field(default_factory=dict)
    rows: dict[int, float] = field(default_factory=dict)

    def markdown(self) -> str:
        """The whole report."""
        import llvmlite.binding as llvm

        lines = [
            "# Benchmarks",
            "",
            "Made by `python -m benchmarks`. Everyone takes turns, round after round, and ratios are taken within a",
            "round: medians, with the lowest and the highest in brackets. float64 throughout."
            + (" Rates are per second of processor time, on one core." if self.processor_time else ""),
            "",
            f"Processor {_processor()} (LLVM: {llvm.get_host_cpu_name()}), Python {platform.python_version()}, "
            f"numpy {np.__version__}, numba {numba.__version__}; {datetime.now(UTC):%Y-%m-%d}.",
            "",
        ]
        for workload, speeds in self.throughput.items():
            lines += [
                f"## {workload}: {ABOUT[workload]}",
                "",
                f"{WALKERS[workload]:,} walkers.",
                "",
                "| | million walker-steps/s | times numpy | times one core |",
                "|---|---:|---:|---:|",
                *(_row(speed) for speed in speeds),
                "",
            ]
        if self.latencies:
            lines += ["## Waiting", "", "| | median, ms | worst (p99 for lags), ms |", "|---|---:|---:|"]
            lines += [f"| {x.name} | {x.median:.1f} | {x.worst:.1f} |" for x in self.latencies] + [""]
        if self.walkers:
            lines += [
                "## Cost against walkers (W1, one core)",
                "",
                "| walkers | million walker-steps/s |",
                "|---:|---:|",
            ]
            lines += [f"| {n:,} | {rate:,.0f} |" for n, rate in self.walkers.items()] + [""]
        if self.dimensions:
            lines += ["## Cost against dimension (a quadratic, one core)", ""]
            lines += ["| dimension | million walker-steps/s |", "|---:|---:|"]
            lines += [f"| {d} | {rate:,.0f} |" for d, rate in self.dimensions.items()] + [""]
        if self.rows:
            lines += ["## Cost against rows of data (W3, one core)", ""]
            lines += ["| rows | million walker-steps/s |", "|---:|---:|"]
            lines += [f"| {n:,} | {rate:,.0f} |" for n, rate in self.rows.items()] + [""]
        return "\n".join(lines)

    def quotation(self) -> str:
        """The ratios alone, for the README: everyone's rate in million walker-steps/s, and how many times numpy's."""
        names = list(dict.fromkeys(speed.name for speeds in self.throughput.values() for speed in speeds))
        lines = [
            f"| million walker-steps/s (× numpy) | {' | '.join(names)} |",
            "|---|" + "---:|" * len(names),
        ]
        for workload, speeds in self.throughput.items():
            found = {s.name: f"{s.rate:,.0f} ({s.ratio:.1f})" for s in speeds}
            lines.append(f"| {ABOUT[workload]} | {' | '.join(found.get(name, '') for name in names)} |")
        return "\n".join(lines)


def _row(speed: Speed) -> str:
    median, low, high = speed.ratio, speed.low, speed.high
    row = f"| {speed.name} | {speed.rate:,.0f} | {median:.1f} ({low:.1f}–{high:.1f}) |"
    if speed.over_one_core is None:
        return f"{row} |"
    median, low, high = speed.over_one_core
    return f"{row} {median:.2f} ({low:.2f}–{high:.2f}) |"


BEGIN, END = "<!-- benchmarks -->\n", "\n<!-- end of benchmarks -->"


def quoted(readme: str, quotation: str) -> str:
    """The text of the README with the ratios of the newest report in place of the older ones."""
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}{quotation}{END}{rest.split(END)[1]}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
