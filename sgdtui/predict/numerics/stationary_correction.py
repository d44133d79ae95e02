"""The stationary vector of an accurate operator, from the factors of a rougher one with nearly the same slow modes.

With p₀ the stationary law of the rough rates A and G the accurate generator, p = p₀ + q and G q = -G p₀, solved by
GMRES with A's inverse for preconditioner. What G lets out over the sides of the box comes back as p₀, so that mass is
kept; how much that is, is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array

_RESTART = 60
_ROUNDS = 3
_TOLERANCE = 1e-6
_SLOW = 0.1
"""A round of iterations that leaves more than this share shows a grid that does not resolve the law: no more rounds."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """A law (n,) of sum one, perhaps slightly negative; the mass lost per unit time; what is left of |G p| in units of
    the slow modes (the size of the last correction, a total variation).
    """

    mass: Array
    leak: float
    left: float


def corrected(
    generator: Callable[[Array], Array],
    inverse: Callable[[Array], Array],
    start: Array,
    guess: Array | None = None,
    tolerance: float = _TOLERANCE,
) -> Corrected:
    """The vector of sum one that `generator` (n,) -> (n,) takes to zero but for its leak.

    Args:
        inverse: takes a vector of sum zero to one of sum zero, near to the generator's inverse there.
        start: the rough law.
        guess: a law nearer to the wanted one, where there is one.
        tolerance: of what is left, as the sum of its sizes.
    """
    from scipy.sparse.linalg import LinearOperator, gmres

    size = len(start)

    def kept(p: Array) -> Array:
        moved = generator(p)
        return np.asarray(moved - moved.sum() * start)

    def preconditioned(p: Array) -> Array:
        return inverse(kept(p))

    operator = LinearOperator((size, size), matvec=preconditioned, dtype=float)
    mass = start if guess is None else guess / guess.sum()
    before = np.inf
    for _ in range(_ROUNDS):
        right = -preconditioned(mass)
        scale = float(np.abs(right).sum())
        if scale <= tolerance or scale > _SLOW * before or not np.isfinite(scale):
            break
        before = scale
        # The sum of sizes is what counts, GMRES measures the root of the sum of squares.
        norm = float(np.linalg.norm(right))
        with np.errstate(all="ignore"):
            change, _ = gmres(
                operator, right, rtol=0.3 * tolerance / scale, atol=1e-300 * norm, restart=_RESTART, maxiter=1
            )
        mass = mass + change
    mass = mass / mass.sum()
    left = float(np.abs(preconditioned(mass)).sum() / 2)
    return Corrected(mass, float(-generator(mass).sum()), left)
