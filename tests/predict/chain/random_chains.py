"""Random chains on the line, each as an experiment and as plain functions, for a law by brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Experiment
from sgdtui.model.law import Law
from sgdtui.model.start import At
from tests.predict.experiments import experiment, on_loss

Function = Callable[[np.ndarray], np.ndarray]

# Each loss with its gradient, as text with {0}, {1} and as a function of x and those numbers.
LOSSES: dict[str, tuple[str, Callable[..., np.ndarray]]] = {
    "quadratic": ("{0}*x**2/2", lambda x, a, _: a * x),
    "quartic": ("{0}*x**2/2 + {1}*x**4/20", lambda x, a, b: a * x + b * x**3 / 5),
    "tilted": ("{0}*x**2/2 + {1}*sin(x)", lambda x, a, b: a * x + b * np.cos(x)),
    "absolute": ("{0}*abs(x)", lambda x, a, _: a * np.sign(x)),
    "huber": ("where(abs(x) < {1}, x**2/2, {1}*abs(x) - {1}**2/2)", lambda x, _, b: np.clip(x, -b, b)),
    "root": ("{0}*sqrt({1} + x**2)", lambda x, a, b: a * x / np.sqrt(b + x**2)),
    "pinball": ("where(x > 0, {0}*x, -{1}*x)", lambda x, a, b: np.where(x > 0, a, -b)),
    "exponential": ("{0}*(exp({1}*x) - {1}*x)", lambda x, a, b: a * b * np.expm1(b * x)),
    "bowl": ("{0}*log(cosh(x)) + {1}*x**2/8", lambda x, a, b: a * np.tanh(x) + b * x / 4),
    "kinked": ("{0}*x**2/2 + {1}*abs(x - 0.3)", lambda x, a, b: a * x + b * np.sign(x - 0.3)),
}
COVARIANCES: dict[str, tuple[str, Callable[..., np.ndarray]]] = {
    "constant": ("{0}", lambda x, a: np.full_like(x, a)),
    "growing": ("{0}*(1 + x**2/4)", lambda x, a: a * (1 + x**2 / 4)),
    "leaning": ("{0}*(1.2 + tanh(x))", lambda x, a: a * (1.2 + np.tanh(x))),
    "stepped": ("{0}*where(x > 0.1, 2, 1)", lambda x, a: a * np.where(x > 0.1, 2.0, 1.0)),
    "rippled": ("{0}*(1.1 + cos(3*x))", lambda x, a: a * (1.1 + np.cos(3 * x))),
}
LAWS: dict[str, tuple[Law, Function]] = {
    "gaussian": (Law(), special.ndtr),
    "uniform": (Law("uniform"), lambda z: np.clip((z / np.sqrt(3) + 1) / 2, 0, 1)),
    "laplace": (Law("laplace"), lambda z: stats.laplace.cdf(z, scale=np.sqrt(0.5))),
    "student-t": (Law("student-t", 6.0), lambda z: special.stdtr(6.0, z * np.sqrt(1.5))),
}


@dataclass(frozen=True)
class RandomChain:
    """x' = x - η g(x) + η √Σ(x) Z, Z of distribution function `cumulated`; kinks and jumps of g and Σ at `breaks`."""

    name: str
    experiment: Experiment
    mean: Function
    spread: Function
    cumulated: Function
    breaks: np.ndarray

    def edges(self, bins: int = 40) -> np.ndarray:
        """Bins over where a thousand walkers are after a while, a little wider."""
        rng = np.random.default_rng(1)
        x = np.zeros(2000)
        seen = []
        grid = np.linspace(-40, 40, 400_001)
        table = self.cumulated(grid)
        for step in range(600):
            x = np.where(np.abs(x) < 30, x, 0.0)
            x = self.mean(x) + self.spread(x) * np.interp(rng.uniform(size=len(x)), table, grid)
            if step >= 300 and step % 20 == 0:
                seen.append(x)
        low, high = np.nanquantile(np.concatenate(seen), [0.002, 0.998])
        return np.linspace(low - 0.1 * (high - low), high + 0.1 * (high - low), bins + 1)


