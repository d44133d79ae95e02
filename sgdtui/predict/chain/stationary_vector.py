"""The stationary vector of a one-step matrix, by inverse iteration at one."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import EIGENVALUES, afford_dense, checkpoint

_DENSE = 700
_EMPTY = 1e-13


def stationary_vector(matrix: Any, start: int | None = None) -> tuple[Array, float]:
    """The leading eigenvector, non-negative and of sum one, and what it loses in a step, 1 - λ.

    `matrix` (n, n), dense or sparse, takes a column of masses to the next; its columns sum to at most one. From
    `start` on, where it is given: where some cells are all but never left, rounding would keep there what
    had been put there at first, and the law is the one of walkers that come from that cell.
    """
    from scipy import linalg, sparse
    from scipy.sparse.linalg import splu

    size = matrix.shape[0]
    shift = 1.0 + 1e-14
    is_sparse = bool(sparse.issparse(matrix))
    if not is_sparse or size <= _DENSE or matrix.nnz > 0.15 * size**2:
        afford_dense(f"a linear system of {size} unknowns", size)
        dense = matrix.toarray() if is_sparse else matrix
        factors = linalg.lu_factor(shift * np.eye(size) - dense, check_finite=False)

        def solve(b: Array) -> Array:
            return np.asarray(linalg.lu_solve(factors, b, check_finite=False))
    else:
        factorised = splu((shift * sparse.eye_array(size, format="csc") - matrix).tocsc())

        def solve(b: Array) -> Array:
            return np.asarray(factorised.solve(b))

    vector = np.full(size, 1.0 / size)
    if start is not None:
        vector = np.full(size, 1e-30)
        vector[min(max(start, 0), size - 1)] = 1.0
    loss = 1.0
    with np.errstate(all="ignore"):
        for _ in range(30):
            checkpoint()
            new = solve(vector)
            total = new.sum()
            if not np.isfinite(total) or total == 0:
                break
            new /= total
            loss_now = 1.0 / total - (shift - 1.0)  # (σ - A)v = v_old, so σ - λ = Σ v_old / Σ v
            change = np.abs(new - vector).sum()
            vector, loss = new, loss_now
            if change < 1e-13:
                break
    vector = np.maximum(vector, 0.0)
    return vector / vector.sum(), max(0.0, float(loss))


def second_eigenvalue(matrix: Any, mass: Array) -> float:
    """The second largest modulus of an eigenvalue of a one-step matrix, on the cells where there is any mass."""
    living = np.flatnonzero(mass > _EMPTY)
    part = matrix[living, :][:, living]
    afford_dense(f"the eigenvalues of a matrix of {len(living)} rows", len(living), EIGENVALUES)
    dense = part.toarray() if hasattr(part, "toarray") else part
    moduli = np.sort(np.abs(np.linalg.eigvals(dense)))[::-1]
    return float(moduli[1]) if len(moduli) > 1 else 0.0
