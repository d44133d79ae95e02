"""Points that cost nothing, in place of runs: for the tests of what happens around them. Importable by any process."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

from sgdtui.sweeps.point import Row


def quick_point(_experiment, key, point, seed, quantities, _reader):
    """gibbs.tv = x*y/10 and a draw that only the seed decides; `die` and `slow` do what they say."""
    import numpy as np

    at = dict(point)
    if "log" in at:
        with Path(at["log"]).open("a") as log:
            log.write(key + "\n")
    if at.get("die") == at.get("x"):
        mark = Path(at["log"]).with_suffix(".died")
        if at.get("once") is None or not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(at.get("slow", 0))
    if at.get("fails") == at["x"]:
        return Row(key, point, seed, {}, 0.0, "it was told to fail")
    draw = float(np.random.default_rng(seed).standard_normal())
    measures = {
        "gibbs.tv": (at["x"] * at.get("y", 1) / 10, 0.001),
        "draw": (draw, None),
        "verdict": ("gibbs", None),
    }
    return Row(key, point, seed, {q: measures.get(q, (None, None)) for q in quantities}, 0.25)


class Quick(Executor):
    """Another executor that runs quick points instead of what it is given."""

    def __init__(self, inner: Executor) -> None:
        self.inner = inner

    def submit(self, _, /, *arguments) -> Future:
        return self.inner.submit(quick_point, *arguments)


class Threads:
    """An engine of threads."""

    def __init__(self, slots: int = 2) -> None:
        self.slots = slots
        self.closed: list[bool] = []
        self.pool = ThreadPoolExecutor(slots)

    def executor(self) -> Executor:
        return Quick(self.pool)

    def close(self, abandon: bool = False) -> None:
        self.closed.append(abandon)
        self.pool.shutdown()


class QuickEngine:
    """A real engine whose executors run quick points."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.started = 0

    @property
    def slots(self) -> int:
        return self.engine.slots

    def executor(self) -> Executor:
        self.started += 1
        return Quick(self.engine.executor())

    def close(self, abandon: bool = False) -> None:
        self.engine.close(abandon)


def read(_document, _quantities):
    """A reader; quick points never call it."""
    raise AssertionError


def main(arguments: list[str]) -> None:
    """`python quick_points.py TABLE LOG COUNT [ADDRESS]`: a slow sweep, to be killed in the middle."""
    from sgdtui.preset.load import build
    from sgdtui.sweeps.executors import DaskCluster, LocalProcesses
    from sgdtui.sweeps.sweep import sweep
    from sgdtui.sweeps.table import TableFile

    path, log, count, *address = arguments
    plan = slow_plan(build({"loss": "x**2/2"}), log, int(count))
    table = TableFile(Path(path), "p", [axis.name for axis in plan.axes], plan.quantities)
    engine = DaskCluster(*address) if address else LocalProcesses(2)
    sweep(plan, table, QuickEngine(engine), read)
    table.close()


def many(path: Path) -> float:
    """Ten thousand points; gives the most memory that this process ever held, in MB (Linux; `ru_maxrss` would count
    what the process that started this one held).
    """
    from sgdtui.preset.load import build
    from sgdtui.sweeps.grid import parse_axes
    from sgdtui.sweeps.sweep import Plan, sweep
    from sgdtui.sweeps.table import TableFile

    axes = parse_axes(["x=1:100:100", "y=1:100:100"])
    plan = Plan(build({"loss": "x**2/2"}), axes, ("gibbs.tv", "draw", "verdict"), seed=3)
    table = TableFile(path, "p", [axis.name for axis in axes], plan.quantities)
    outcome = sweep(plan, table, Threads(), read)
    table.close()
    assert outcome.complete
    assert outcome.progress.done == 10_000
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def slow_plan(experiment, log: str, count: int):
    """Points of a fifth of a second each, that leave their key in a log."""
    from sgdtui.sweeps.grid import Axis, parse_axis
    from sgdtui.sweeps.sweep import Plan

    axes = (parse_axis(f"x=1:{count}:{count}"), Axis("log", (log,)), Axis("slow", (0.2,)))
    return Plan(experiment, axes, ("gibbs.tv", "draw", "verdict"), seed=3)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
