"""How long a person waits: for a new expression's first step, for the event loop, for a large table."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.workloads import regression_rows, symbolic, w1
from sgdtui.simulate.compile import kernels
from sgdtui.simulate.ensemble import Ensemble

TICK = 0.002


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds: the median and the 99th percentile (or the largest of a few)."""

    name: str
    median: float
    worst: float


def _well() -> str:
    """A double well that nobody has compiled before."""
    return f"(x**2 - 1)**2/4 + {random.uniform(0.001, 0.1)!r}*x**3"


def first_step(loss: str) -> float:
    """Seconds from the text of an expression to its first step, in a process that has run others before."""
    began = time.perf_counter()
    ensemble = Ensemble(symbolic(loss, ["1 + tanh(4*x)/2"], ("x",), 65_536), threads=1)
    ensemble.advance(1, record=False)
    took = time.perf_counter() - began
    ensemble.close()
    return took


def expressions(count: int = 7) -> list[Latency]:
    """A new expression, and a known one that must be loaded from disk."""
    first_step(_well())
    texts = [_well() for _ in range(count)]
    fresh = [first_step(text) for text in texts]
    known = []
    for text in texts:
        kernels._step.cache_clear()
        known.append(first_step(text))
    return [
        Latency("a new expression to its first step", 1e3 * statistics.median(fresh), 1e3 * max(fresh)),
        Latency("a known expression to its first step", 1e3 * statistics.median(known), 1e3 * max(known)),
    ]


async def _lag(until: threading.Event) -> list[float]:
    late = []
    while not until.is_set():
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        late.append(1e3 * (time.perf_counter() - began - TICK))
    return late


def _lag_while(work: threading.Thread, done: threading.Event, name: str) -> Latency:
    work.start()
    late = sorted(asyncio.run(_lag(done)))
    work.join()
    return Latency(name, late[len(late) // 2], late[int(0.99 * len(late))])


def event_loop(seconds: float = 4.0) -> list[Latency]:
    """How late an asyncio loop wakes up while walkers run on every core, and while kernels are compiled."""
    done = threading.Event()
    ensemble = Ensemble(w1())
    ensemble.compile()

    def run() -> None:
        end = time.perf_counter() + seconds
        ensemble.advance(10**9, record=True, cancelled=lambda: time.perf_counter() > end)
        done.set()

    running = _lag_while(threading.Thread(target=run), done, "event-loop lag at full speed")
    ensemble.close()
    compiled = threading.Event()

    def build() -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            Ensemble(symbolic(_well(), ["1 + tanh(4*x)/2"], ("x",), 1024)).compile()
        compiled.set()

    return [running, _lag_while(threading.Thread(target=build), compiled, "event-loop lag while compiling")]


def million_rows(count: int = 5) -> Latency:
    """From a CSV file of a million rows to an experiment that is ready to run."""
    from sgdtui.preset.load import load

    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        rows = regression_rows(1_000_000)
        np.savetxt(table, rows, fmt="%.6f", delimiter=",", header="a,b,y", comments="")
        preset = Path(folder) / "mine.yaml"
        preset.write_text(
            "sample: {model: linear-regression, data: table.csv, target: y, standardize: true}\n"
            "dynamics: {eta: 0.1, batch: 8}\n"
        )
        took = []
        for _ in range(count):
            began = time.perf_counter()
            load(str(preset))
            took.append(1000 * (time.perf_counter() - began))
    return Latency("a CSV file of a million rows, read", statistics.median(took), max(took))
