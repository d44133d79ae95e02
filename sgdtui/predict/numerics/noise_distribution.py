"""The law of the mean of B independent draws of a noise law: its distribution function, density and atoms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.law import Law


@dataclass(frozen=True, slots=True, eq=False)
class NoiseShape:
    """A symmetric law on the line.

    distribution   z to P(Z ≤ z); None for atoms
    density        z to its density where that is smooth enough for quadrature (else None)
    reach          |Z| beyond this has probability below 1e-17 (infinite for algebraic tails)
    atoms          values and weights of a law without density (else None)
    bounded        whether `reach` is never passed at all
    deviation      the standard deviation; NaN where there is none
    """

    distribution: Callable[[Array], Array] | None
    density: Callable[[Array], Array] | None
    reach: float
    atoms: tuple[Array, Array] | None = None
    bounded: bool = False
    deviation: float = np.nan

    @property
    def has_variance(self) -> bool:
        """Whether the second moment is finite."""
        return bool(np.isfinite(self.deviation))


@lru_cache(maxsize=64)
def mean_of_draws(law: Law, batch: int) -> NoiseShape:
    """The shape of the mean of `batch` draws of `law` (unit variance each, where there is one)."""
    shape = _mean_of_draws(law, batch)
    if not law.has_variance:
        return shape
    unit = np.sqrt(2.0) if law.kind == "stable" else 1.0  # exp(-t²) belongs to a variance of two
    return replace(shape, deviation=unit * law.batch_scale(batch))


def _mean_of_draws(law: Law, batch: int) -> NoiseShape:
    match law.kind:
        case "gaussian":
            return _gaussian(batch**-0.5)
        case "rademacher":
            return _rademacher(batch)
        case "uniform":
            return _uniform(batch)
        case "laplace":
            return _laplace(batch)
        case "student-t":
            return _student(float(law.shape or 0.0), batch)
        case _:
            return _stable(float(law.shape or 0.0), law.batch_scale(batch))


def _gaussian(deviation: float) -> NoiseShape:
    from scipy.special import ndtr

    def density(z: Array) -> Array:
        return np.asarray(np.exp(-0.5 * (z / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi)))

    return NoiseShape(lambda z: np.asarray(ndtr(z / deviation)), density, 8.6 * deviation)


def _rademacher(batch: int) -> NoiseShape:
    from scipy.stats import binom

    heads = np.arange(batch + 1)
    weights = binom.pmf(heads, batch, 0.5)
    kept = weights > 1e-18
    values = (2.0 * heads[kept] - batch) / batch
    return NoiseShape(None, None, 1.0, (values, weights[kept] / weights[kept].sum()), bounded=True)


def _uniform(batch: int) -> NoiseShape:
    """Irwin–Hall: the density of a sum of uniforms is a cardinal B-spline."""
    if batch > 40:  # the normal limit: the first correction to the distribution function is below 1e-3/B
        return _edgeworth(batch, -1.2)
    from scipy.interpolate import BSpline

    knots = np.arange(batch + 1.0)
    cumulated = BSpline.basis_element(knots, extrapolate=False).antiderivative()

    def distribution(z: Array) -> Array:
        total = np.clip((z / np.sqrt(3.0) + 1) * batch / 2, 0.0, batch)
        return np.asarray(np.clip(cumulated(total), 0.0, 1.0))

    return NoiseShape(distribution, None, float(np.sqrt(3.0)), bounded=True)


def _laplace(batch: int) -> NoiseShape:
    """A sum of B Laplace variables is a difference of two Gamma(B): a mixture of two-sided Gammas."""
    if batch > 60:
        return _edgeworth(batch, 3.0)
    from scipy.special import gammaincc, gammaln

    order = np.arange(batch)
    # Weight of the two-sided Gamma of shape B - k in the law of the sum of B standard Laplace variables.
    logarithm = (
        gammaln(batch + order) - gammaln(order + 1) - gammaln(batch) - (batch + order - 1) * np.log(2.0)
    )
    weights = np.exp(logarithm)
    weights /= weights.sum()

    def distribution(z: Array) -> Array:
        size = np.abs(z)[..., None] * batch * np.sqrt(2.0)
        upper = np.sum(weights * gammaincc(batch - order, size), axis=-1) / 2
        return np.asarray(np.where(z > 0, 1 - upper, upper))

    return NoiseShape(distribution, None, 60.0 / np.sqrt(batch))


def _edgeworth(batch: int, excess: float) -> NoiseShape:
    """A normal law with the first correction for the excess kurtosis of one draw."""
    from scipy.special import ndtr

    correction = excess / batch / 24

    def distribution(z: Array) -> Array:
        x = z * np.sqrt(batch)
        bump = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
        return np.asarray(np.clip(ndtr(x) - correction * (x**3 - 3 * x) * bump, 0.0, 1.0))

    return NoiseShape(distribution, None, 9.0 * batch**-0.5)


def _student(freedom: float, batch: int) -> NoiseShape:
    from scipy.special import gammaln, kve, stdtr

    unit = np.sqrt((freedom - 2) / freedom)  # the plain law has variance ν/(ν - 2)
    if batch == 1:
        constant = np.exp(gammaln((freedom + 1) / 2) - gammaln(freedom / 2)) / (
            np.sqrt(freedom * np.pi) * unit
        )

        def density(z: Array) -> Array:
            return np.asarray(constant * (1 + (z / unit) ** 2 / freedom) ** (-(freedom + 1) / 2))

        return NoiseShape(lambda z: np.asarray(stdtr(freedom, z / unit)), density, np.inf)

    def characteristic(t: Array) -> Array:
        s = np.sqrt(freedom) * np.abs(t) * unit / batch
        half = freedom / 2
        with np.errstate(all="ignore"):
            log_phi = np.log(kve(half, s)) - s + half * np.log(s) - gammaln(half) - (half - 1) * np.log(2.0)
        return np.asarray(np.exp(batch * np.where(s > 1e-8, np.minimum(log_phi, 0.0), 0.0)))

    def upper_tail(z: Array) -> Array:
        # One large draw among B, the others spread about their mean: exact to leading order far out.
        return np.asarray(batch * stdtr(freedom, -z * batch / unit))

    return _from_characteristic(characteristic, upper_tail, 40.0 * np.sqrt(batch), batch**-0.5)


def _stable(alpha: float, scale: float) -> NoiseShape:
    if alpha == 2.0:
        return _gaussian(np.sqrt(2.0) * scale)
    if alpha == 1.0:

        def cauchy(z: Array) -> Array:
            return 0.5 + np.arctan(z / scale) / np.pi

        return NoiseShape(cauchy, None, np.inf)
    return NoiseShape(_stable_distribution(alpha, scale), None, np.inf)


def _stable_distribution(alpha: float, scale: float) -> Callable[[Array], Array]:
    """Zolotarev's integral for the symmetric stable law, tabulated (Nolan 1997, theorem 1)."""
    from scipy.interpolate import PchipInterpolator
    from scipy.special import gamma

    nodes, weights = np.polynomial.legendre.leggauss(64)
    # Panels crowd at both ends of (0, π/2), where the integrand turns from 0 to 1 for extreme z.
    grid = np.concatenate([[0.0], np.geomspace(1e-12, 0.5, 60), 1 - np.geomspace(0.5, 1e-12, 60)[1:], [1.0]])
    half = np.diff(grid)[:, None] / 2
    theta = ((grid[1:, None] + grid[:-1, None]) / 2 + half * nodes).ravel() * np.pi / 2
    weight = (half * weights).ravel() * np.pi / 2
    power = alpha / (alpha - 1)
    with np.errstate(all="ignore"):
        log_v = power * (np.log(np.cos(theta)) - np.log(np.sin(alpha * theta))) + np.log(
            np.cos((alpha - 1) * theta) / np.cos(theta)
        )
    z = np.sinh(np.linspace(0.0, np.arcsinh(1e14), 1500)[1:])
    integral = np.empty_like(z)
    for i, value in enumerate(z):
        with np.errstate(all="ignore"):
            integrand = np.exp(-np.exp(np.clip(power * np.log(value) + log_v, -745, 7)))
        # The complement keeps digits in the upper tail where α > 1.
        integral[i] = weight @ (np.nan_to_num(integrand) if alpha > 1 else 1 - np.nan_to_num(integrand))
    upper = integral / np.pi if alpha > 1 else 0.5 - (np.pi / 2 - integral) / np.pi
    far = gamma(alpha) * np.sin(np.pi * alpha / 2) / np.pi * z**-alpha
    upper = np.where(z > 1e5, far, np.clip(upper, 1e-300, 0.5))
    table = PchipInterpolator(np.arcsinh(np.insert(z, 0, 0.0)), np.log(np.insert(upper, 0, 0.5)))
    end = np.arcsinh(z[-1])

    def distribution(y: Array) -> Array:
        tail = np.exp(table(np.minimum(np.arcsinh(np.abs(y) / scale), end)))
        return np.where(y > 0, 1 - tail, tail)

    return distribution


