"""The energy that small steps minimise: the law of the chain is exp(-U/η) as η → 0, and U is not the loss.

With ĝ the gradient of a minibatch, -U/η balances where E exp(-U'ĝ) = 1 (put exp(-U(x + ηĝ)/η) into the stationary
equation). With ĝ = L' + the mean of B draws of σZ and K the cumulant function of Z that is B·K(σU'/B) = U'L': for
normal noise U = 2BL/σ², for a coin log cosh(U')/U' = L' (Azizian, Iutzeler, Malick and Mertikopoulos 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.data import Table, is_continuous
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.asymptotic.numbers import Numbers
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence
from sgdtui.predict.rule import why_no_law

NAME = "energy"

_SCAN = 4001
_NODES, _PANELS = 32, 64
_HALVINGS = 200
_STEEPEST = 1e6
"""A slope U' beyond so many times that of normal noise is a wall: noise that is bounded never climbs there."""

Balance = Callable[[Array, Array], Array]
"""Places x (n,) and slopes p (n,) to log E exp(-p·ĝ(x)), (n,)."""


def energy(experiment: Experiment) -> Numbers | Absence | None:
    """U at every place of the window where the mean gradient vanishes and points back, above the lowest.

    `places`, `values` and `barriers` (between neighbours, above the lowest too) in units in which the law is
    exp(-U/η); `slope` is U of the right-most place less that of the left-most: how the logarithm of their odds grows
    with 1/η. None off the line, with momentum or where there are not two such places.
    """
    if experiment.dimension != 1 or not experiment.system.has_fields or experiment.space.domain is None:
        return None
    if why_no_law(experiment, NAME) is not None or learning_rate(experiment) is None:
        return None
    swarm = experiment.dynamics.swarm
    if momentum(experiment) != 0 or (swarm is not None and swarm.size > 1):
        return None
    found = fields(experiment)
    if found.time_dependent or experiment.space.boundaries[0].kind != "open":
        return None
    stops = _stops(found, experiment.space.domain[0])
    stable = [x for x, points_back in stops if points_back]
    if len(stable) < 2:
        return None
    balance = _balance(experiment, found)
    if isinstance(balance, Absence):
        return balance
    inner = [x for x, _ in stops if stable[0] <= x <= stable[-1]]
    draws = 1.0 / experiment.noise_scale if experiment.dynamics.is_sde else float(experiment.dynamics.batch)
    rises = [_rise(balance, found, draws, a, b) for a, b in pairwise(inner)]
    if not np.all(np.isfinite(rises)):
        return Absence(
            NAME, "not normalisable", "noise that is bounded never climbs from one minimum to the next"
        )
    heights = np.concatenate([[0.0], np.cumsum(rises)])
    back = np.array([x in stable for x in inner])
    heights -= heights[back].min()
    values = heights[back]
    return Numbers(
        NAME,
        {
            "slope": float(values[-1] - values[0]),
            "places": np.array(inner)[back],
            "values": values,
            "barriers": heights[~back],
        },
    )


def _stops(found: Fields, window: tuple[float, float]) -> list[tuple[float, bool]]:
    """Where the mean gradient changes its sign, in order, and whether it points back there."""
    x = np.linspace(*window, _SCAN)
    pull = found.gradient(x[:, None])[:, 0]
    held = np.isfinite(pull) & (pull != 0)
    x, pull = x[held], pull[held]
    stops = []
    for i in np.flatnonzero(pull[1:] * pull[:-1] < 0):
        low, high = float(x[i]), float(x[i + 1])
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            if found.gradient(np.array([[middle]]))[0, 0] * pull[i] > 0:
                low = middle
            else:
                high = middle
        stops.append(((low + high) / 2, bool(pull[i] < 0)))
    return stops


