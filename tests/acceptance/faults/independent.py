"""Laws of chains on the line by plain numpy, to hold the rows of faults against: nothing here is the package's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
Function = Callable[[np.ndarray], np.ndarray]


def preset(name: str) -> Path:
    """The file of a row."""
    return HERE / f"{name}.yaml"


def gaussian_chain(
    mean: Function, spread: Function, breaks: Sequence[float], panels: int = 60
) -> tuple[np.ndarray, np.ndarray]:
    """Places and masses of the law of x' = mean + spread·Z: Gauss panels between `breaks`, where g or Σ may jump."""
    order, weight = np.polynomial.legendre.leggauss(10)
    cuts = np.concatenate([np.linspace(a, b, panels + 1)[:-1] for a, b in itertools.pairwise(breaks)])
    cuts = np.append(cuts, breaks[-1])
    half = np.diff(cuts)[:, None] / 2
    x = ((cuts[1:] + cuts[:-1])[:, None] / 2 + half * order).ravel()
    w = (half * weight).ravel()
    s = spread(x)
    kernel = np.exp(-(((x[:, None] - mean(x)) / s) ** 2) / 2) / (s * np.sqrt(2 * np.pi)) * w[:, None]
    return x, _stationary(kernel)


def cell_chain(
    below: Callable[[np.ndarray, np.ndarray], np.ndarray], grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Middles and masses of the law of a chain on cells; `below(at, x)` is P(x' ≤ at | x), (at, x)."""
    nodes = (grid[1:] + grid[:-1])[:, None] / 2 + np.diff(grid)[:, None] / 2 * np.array([-1, 1]) / np.sqrt(3)
    ends = below(grid, nodes.ravel()).reshape(len(grid), -1, 2).mean(axis=2)
    ends[0], ends[-1] = 0.0, 1.0
    return (grid[1:] + grid[:-1]) / 2, _stationary(np.diff(ends, axis=0))


def _stationary(kernel: np.ndarray) -> np.ndarray:
    size = len(kernel)
    system = np.vstack([(np.eye(size) - kernel)[:-1], np.ones(size)])
    return np.linalg.solve(system, np.append(np.zeros(size - 1), 1.0))


def simulated(
    step: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    start: float,
    of: Sequence[Function],
    *,
    walkers: int = 16384,
    burn_in: int = 300,
    steps: int = 1000,
    seed: int = 5,
) -> list[tuple[float, float]]:
    """Averages of functions over a simulated chain, each with its standard error from 64 groups of walkers."""
    rng = np.random.default_rng(seed)
    x = np.full(walkers, start)
    for _ in range(burn_in):
        x = step(x, rng)
    total = np.zeros((len(of), 64))
    for _ in range(steps):
        x = step(x, rng)
        total += [f(x).reshape(64, -1).mean(axis=1) for f in of]
    total /= steps
    return [(float(row.mean()), float(row.std(ddof=1) / 8)) for row in total]