def _from_characteristic(
    characteristic: Callable[[Array], Array],
    upper_tail: Callable[[Array], Array],
    furthest: float,
    unit: float,
) -> NoiseShape:
    """Gil-Pelaez: P(Z > z) = ½ - (1/π)∫ sin(tz)/t φ(t) dt, tabulated up to `furthest` units; the tail beyond."""
    from scipy.interpolate import PchipInterpolator

    top = 1.0 / unit
    while characteristic(np.array([top]))[0] > 1e-17:
        top *= 1.3
    z = unit * np.sinh(np.linspace(0.0, np.arcsinh(furthest), 800))[1:]
    pieces = int(np.ceil(z[-1] * top / 8)) + 40
    nodes, weights = np.polynomial.legendre.leggauss(16)
    grid = np.linspace(0.0, top, pieces + 1)
    half = np.diff(grid)[:, None] / 2
    t = ((grid[1:, None] + grid[:-1, None]) / 2 + half * nodes).ravel()
    weight = (half * weights).ravel() * characteristic(t) / t
    upper = np.concatenate(
        [0.5 - np.sin(np.outer(part, t)) @ weight / np.pi for part in np.array_split(z, 16)]
    )
    far = upper_tail(z)
    upper = np.where((upper < 1e-9) | (z > 0.9 * z[-1]), far, upper)
    table = PchipInterpolator(np.arcsinh(np.insert(z, 0, 0.0) / unit), np.log(np.insert(upper, 0, 0.5)))
    end = z[-1]

    def distribution(y: Array) -> Array:
        size = np.abs(y)
        tail = np.where(size < end, np.exp(table(np.arcsinh(np.minimum(size, end) / unit))), upper_tail(size))
        return np.where(y > 0, 1 - tail, tail)

    return NoiseShape(distribution, None, np.inf)
