"""The three workloads, as experiments for sgdtui and as steps for everyone else.

W1: 1-D double well, Σ = s²(1 + x²), η = .1, a histogram of 200 bins every 10 steps.
W2: 2-D, coupled wells, a full state-dependent Σ, a histogram of 64² bins every 10 steps.
W3: linear regression with two weights over 1000 rows, batches of 8 with replacement, η = .1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.expression import parse
from sgdtui.model.data import Table
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Experiment, RunPlan, System
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.parameter import Parameter
from sgdtui.model.sample import SampleSystem
from sgdtui.model.space import Boundary, Space
from sgdtui.model.start import At

Array = NDArray[np.float64]

WALKERS = {"W1": 102_400, "W2": 102_400, "W3": 102_400}
LOW, HIGH = -3.0, 3.0
ETA, S, EVERY, BATCH, ROWS = 0.1, 0.5, 10, 8, 1000


def regression_rows(count: int = ROWS) -> Array:
    """Features a, b and target y, (count, 3)."""
    random = np.random.default_rng(0)
    features = random.normal(size=(count, 2))
    target = features @ np.array([1.0, -0.5]) + 0.5 * random.normal(size=count)
    return np.ascontiguousarray(np.column_stack([features, target]))


def _built(system: System, walkers: int, batch: int = 1, **parameters: float) -> Experiment:
    d = system.dimension
    return Experiment(
        system,
        parameters=tuple(Parameter(name, value) for name, value in parameters.items()),
        dynamics=Dynamics(eta=ETA, batch=batch),
        space=Space(((LOW, HIGH),) * min(d, 2), (Boundary(),), tuple(range(min(d, 2)))),
        start=At((0.0,) * d),
        run=RunPlan(walkers=walkers, every=EVERY),
    )


def symbolic(
    loss: str, noise: list[str], variables: tuple[str, ...], walkers: int, **parameters: float
) -> Experiment:
    """A loss with a noise."""
    names = [*variables, *parameters]
    form = "isotropic" if len(noise) == 1 else "diagonal" if len(noise) == len(variables) else "full"
    covariance = tuple(parse(entry, names) for entry in noise)
    return _built(
        GradientSystem(Loss(parse(loss, names), variables), Noise(covariance, form)), walkers, **parameters
    )


def w1(walkers: int = WALKERS["W1"]) -> Experiment:
    """The one-dimensional workload."""
    return symbolic("(x**2 - 1)**2/4", ["s**2*(1 + x**2)"], ("x",), walkers, s=S)


def w2(walkers: int = WALKERS["W2"]) -> Experiment:
    """The two-dimensional workload."""
    noise = ["1 + x**2", "x*y/2", "x*y/2", "1 + y**2"]
    return symbolic("(x**2 - 1)**2/4 + y**2/2 + x*y/4", noise, ("x", "y"), walkers)


def w3(walkers: int = WALKERS["W3"], rows: int = ROWS) -> Experiment:
    """The minibatch workload."""
    data = Table(("a", "b", "y"), regression_rows(rows))
    return _built(SampleSystem(data, ("u", "w"), model="linear-regression"), walkers, batch=BATCH)


def wide(dimension: int, walkers: int = 65_536) -> Experiment:
    """Isotropic noise on a quadratic in d dimensions."""
    variables = tuple(f"x{i}" for i in range(dimension))
    return symbolic(" + ".join(f"{v}**2/2" for v in variables), ["1"], variables, walkers)


EXPERIMENTS = {"W1": w1, "W2": w2, "W3": w3}
