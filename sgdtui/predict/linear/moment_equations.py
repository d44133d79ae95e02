"""Stationary covariances of linear chains: S = M S Mᵀ + noise, the noise's part that grows with S included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array

_DIRECT = 10
"""Up to this size the linear equation for S is solved as one; beyond it by iteration."""


def solve_second_moment(map_of: Callable[[Array], Array], constant: Array) -> Array | None:
    """The S with S = map_of(S) + constant; None where the recursion S' = map_of(S) + constant diverges.

    `map_of` is linear and keeps positive matrices positive, so it diverges exactly when its spectral radius is at
    least one.
    """
    size = len(constant)
    if size <= _DIRECT:
        columns = []
        for i in range(size):
            for j in range(size):
                unit = np.zeros((size, size))
                unit[i, j] = 1.0
                columns.append(map_of(unit).ravel())
        matrix = np.stack(columns, axis=1)
        if np.max(np.abs(np.linalg.eigvals(matrix))) >= 1 - 1e-12:
            return None
        solved = np.linalg.solve(np.eye(size * size) - matrix, constant.ravel()).reshape(size, size)
    elif spectral_radius(map_of, size) >= 1 - 1e-9:
        return None
    else:
        from scipy.sparse.linalg import LinearOperator, gmres

        def apply(vector: Array) -> Array:
            matrix = vector.reshape(size, size)
            return (matrix - map_of(matrix)).ravel()

        operator = LinearOperator((size * size, size * size), matvec=apply, dtype=float)
        vector, _ = gmres(operator, constant.ravel(), rtol=1e-12, restart=200, maxiter=50)
        solved = vector.reshape(size, size)
    return np.asarray((solved + solved.T) / 2)


def spectral_radius(map_of: Callable[[Array], Array], size: int) -> float:
    """The spectral radius of a positive linear map of matrices, by power iteration from the identity."""
    matrix, growths = np.eye(size) / size, []
    for _ in range(1500):
        new = map_of(matrix)
        growth = float(np.trace(new))
        if not np.isfinite(growth) or growth <= 0:
            return np.inf if not np.isfinite(growth) else 0.0
        matrix = new / growth
        growths.append(growth)
        # Oscillating modes make single steps misleading: settled means a whole stretch of equal steps.
        if len(growths) > 50 and np.ptp(growths[-40:]) < 1e-12 * growth:
            return growth
    return float(np.exp(np.mean(np.log(growths[500:]))))


def solve_lyapunov(drift: Array, noise_of: Callable[[Array], Array], constant: Array) -> Array | None:
    """The S with H S + S Hᵀ = noise_of(S) + constant, H = `drift`; None where dS/dt diverges."""
    from scipy.linalg import solve_continuous_lyapunov

    if np.any(np.linalg.eigvals(drift).real <= 0):
        return None

    def inverse(matrix: Array) -> Array:
        return np.asarray(solve_continuous_lyapunov(drift, matrix))

    return solve_second_moment(lambda s: inverse(noise_of(s)), inverse(constant))
