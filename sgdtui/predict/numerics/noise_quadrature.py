"""A noise law as a few atoms: Gauss quadrature of its moments, exact for polynomials, exact altogether for ± 1."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.law import Law
from sgdtui.predict.numerics.noise_distribution import mean_of_draws

_ATOMS = 7


def atoms_of(law: Law, batch: int) -> tuple[Array, Array]:
    """Values and weights (m,) standing for the mean of `batch` draws, with its first 13 moments (or as many exist)."""
    shape = mean_of_draws(law, batch)
    if shape.atoms is not None and len(shape.atoms[0]) <= _ATOMS:
        return shape.atoms
    moments = _moments_of_mean(law, batch, 2 * _ATOMS)
    return _gauss_rule(moments)


def _single_moments(law: Law, count: int) -> Array:
    """E ξ^n of one draw, n = 0 … count - 1."""
    even = np.arange(0, count, 2)
    from scipy.special import gammaln

    match law.kind:
        case "rademacher":
            values = np.ones(len(even))
        case "uniform":
            values = 3.0 ** (even / 2) / (even + 1)
        case "laplace":
            values = np.exp(gammaln(even + 1)) / 2.0 ** (even / 2)
        case _:
            values = np.exp(gammaln(even + 1) - gammaln(even / 2 + 1)) / 2.0 ** (even / 2)
    moments = np.zeros(count)
    moments[::2] = values
    return moments


def _moments_of_mean(law: Law, batch: int, count: int) -> Array:
    """Moments of the mean of independent draws, by adding cumulants."""
    from math import comb

    moments = _single_moments(law, count)
    cumulants = np.zeros(count)
    for n in range(1, count):
        cumulants[n] = moments[n] - sum(
            comb(n - 1, m - 1) * cumulants[m] * moments[n - m] for m in range(1, n)
        )
    scaled = np.array([cumulants[n] * batch ** (1.0 - n) if n else 0.0 for n in range(count)])
    found = np.zeros(count)
    found[0] = 1.0
    for n in range(1, count):
        found[n] = sum(comb(n - 1, m - 1) * scaled[m] * found[n - m] for m in range(1, n + 1))
    return found


def _gauss_rule(moments: Array) -> tuple[Array, Array]:
    """Golub and Welsch: the rule whose moments are these."""
    size = len(moments) // 2
    scale = np.sqrt(moments[2])
    normal = moments / scale ** np.arange(len(moments))
    alpha, beta = np.zeros(size), np.zeros(size)
    sigma_old, sigma = np.zeros(2 * size), normal[: 2 * size].copy()
    alpha[0] = sigma[1] / sigma[0]
    for k in range(1, size):
        new = np.zeros(2 * size)
        for m in range(k, 2 * size - k):
            new[m] = sigma[m + 1] - alpha[k - 1] * sigma[m] - beta[k - 1] * sigma_old[m]
        alpha[k] = new[k + 1] / new[k] - sigma[k] / sigma[k - 1]
        beta[k] = new[k] / sigma[k - 1]
        sigma_old, sigma = sigma, new
    matrix = np.diag(alpha) + np.diag(np.sqrt(beta[1:]), 1) + np.diag(np.sqrt(beta[1:]), -1)
    values, vectors = np.linalg.eigh(matrix)
    return values * scale, vectors[0] ** 2