def random_chain(seed: int) -> RandomChain:
    """One of many kinds, the same for the same seed."""
    rng = np.random.default_rng(seed)
    loss, covariance, law = (str(rng.choice(list(kinds))) for kinds in (LOSSES, COVARIANCES, LAWS))
    if loss in ("absolute", "root", "pinball", "huber") and covariance == "growing":
        covariance = "leaning"  # else there may be no law at all
    a, b, c = (float(np.round(v, 3)) for v in rng.uniform([0.6, 0.5, 0.5], [1.6, 1.5, 2.0]))
    eta = float(np.round(10 ** rng.uniform(-1.5, -1.0 if loss == "quartic" else -0.3), 4))
    is_sde = bool(rng.uniform() < 0.3) and law == "gaussian"
    dt = float(np.round(10 ** rng.uniform(-2, -1), 4))
    dynamics = Dynamics("sde", eta, dt=dt) if is_sde else Dynamics("sgd", eta)
    system = on_loss(LOSSES[loss][0].format(a, b), COVARIANCES[covariance][0].format(c), LAWS[law][0])
    time, factor = (dt, np.sqrt(eta * dt)) if is_sde else (eta, eta)

    def mean(x: np.ndarray) -> np.ndarray:
        return x - time * LOSSES[loss][1](x, a, b)

    def spread(x: np.ndarray) -> np.ndarray:
        return factor * np.sqrt(COVARIANCES[covariance][1](x, c))

    name = f"{seed}: {loss} {covariance} {law} {a} {b} {c} eta {eta} {f'dt {dt}' if is_sde else ''}"
    found = experiment(system, dynamics, start=At((0.05,)))
    return RandomChain(name, found, mean, spread, LAWS[law][1], np.array([-b, 0.0, 0.1, 0.3, b]))


def brute_force(chain: RandomChain, edges: np.ndarray, cells: int = 1200) -> tuple[np.ndarray, float]:
    """The law on the bins by a fine grid of equal cells, extrapolated from two, and how far the finer moved."""
    width = edges[-1] - edges[0]
    low, high = edges[0] - 1.2 * width, edges[-1] + 1.2 * width
    kinks = chain.breaks[(chain.breaks > low) & (chain.breaks < high)]
    grid = np.union1d(np.linspace(low, high, cells // 2 + 1), kinks)
    finer = np.sort(np.concatenate([grid, (grid[1:] + grid[:-1]) / 2]))
    laws = [_on_cells(chain, g, edges) for g in (grid, finer)]
    best = laws[1] + (laws[1] - laws[0]) / 3
    return np.diff(best), float(np.abs(np.diff(best) - np.diff(laws[1])).sum() / 2)


def _on_cells(chain: RandomChain, grid: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The distribution function at `edges` of the chain on cells whose mass sits at two Gauss nodes each."""
    nodes = (grid[1:] + grid[:-1])[:, None] / 2 + np.diff(grid)[:, None] / 2 * np.array([-1, 1]) / np.sqrt(3)
    mean, spread = chain.mean(nodes.ravel()), chain.spread(nodes.ravel())

    def below(at: np.ndarray) -> np.ndarray:
        share = chain.cumulated((at[:, None] - mean) / spread)
        return share.reshape(len(at), -1, 2).mean(axis=2)

    ends = below(grid)
    ends[0], ends[-1] = 0.0, 1.0
    matrix = np.diff(ends, axis=0)
    size = len(matrix)
    system = np.vstack([(np.eye(size) - matrix)[:-1], np.ones(size)])
    mass = np.linalg.solve(system, np.append(np.zeros(size - 1), 1.0))
    return below(edges) @ mass
