"""`python -m benchmarks.exactness`: speed was not bought with bias, nor agreement with wide errors.

Every exact case of the claims that the engine runs by itself is measured until it has 1e8 effective samples (variance
over squared standard error), and compared with its exact value in standard errors. A case of the SDE is run with
several dt, each with that many samples, and taken to dt = 0. Then the z-scores of many seeds of short runs must have a
standard deviation of one. Exits with 1 where a case is off by more than 4 standard errors or the spread is not 1 ± .15.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.exact_cases import CASES, SEEDED, Case
from sgdtui.simulate.ensemble import Ensemble

Array = NDArray[np.float64]
WALKERS = 500_000


@dataclass(slots=True)
class Sums:
    """Sums by group of the observed values and their squares."""

    samples: list[Array] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)

    def add(self, ensemble: Ensemble) -> None:
        """Take what an ensemble has counted as further groups."""
        counts = ensemble.counts()
        self.samples.append(counts.samples.astype(float))
        self.values.append(counts.observables)

    def estimate(self) -> tuple[Array, Array, Array]:
        """Means, their standard errors, and the least effective samples."""
        samples, values = np.concatenate(self.samples), np.concatenate(self.values)
        mean = values.sum(axis=0) / samples.sum()
        away = values - samples[:, None] * mean
        groups = len(samples)
        error = np.sqrt(groups / (groups - 1) * np.sum(away**2, axis=0)) / samples.sum()
        half = len(mean) // 2
        spread = np.maximum(mean[half:] - mean[:half] ** 2, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            effective = np.where(error[:half] > 0, spread / error[:half] ** 2, np.inf)
        return mean[:half], error[:half], effective


def measured(
    case: Case, wanted: float, walkers: int, seed: int, dt: float | None = None
) -> tuple[Array, Array, Array]:
    """Run a case until it has as many effective samples as `wanted` (0: one look, and no more)."""
    sums = Sums()
    longer = 1.0 if dt is None else case.steps_of_time[0] / dt
    ensemble = Ensemble(case.experiment(walkers, seed, dt))
    try:
        if case.at:
            while True:
                ensemble.advance(case.at, record=True)
                sums.add(ensemble)
                seed += 1000
                if wanted == 0 or sums.estimate()[2].min() >= wanted:
                    return sums.estimate()
                ensemble.close()
                ensemble = Ensemble(case.experiment(walkers, seed, dt))
        ensemble.advance(int(case.burn * longer), record=False)
        ensemble.clear()
        done, most = 0, 4000
        look = 10
        while done < most:
            ensemble.advance(look * case.spacing * max(1, round(longer)), record=True)
            done += look
            now = Sums()
            now.add(ensemble)
            found = now.estimate()
            if wanted == 0 or found[2].min() >= wanted:
                return found
        return found
    finally:
        ensemble.close()


def extrapolated(case: Case, wanted: float, walkers: int, seed: int) -> tuple[Array, Array, Array]:
    """The same, for a case of the SDE taken to dt = 0 from one dt more than there are powers."""
    if not case.steps_of_time:
        return measured(case, wanted, walkers, seed)
    parts = [measured(case, wanted, walkers, seed + i, dt) for i, dt in enumerate(case.steps_of_time)]
    rows = [[dt**power for dt in case.steps_of_time] for power in (0.0, *case.powers)]
    weights = np.linalg.solve(np.array(rows), np.array([1.0, *[0.0] * len(case.powers)]))
    means, errors, effective = (np.array(column) for column in zip(*parts, strict=True))
    return weights @ means, np.sqrt(weights**2 @ errors**2), effective.min(axis=0)


def spread_of_scores(case: Case, seeds: int) -> float:
    """The standard deviation of the z-scores of a case over seeds, about the exact value."""
    scores = []
    for seed in range(seeds):
        mean, error, _ = measured(case, 0, 16_384, 100_000 + seed)
        scores.append((mean - np.array(list(case.exact.values()))) / error)
    return float(np.sqrt(np.mean(np.array(scores) ** 2)))


def main() -> int:
    """Measure every case, then the seeds; print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exactness", description=__doc__)
    parser.add_argument("--samples", type=float, default=1e8, help="effective samples (1e8)")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--only", default="", help="rows whose names begin so")
    asked = parser.parse_args()
    wrong = 0
    print("| row | quantity | exact | measured | standard error | z | effective samples |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for case in CASES:
        if not case.row.startswith(asked.only):
            continue
        means, errors, effective = extrapolated(case, asked.samples, WALKERS, 1)
        for (text, exact), mean, error, count in zip(
            case.exact.items(), means, errors, effective, strict=True
        ):
            score = (mean - exact) / error
            wrong += abs(score) > 4
            print(
                f"| {case.row} | {text} | {exact:.7g} | {mean:.7g} | {error:.1e} | {score:+.1f} | {count:.1e} |",
                flush=True,
            )
    print(f"\n| row | spread of the z-scores of {asked.seeds} seeds |\n|---|---:|")
    for case in CASES:
        if case.row in SEEDED and case.row.startswith(asked.only):
            spread = spread_of_scores(case, asked.seeds)
            wrong += abs(spread - 1) > 0.15
            print(f"| {case.row} | {spread:.3f} |", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
