"""Walker-steps per second of everyone, interleaved, as medians of ratios; and cost against walkers and dimension."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.rivals import Run, available
from benchmarks.workloads import EVERY, EXPERIMENTS, WALKERS, w1, w3, wide
from sgdtui.model.experiment import Experiment
from sgdtui.simulate.ensemble import Ensemble

SECONDS = 0.4
"""What one turn of one engine takes, about."""

clock = time.perf_counter
"""What turns are timed by; on a busy machine processor time (`--cpu-time`) tells more than the wall."""


def use_processor_time() -> None:
    """Time turns by the processor time of this process, all threads together: one core's worth, undisturbed."""
    global clock
    clock = time.process_time


@dataclass(frozen=True, slots=True)
class Speed:
    """Million walker-steps per second and the ratio to numpy in the same round: medians, lowest, highest.

    `over_one_core` is the ratio to this engine on one core in the same round, likewise, where it ran on more.
    """

    name: str
    rate: float
    ratio: float
    low: float
    high: float
    over_one_core: tuple[float, float, float] | None = None


def engine(experiment: Experiment, threads: int) -> tuple[Run, Callable[[], None]]:
    """sgdtui, recording as it runs, and what closes it."""
    ensemble = Ensemble(experiment, threads=threads)
    ensemble.compile()
    return (lambda steps: (ensemble.advance(steps, record=True), None)[1]), ensemble.close


def turn(run: Run, walkers: int, steps: int) -> float:
    """Walker-steps per second of one turn."""
    began = clock()
    run(steps)
    return walkers * steps / (clock() - began)


def calibrated(run: Run, walkers: int, seconds: float = SECONDS) -> int:
    """Steps, a multiple of ten, that take about `seconds` (after a first turn that may compile)."""
    run(EVERY)
    steps = EVERY
    while (took := walkers * steps / turn(run, walkers, steps)) < seconds / 4 and steps < 10**8:
        steps *= 2
    return max(EVERY, int(steps * seconds / took) // EVERY * EVERY)


def compare(workload: str, rounds: int = 7, cores: tuple[int, ...] = (1, 2)) -> list[Speed]:
    """Everyone in turn, round after round; `cores` begin with 1."""
    walkers = WALKERS[workload]
    runs: dict[str, Run] = {}
    closing: list[Callable[[], None]] = []
    for threads in cores:
        run, close = engine(EXPERIMENTS[workload](walkers), threads)
        runs[f"sgdtui, {threads} core{'s' if threads > 1 else ''}"] = run
        closing.append(close)
    one_core, *more_cores = runs
    for name, make in available().items():
        try:
            runs[name] = make(workload, walkers)
        except NotImplementedError:
            continue
    steps = {name: calibrated(run, walkers) for name, run in runs.items()}
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            rates[name].append(turn(run, walkers, steps[name]))
    for close in closing:
        close()
    speeds = []
    for name, found in rates.items():
        over_one = _ratios(found, rates[one_core]) if name in more_cores else None
        speeds.append(Speed(name, statistics.median(found) / 1e6, *_ratios(found, rates["numpy"]), over_one))
    return speeds


def _ratios(found: list[float], beside: list[float]) -> tuple[float, float, float]:
    """The ratios of two engines' rates in the same rounds: median, lowest, highest."""
    ratios = [a / b for a, b in zip(found, beside, strict=True)]
    return statistics.median(ratios), min(ratios), max(ratios)


def against_walkers(
    counts: tuple[int, ...] = (1_000, 1_024, 8_192, 65_536, 1_048_576, 10_000_000),
) -> dict[int, float]:
    """Million walker-steps per second of W1 on one core, by the number of walkers (median of interleaved turns)."""
    return _sweep({count: w1(count) for count in counts})


def against_dimension(dimensions: tuple[int, ...] = (1, 2, 3, 4, 8, 16)) -> dict[int, float]:
    """Million walker-steps per second of a quadratic on one core, by dimension."""
    return _sweep({d: wide(d) for d in dimensions})


def against_rows(counts: tuple[int, ...] = (1_000, 30_000, 1_000_000)) -> dict[int, float]:
    """Million walker-steps per second of W3 on one core, by the number of rows that batches are drawn from."""
    return _sweep({count: w3(rows=count) for count in counts})


def _sweep(experiments: dict[int, Experiment], rounds: int = 5) -> dict[int, float]:
    engines = {key: engine(experiment, 1) for key, experiment in experiments.items()}
    walkers = {key: experiment.run.walkers for key, experiment in experiments.items()}
    steps = {key: calibrated(run, walkers[key]) for key, (run, _) in engines.items()}
    rates: dict[int, list[float]] = {key: [] for key in experiments}
    for _ in range(rounds):
        for key, (run, _close) in engines.items():
            rates[key].append(turn(run, walkers[key], steps[key]) / 1e6)
    for _, close in engines.values():
        close()
    return {key: statistics.median(found) for key, found in rates.items()}
