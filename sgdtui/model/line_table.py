"""A costly function of one variable, kept as Chebyshev polynomials on cells that are made where they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array

_ORDER = 12
_NODES = np.cos(np.pi * (np.arange(_ORDER) + 0.5) / _ORDER)
_TO_COEFFICIENTS = np.linalg.inv(np.polynomial.chebyshev.chebvander(_NODES, _ORDER - 1))
_TESTED = np.array([-0.97, -0.53, 0.11, 0.71, 0.995])
_DEEPEST = 60
_NOTHING = 1e-15


class LineTable:
    """Values (n, k) of a function at places (n,), to `tolerance` of their largest on a cell.

    The line is cut at `places` (its kinks), at powers of two times `scale`, and in halves wherever a cell's polynomial
    does not hold. The component `positive` holds to `tolerance` of its own size everywhere.
    """

    def __init__(
        self,
        function: Callable[[Array], Array],
        places: Array,
        scale: float,
        tolerance: float,
        positive: int,
    ) -> None:
        self.function, self.tolerance, self.positive = function, tolerance, positive
        powers = scale * 2.0 ** np.concatenate([np.arange(-3, 8), np.arange(8, 64, 4)])
        self._roots = np.unique(np.concatenate([-powers, [0.0], powers, places]))
        self._low, self._high = np.empty(0), np.empty(0)
        self._coefficients = np.empty((0, _ORDER, 0))

    def __call__(self, x: Array) -> Array:
        """The function at places (n,), (n, k)."""
        cell = self._cell_of(x)
        if np.any(cell < 0):
            self._make(x[cell < 0])
            cell = self._cell_of(x)
        known = cell >= 0
        width = self._coefficients.shape[2] if len(self._low) else self.function(x[:1]).shape[1]
        result = np.empty((len(x), width))
        if np.any(known):
            at = cell[known]
            local = 2 * (x[known] - self._low[at]) / (self._high[at] - self._low[at]) - 1
            basis = np.polynomial.chebyshev.chebvander(local, _ORDER - 1)
            result[known] = np.einsum("no,nok->nk", basis, self._coefficients[at])
        if not np.all(known):
            result[~known] = self.function(x[~known])
        return result

    def _cell_of(self, x: Array) -> NDArray[np.intp]:
        if len(self._low) == 0:
            return np.full(len(x), -1)
        index = np.searchsorted(self._low, x, side="right") - 1
        inside = (index >= 0) & (x <= self._high[np.maximum(index, 0)])
        return np.where(inside, index, -1)

    def _make(self, x: Array) -> None:
        """Cells for places that have none; a place whose cell would be too small, or no number, gets none."""
        x = x[np.isfinite(x)]
        root = np.searchsorted(self._roots, x, side="right") - 1
        root = np.unique(root[(root >= 0) & (root < len(self._roots) - 1)])
        low, high = self._roots[root], self._roots[root + 1]
        # Only the halves that are asked for are made: others stay for later.
        done_low, done_high, done = [self._low], [self._high], [self._coefficients]
        for depth in range(_DEEPEST):
            taken = np.array([self._is_wanted(a, b, x) for a, b in zip(low, high, strict=True)], dtype=bool)
            low, high = low[taken], high[taken]
            if len(low) == 0:
                break
            coefficients, good = self._fitted(low, high)
            if depth == _DEEPEST - 1:
                good[:] = False
            if good.any():
                done_low.append(low[good])
                done_high.append(high[good])
                done.append(coefficients[good])
            low, high = low[~good], high[~good]
            middle = (low + high) / 2
            low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        filled = [block for block in done if block.size]
        if filled:
            order = np.argsort(np.concatenate(done_low))
            self._low = np.concatenate(done_low)[order]
            self._high = np.concatenate(done_high)[order]
            self._coefficients = np.concatenate(filled)[order]

    def _is_wanted(self, low: float, high: float, x: Array) -> bool:
        """Whether any of the places is between two ends between which there is no cell yet."""
        asked = bool(np.any((x >= low) & (x <= high)))
        return asked and bool(self._cell_of(np.array([(low + high) / 2]))[0] < 0)

    def _fitted(self, low: Array, high: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Coefficients (m, ORDER, k) on cells, and whether they hold at places between the nodes."""
        half, middle = (high - low) / 2, (low + high) / 2
        both = np.concatenate([_NODES, _TESTED])
        places = middle[:, None] + half[:, None] * both
        value = self.function(places.ravel()).reshape(len(low), len(both), -1)
        coefficients = np.einsum("oi,mik->mok", _TO_COEFFICIENTS, value[:, :_ORDER])
        foreseen = np.einsum(
            "to,mok->mtk", np.polynomial.chebyshev.chebvander(_TESTED, _ORDER - 1), coefficients
        )
        with np.errstate(all="ignore"):
            size = np.max(np.abs(value), axis=1, keepdims=True) * np.ones((1, len(_TESTED), 1))
            # A variance that dies out must not go below zero where it is small.
            own = np.abs(value[:, _ORDER:, self.positive]) + _NOTHING * np.max(
                np.abs(value[..., self.positive])
            )
            size[..., self.positive] = own
            wrong = np.abs(foreseen - value[:, _ORDER:]) <= self.tolerance * size
        small = half <= 1e-13 * np.maximum(np.abs(low), np.abs(high))
        return coefficients, np.asarray(wrong.all(axis=(1, 2)) | small)