def _rise(balance: Balance, found: Fields, draws: float, a: float, b: float) -> float:
    """U(b) - U(a) with no stop between: the integral of the slope that is not zero and balances; infinite: a wall."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    cuts = np.linspace(a, b, _PANELS + 1)
    half = np.diff(cuts)[:, None] / 2
    x = ((cuts[1:] + cuts[:-1])[:, None] / 2 + half * nodes).ravel()
    pull = found.gradient(x[:, None])[:, 0]
    sign = np.sign(pull)
    with np.errstate(divide="ignore", invalid="ignore"):
        normal = 2 * draws * np.abs(pull) / found.covariance(x[:, None])[:, 0, 0]
    if not np.all(np.isfinite(normal)):  # without noise nothing climbs
        return np.inf
    # Slopes are sought in units of what normal noise would give, so that no unit of x or of the loss matters.
    low, high = np.zeros(len(x)), 1e-3 * normal
    # log E exp(-pĝ) falls from 0 at p = 0 on the side of the gradient and comes back up at the slope that balances.
    while True:
        short = ~(balance(x, sign * high) >= 0) & (high < _STEEPEST * normal)
        if not short.any():
            break
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
    if (high >= _STEEPEST * normal).any():
        return np.inf
    # Below the first guess the function may be positive only because it is zero at 0: start at its lowest side.
    low = np.where(low == 0, 1e-12 * normal, low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        up = balance(x, sign * middle) >= 0
        low, high = np.where(up, low, middle), np.where(up, middle, high)
        if np.all(high - low <= 4e-16 * high):
            break
    return float(((sign * (low + high) / 2) * (half * weights).ravel()).sum())


def _balance(experiment: Experiment, found: Fields) -> Balance | Absence:
    batch = experiment.dynamics.batch
    if isinstance(found, SampleFields) and not experiment.dynamics.is_sde:
        return _of_examples(found, batch)
    cumulant = _cumulant(experiment)
    if isinstance(cumulant, Absence):
        return cumulant
    # An SDE's noise, and that of data in it, is normal with the batch's covariance.
    draws = 1.0 / experiment.noise_scale if experiment.dynamics.is_sde else float(batch)

    def balance(x: Array, p: Array) -> Array:
        points = x[:, None]
        pull, deviation = found.gradient(points)[:, 0], np.sqrt(found.covariance(points)[:, 0, 0])
        with np.errstate(all="ignore"):
            value = draws * cumulant(p * deviation / draws) - p * pull
        return np.where(np.isnan(value), np.inf, value)

    return balance


def _cumulant(experiment: Experiment) -> Callable[[Array], Array] | Absence:
    """Log E exp(zZ) of one draw; infinite where there is no such average."""
    law = getattr(getattr(experiment.system, "noise", None), "law", None)
    if experiment.dynamics.is_sde or law is None or law.kind == "gaussian":
        return lambda z: z**2 / 2
    if law.kind == "rademacher":
        return lambda z: np.logaddexp(z, -z) - np.log(2.0)
    if law.kind == "uniform":

        def box(z: Array) -> Array:
            size = np.sqrt(3.0) * np.abs(z)
            small = size < 1e-4
            safe = np.where(small, 1.0, size)
            far = safe + np.log1p(-np.exp(-2 * safe)) - np.log(2 * safe)
            return np.asarray(np.where(small, size**2 / 6, far))

        return box
    if law.kind == "laplace":
        return lambda z: np.where(z**2 < 2, -np.log1p(-np.minimum(z**2 / 2, 1.0)), np.inf)
    return Absence(
        NAME, "not normalisable", "noise this heavy leaps over any barrier: the law is no exp(-U/eta)"
    )


def _of_examples(found: SampleFields, batch: int) -> Balance | Absence:
    system = found.system
    if system.draw != "replacement" and batch > 1:
        return Absence(
            NAME, "not found", "only examples drawn with replacement are independent of one another"
        )
    if not isinstance(system.data, Table) and any(is_continuous(d) for d in system.data.distributions):
        return Absence(NAME, "not found", "averages of exp over columns that are drawn afresh are not taken")

    def balance(x: Array, p: Array) -> Array:
        gradients = found.example_gradients(x[:, None], found.examples)[:, :, 0]
        with np.errstate(all="ignore"):
            exponent = -p[:, None] * gradients / batch
            top = exponent.max(axis=1)
            value = top + np.log(np.exp(exponent - top[:, None]) @ found.weights)
        return np.where(np.isnan(value), np.inf, value)

    return balance
