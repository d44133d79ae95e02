"""A sparse matrix of rates A (columns summing to zero), factorised: its stationary vector and its inverse elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.arrays import Array

_SLOW = 1e-9
_ROUNDS = 5


class SingularRates:
    """A x = r solved for sum r = sum x = 0; A (n, n) is singular, with the one stationary law `stationary`.

    The mass of the cell `pinned`, which should be one that holds much of it, is set and its equation left out; the
    rest is a non-singular M-matrix where all rates are positive.

    Raises:
        RuntimeError: the rest is singular too (to rounding): the cells fall into parts that do not communicate.
    """

    def __init__(self, operator: Any, pinned: int) -> None:
        self.size = operator.shape[0]
        try:
            self._factorise(operator, pinned)
        except RuntimeError:  # no mass at all in that cell
            self._factorise(operator, _fullest(operator))

    def _factorise(self, operator: Any, pinned: int) -> None:
        from scipy.sparse.linalg import splu

        self.kept = np.delete(np.arange(self.size), pinned)
        inner = operator[:, self.kept][self.kept, :].tocsc()
        right = -operator[:, [pinned]].toarray()[self.kept, 0]
        self._factors = splu(
            inner, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}, diag_pivot_thresh=0.0
        )
        mass = np.insert(self._factors.solve(right), pinned, 1.0)
        if not np.all(np.isfinite(mass)) or not mass.sum() > 0:
            raise RuntimeError("the rates overflow")
        self.stationary: Array = np.asarray(mass / mass.sum())

    def solve(self, r: Array) -> Array:
        """The solution of A x = r - (sum r)·stationary, sum x = 0, (n,)."""
        r = r - r.sum() * self.stationary
        x = np.zeros(self.size)
        x[self.kept] = self._factors.solve(r[self.kept])
        return np.asarray(x - x.sum() * self.stationary)

    def slowest_rate(self, modes: int = 12) -> float | None:
        """The smallest real part of -λ but for the stationary one, among the `modes` of smallest modulus.

        None where Arnoldi's iteration does not converge.
        """
        from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

        if self.size <= modes + 2:
            return None
        inverse = LinearOperator((self.size, self.size), matvec=self.solve, dtype=float)
        start = np.linspace(1, 2, self.size) * self.stationary
        try:
            values = eigs(
                inverse, k=modes, ncv=4 * modes, which="LM", return_eigenvectors=False, v0=start, tol=1e-8
            )
        except ArpackError:
            return None
        rates = -(1 / values[np.abs(values) > 0]).real
        slowest = float(rates.min(initial=np.inf))
        return slowest if 0 < slowest < np.inf else None


def _fullest(operator: Any) -> int:
    """The cell with the most mass after a long time from anywhere."""
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    size = operator.shape[0]
    rate = _SLOW * float(np.abs(operator.diagonal()).max())
    factors = splu((rate * eye_array(size, format="csc") - operator).tocsc())
    mass = np.full(size, 1.0 / size)
    for _ in range(_ROUNDS):
        mass = factors.solve(mass)
        total = mass.sum()
        if not (np.isfinite(total) and total > 0):
            raise RuntimeError("the rates overflow")
        mass /= total
    return int(np.argmax(mass))
