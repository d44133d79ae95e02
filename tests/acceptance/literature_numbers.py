"""The numbers of the presets of literature, worked out without the package: formulas, quadrature, linear algebra."""

from __future__ import annotations

import numpy as np
from numpy.polynomial.chebyshev import chebpts1, chebval
from scipy.integrate import quad
from scipy.linalg import solve_discrete_lyapunov
from scipy.special import ndtr


def heavy_ball(eta: float, beta: float, noise: float) -> float:
    """E x² of v <- beta v - eta (x + noise), x <- x + v: eta s (1 + beta)/((1 - beta)(2(1 + beta) - eta))."""
    return eta * noise * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - eta))


def nesterov(eta: float, beta: float) -> float:
    """E x² of v <- beta v - eta g, x <- x + beta v - eta g with g = x + ξ, by the Lyapunov equation of (x, v)."""
    step = np.array([[1 - eta - beta * eta, beta**2], [-eta, beta]])
    noise = np.array([[-eta - beta * eta], [-eta]])
    return float(solve_discrete_lyapunov(step, noise @ noise.T)[0, 0])


def signed_decay(eta: float, decay: float) -> float:
    """E x of x <- (1 - eta decay) x - eta sign(x - 1 + ξ): the mean of x after many steps is the same from everywhere.

    E[f(x') | x] is smooth where f is, so it is followed on a Chebyshev grid; nothing is drawn and no cell is cut.
    """
    half = 1 / decay
    grid = half * chebpts1(121)
    up = ndtr(1 - grid)
    rises, falls = ((1 - eta * decay) * grid + eta) / half, ((1 - eta * decay) * grid - eta) / half
    values = grid
    for _ in range(4000):
        series = np.linalg.solve(np.polynomial.chebyshev.chebvander(grid / half, 120), values)
        values = up * chebval(rises, series) + (1 - up) * chebval(falls, series)
    assert np.ptp(values) < 1e-9
    return float(values.mean())


def lattice(eta: float, start: float, slope: float, centre: float, noise: float) -> tuple[float, float]:
    """(E x, Var x) of x <- x - eta sign(slope (x - centre) + noise ξ) on start + eta Z, by detailed balance.

    The two classes of even and odd steps are visited alike, as averages over time do.
    """
    x = start + eta * np.arange(-4000, 4001)
    x = x[np.abs(slope * (x - centre)) < 7 * noise]
    up = ndtr(-slope * (x - centre) / noise)
    logs = np.concatenate([[0.0], np.cumsum(np.log(up[:-1]) - np.log1p(-up[1:]))])
    p = np.exp(logs - logs.max())
    p /= p.sum()
    mean = float(p @ x)
    return mean, float(p @ (x - mean) ** 2)


def threshold_neuron(eta: float, x: float, y: float, steps: int) -> float:
    """The y after GD on sqrt(1 + (xy)²)."""
    for _ in range(steps):
        pull = x * y / np.sqrt(1 + (x * y) ** 2)
        x, y = x - eta * y * pull, y - eta * x * pull
    return y


def reshuffled(eta: float, rows: int, h: float) -> float:
    """Var x, averaged over an epoch, of x <- x - eta h (x - a), `rows` of unit variance once an epoch in random order.

    Within an epoch two different draws have the covariance -1/(rows - 1), between epochs none.
    """
    c = 1 - eta * h
    draws = np.eye(rows) - (np.ones((rows, rows)) - np.eye(rows)) / (rows - 1)
    weights = [
        eta * h * np.array([c ** (k - 1 - j) if j < k else 0.0 for j in range(rows)])
        for k in range(1, rows + 1)
    ]
    at_end = weights[-1] @ draws @ weights[-1] / (1 - c ** (2 * rows))
    return float(np.mean([c ** (2 * k) * at_end + w @ draws @ w for k, w in enumerate(weights, 1)]))


def replaced(eta: float, h: float) -> float:
    """The same with every row drawn anew: eta h/(2 - eta h)."""
    return eta * h / (2 - eta * h)


def passage(temperature: float, convention: float, start: float, end: float) -> float:
    """The mean time from start to end for dx = -(x³ - x) dt + convention D' dt + sqrt(2D) dW, D = temperature Σ."""
    grid = np.linspace(-3.0, end, 600001)
    s = np.hypot(3 * grid**2 - 1, 0.5)
    integrand = (grid**3 - grid) / (temperature * s)
    force = np.concatenate([[0.0], np.cumsum((integrand[1:] + integrand[:-1]) / 2 * np.diff(grid))])
    density = np.exp(-force + force.min()) * s ** (convention - 1) / temperature
    scale = np.exp(force - force.min()) * s ** (-convention)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(grid))])
    where = grid >= start
    outer = (scale * below)[where]
    return float(np.sum((outer[1:] + outer[:-1]) / 2 * np.diff(grid[where])))


def valley(temperature: float) -> float:
    """E y² where exp(-L/T) of L = (1 + y²) x²/2 + y²/2 is integrated over x: p(y) ~ exp(-y²/2T)/sqrt(1 + y²)."""

    def weight(y: float) -> float:
        return float(np.exp(-(y**2) / (2 * temperature)) / np.sqrt(1 + y**2))

    return quad(lambda y: y**2 * weight(y), -12, 12, epsabs=1e-13)[0] / quad(weight, -12, 12, epsabs=1e-13)[0]
