"""The tail index of SGD whose steps multiply: P(|x| > r) ~ r^-κ where x' = A x + b and E|A|^κ = 1.

One weight: the equation itself (Kesten, Acta Math. 131 (1973) 207; Goldie 1991), A of one side at a time where the two
sides differ. Several weights: κ is where moments of the product of steps neither grow nor shrink, by simulation. In an
SDE with D = ηs²x²/(2B) far out the stationary density falls like |x|^(2(a - 1) - 2hB/(ηs²)).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.data import Distribution, Table
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.asymptotic.curvatures import curvatures, mean_of
from sgdtui.predict.asymptotic.numbers import Numbers
from sgdtui.predict.asymptotic.products import Factors, no_growth
from sgdtui.predict.chain.outcomes import pieces
from sgdtui.predict.diffusion.chebyshev import is_quadratic
from sgdtui.predict.numerics.noise_distribution import mean_of_draws
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence
from sgdtui.predict.rule import why_no_law

NAME = "tail_index"

_FAR = (1e6, 1e8)
_SAME = 1e-3
_MOST = 1e4
_HALVINGS = 200
_MOST_WEIGHTS = 32
_DIVERGES = "almost every walker diverges: steps stretch more than they shrink"


def tail_index(experiment: Experiment) -> Numbers | Absence | None:
    """κ as `value`; None for systems whose steps do not multiply far out."""
    if not experiment.system.has_fields:
        return None
    if why_no_law(experiment, NAME) is not None or learning_rate(experiment) is None:
        return None
    swarm = experiment.dynamics.swarm
    if momentum(experiment) != 0 or (swarm is not None and swarm.size > 1):
        return None
    if any(wall.kind != "open" for wall in experiment.space.boundaries):
        return None
    found = fields(experiment)
    if found.time_dependent:
        return None
    if isinstance(found, SampleFields) and not experiment.dynamics.is_sde:
        return _over_data(experiment, found)
    return _on_the_line(experiment, found) if experiment.dimension == 1 else None


def power_with_mean_one(mean_power: Callable[[float], float], drift: float) -> float | Absence | None:
    """The κ > 0 where a convex function that is 1 at 0 with the slope `drift` (E log|A|) comes back to 1; None where it
    does not: the tail is that of the noise, no power law.
    """
    if not drift < 0:
        return Absence(NAME, "not normalisable", _DIVERGES)
    low, high = 0.0, 1.0
    while not mean_power(high) >= 1:
        low, high = high, 2 * high
        if high > _MOST:
            return None
    if low == 0:
        low = high
        while mean_power(low) >= 1 and low > 1e-9:
            low /= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if mean_power(middle) >= 1 else (middle, high)
    return (low + high) / 2


# --- over data


def _over_data(experiment: Experiment, found: SampleFields) -> Numbers | Absence | None:
    system = found.system
    around = tuple((-1.0, 1.0) for _ in range(experiment.dimension))
    if experiment.dimension > _MOST_WEIGHTS or not is_quadratic(found, around):
        return None
    if system.draw == "reshuffle":
        return Absence(
            NAME,
            "singular law",
            "reshuffled batches depend on one another",
        )
    eta, batch = learning_rate(experiment), experiment.dynamics.batch
    assert eta is not None
    if experiment.dimension == 1 and (system.draw == "replacement" or batch == 1):
        one = curvatures(found)
        if one is not None:
            values, weights = mean_of(*one, batch)
            with np.errstate(divide="ignore"):
                sizes = np.log(np.abs(1 - eta * values))

            def mean_power(power: float) -> float:
                with np.errstate(over="ignore"):
                    return float(np.exp(power * sizes) @ weights)

            if np.ptp(values) <= 1e-12 * np.abs(values).max(initial=0.0):
                return None
            drift = float(np.maximum(sizes, -700.0) @ weights)
            return _told(power_with_mean_one(mean_power, drift))
    grown = no_growth(_factors(found, eta, batch), experiment.dimension)
    if grown.diverges:
        return Absence(NAME, "not normalisable", _DIVERGES)
    return None if grown.index is None else Numbers(NAME, {"value": grown.index}, grown.se)


def _factors(found: SampleFields, eta: float, batch: int) -> Factors:
    """Draws of 1 - η·(mean Hessian of a minibatch)."""
    system = found.system
    d = system.dimension
    origin, identity = np.zeros((1, d)), np.eye(d)
    data = system.data
    if isinstance(data, Table):
        hessians = found.example_hessians(origin, data.rows)[0]

        def from_rows(random: np.random.Generator, n: int) -> Array:
            if system.draw == "distinct":
                chosen = random.random((n, len(hessians))).argpartition(batch - 1, axis=1)[:, :batch]
            else:
                chosen = random.integers(len(hessians), size=(n, batch))
            return np.asarray(identity - eta * hessians[chosen].mean(axis=1))

        return from_rows

    def afresh(random: np.random.Generator, n: int) -> Array:
        rows = np.stack([_drawn(law, random, n * batch) for law in data.distributions], axis=1)
        hessians = found.example_hessians(origin, rows)[0].reshape(n, batch, d, d)
        return np.asarray(identity - eta * hessians.mean(axis=1))

    return afresh


def _drawn(law: Distribution, random: np.random.Generator, n: int) -> Array:
    a = law.arguments
    match law.kind:
        case "normal":
            return random.normal(a[0], a[1], n)
        case "uniform":
            return random.uniform(a[0], a[1], n)
        case "exponential":
            return random.exponential(a[0], n)
        case _:
            values, weights = law.quadrature()
            return np.asarray(random.choice(values, size=n, p=weights))


# --- on the line


def _on_the_line(experiment: Experiment, found: Fields) -> Numbers | Absence | None:
    slopes, spreads = (np.array([_far_out(found, side)[i] for side in (-1.0, 1.0)]) for i in (0, 1))
    if not (np.all(np.isfinite(slopes)) and np.all(np.isfinite(spreads)) and spreads.max() > 1e-4):
        return None
    if experiment.dynamics.is_sde:
        return _of_the_sde(experiment, slopes, spreads)
    eta = learning_rate(experiment)
    law = getattr(getattr(experiment.system, "noise", None), "law", None)
    assert eta is not None
    if law is None:
        return None
    shape = mean_of_draws(law, experiment.dynamics.batch)
    if shape.atoms is None and not np.isfinite(shape.reach):
        return Absence(NAME, "not found", "the noise itself has a tail that is a power law")
    places, weights = shape.atoms if shape.atoms is not None else pieces(shape)
    factors = 1 - eta * slopes[:, None] + eta * spreads[:, None] * places
    with np.errstate(divide="ignore"):
        sizes = np.log(np.abs(factors))
    stays = factors > 0

    def matrix(power: float) -> Array:
        """E|A|^power from each side to each side."""
        with np.errstate(over="ignore"):
            grown = np.exp(power * sizes) * weights
        kept, crossed = np.where(stays, grown, 0.0).sum(axis=1), np.where(stays, 0.0, grown).sum(axis=1)
        return np.array([[kept[0], crossed[0]], [crossed[1], kept[1]]])

    def mean_power(power: float) -> float:
        found_matrix = matrix(power)
        return (
            float(np.abs(np.linalg.eigvals(found_matrix)).max())
            if np.isfinite(found_matrix).all()
            else np.inf
        )

    drift = (
        (mean_power(1e-6) - mean_power(-1e-6)) / 2e-6 if np.isfinite(sizes).all() else mean_power(1e-6) - 1
    )
    return _told(power_with_mean_one(mean_power, drift))


def _far_out(found: Fields, side: float) -> tuple[float, float]:
    """Slope of the gradient and spread of one example's noise per unit of |x| far out; NaN where neither is linear."""
    x = side * np.array(_FAR)
    with np.errstate(all="ignore"):
        slope = found.gradient(x[:, None])[:, 0] / x
        spread = np.sqrt(found.covariance(x[:, None])[:, 0, 0]) / np.abs(x)
    linear = abs(slope[1] - slope[0]) <= _SAME * abs(slope[1]) and abs(spread[1] - spread[0]) <= max(
        _SAME * spread[1], 1e-4 * _SAME
    )
    return (float(slope[1]), float(spread[1])) if linear else (np.nan, np.nan)


def _of_the_sde(experiment: Experiment, slopes: Array, spreads: Array) -> Numbers | Absence:
    eta = learning_rate(experiment)
    assert eta is not None
    with np.errstate(divide="ignore"):
        falls = 2 * slopes / (eta * experiment.noise_scale * spreads**2)
    index = float(np.min(falls)) + 1 - 2 * experiment.dynamics.convention
    if not index > 0:
        return Absence(NAME, "not normalisable", _DIVERGES)
    return Numbers(NAME, {"value": index})


def _told(index: float | Absence | None) -> Numbers | Absence | None:
    return Numbers(NAME, {"value": index}) if isinstance(index, float) else index
