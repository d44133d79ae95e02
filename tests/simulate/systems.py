"""Small experiments, and estimates with their own standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sgdtui.expression import parse
from sgdtui.model.data import Fresh, Table
from sgdtui.model.drift import DriftSystem
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Experiment, RunPlan
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.law import Law
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.parameter import Parameter
from sgdtui.model.sample import SampleSystem
from sgdtui.model.space import Boundary, Space
from sgdtui.model.start import At
from sgdtui.model.system import System
from sgdtui.simulate.count.counts import Counts
from sgdtui.simulate.ensemble import Ensemble

DOUBLE_WELL = "(x**2 - 1)**2/4"
GAUSSIAN = Law()
REFLECT = (Boundary("reflect"),)


def noise_of(noise: str | Sequence[str], variables: Sequence[str], names: Sequence[str], law: Law) -> Noise:
    """A noise from one expression, d of them or d² of them."""
    entries = [noise] if isinstance(noise, str) else list(noise)
    form = "isotropic" if len(entries) == 1 else "diagonal" if len(entries) == len(variables) else "full"
    return Noise(tuple(parse(entry, [*names, "L", "H"]) for entry in entries), form, law)


def experiment(
    loss: str | None = None,
    noise: str | Sequence[str] = "1",
    *,
    drift: Sequence[str] | None = None,
    variables: Sequence[str] = ("x",),
    domain: Any = None,
    boundaries: tuple[Boundary, ...] = (Boundary(),),
    parameters: dict[str, float] | None = None,
    law: Law = GAUSSIAN,
    start: Any = None,
    observe: dict[str, str] | None = None,
    until: str | None = None,
    system: System | None = None,
    schedule: str | None = None,
    walkers: int = 16384,
    every: int = 10,
    seed: int = 0,
    bins: int | None = None,
    **dynamics: Any,
) -> Experiment:
    """An experiment from texts; what is left out is as in a preset."""
    parameters = parameters or {}
    names = [*variables, *parameters, "k", "t"]
    noise_model = noise_of(noise, variables, names, law)
    if system is None and drift is not None:
        system = DriftSystem(tuple(variables), tuple(parse(d, names) for d in drift), noise_model)
    elif system is None:
        system = GradientSystem(Loss(parse(loss or "0", names), tuple(variables)), noise_model)
    if schedule is not None:
        dynamics["schedule"] = parse(schedule, ["eta", *parameters, "k", "t"])
    d = system.dimension
    return Experiment(
        system=system,
        parameters=tuple(Parameter(name, value) for name, value in parameters.items()),
        dynamics=Dynamics(**dynamics),
        space=Space(domain or ((-3.0, 3.0),) * min(d, 2), boundaries, tuple(range(min(d, 2)))),
        start=start or At((0.0,) * d),
        run=RunPlan(walkers=walkers, every=every, seed=seed, bins=bins),
        observe=tuple((label, parse(text, names)) for label, text in (observe or {}).items()),
        until=parse(until, names) if until else None,
    )


def sample(
    rows: Any,
    loss: str | None = None,
    *,
    columns: Sequence[str] = ("x", "y"),
    variables: Sequence[str] = ("w",),
    draw: str = "replacement",
    model: str | None = None,
    ridge: float = 0.0,
) -> SampleSystem:
    """A sample system over rows, or over a `Fresh`."""
    data = rows if isinstance(rows, Fresh) else Table(tuple(columns), np.ascontiguousarray(rows, dtype=float))
    expression = parse(loss, [*variables, *data.columns]) if loss else None
    return SampleSystem(data, tuple(variables), loss=expression, model=model, draw=draw, ridge=ridge)


def counted(given: Experiment, burn_in: int, steps: int, threads: int = 2) -> Counts:
    """What is counted in `steps` steps after a burn-in."""
    ensemble = Ensemble(given, threads=threads)
    try:
        ensemble.advance(burn_in, record=False)
        ensemble.clear()
        ensemble.advance(steps, record=True)
        return ensemble.counts()
    finally:
        ensemble.close()


def assert_mean(per_group: np.ndarray, expected: float, sharp: float) -> None:
    """The mean over groups is `expected` within 4 of its own standard errors, which is below `sharp`·|expected|.

    `sharp` makes the test one that a wrong factor would fail.
    """
    mean = float(per_group.mean())
    error = float(per_group.std(ddof=1) / np.sqrt(len(per_group)))
    assert error <= sharp * abs(expected), f"standard error {error} is too wide to tell"
    assert abs(mean - expected) <= 4 * error, f"{mean} ± {error}, expected {expected}"


def average(counts: Counts, observable: int) -> np.ndarray:
    """The mean of an observable in each group."""
    return counts.observables[:, observable] / counts.samples


def second(counts: Counts, i: int = 0, j: int = 0) -> np.ndarray:
    """E x_i x_j in each group."""
    return counts.second[:, i, j] / counts.samples


def one_step(given: Experiment, points: np.ndarray, steps: int = 1) -> np.ndarray:
    """Where walkers at `points` (n, d) are after one step (or more)."""
    ensemble = Ensemble(given, threads=1)
    try:
        ensemble.adopt(points)
        ensemble.advance(steps, record=False)
        return ensemble.positions()
    finally:
        ensemble.close()


Statistic = Callable[[Counts], np.ndarray]
