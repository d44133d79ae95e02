"""A linear equation dp/dt = A p marched through time by an L-stable method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint

_GAMMA = 1 - 1 / np.sqrt(2)


def march(
    mass: Array,
    times: Array,
    apply: Callable[[Array], Array],
    factorised: Callable[[float], Callable[[Array], Array]],
    growth: float = 0.025,
) -> list[Array]:
    """Solutions of dp/dt = A p at the times, by a two-stage L-stable Runge–Kutta method (SDIRK2).

    Steps grow with t in powers of two, so that few factorisations of 1 - γhA serve for all.
    """
    solvers: dict[int, Callable[[Array], Array]] = {}
    now, frames = 0.0, []
    last = float(times[-1]) if len(times) else 0.0
    smallest = last * 4e-4 * growth
    for time in times:
        while now < time - 1e-12 * max(last, 1e-300):
            checkpoint()
            wanted = max(smallest, growth * now)
            level = int(np.floor(np.log2(wanted / smallest))) if wanted > smallest else 0
            left = float(time) - now
            step = smallest * 2.0**level
            if step > left:
                level_left = int(np.floor(np.log2(left / smallest))) if left > smallest else -1
                step, level = (smallest * 2.0**level_left, level_left) if level_left >= 0 else (left, -1)
            solve = solvers.get(level) if level >= 0 else None
            if solve is None:
                solve = factorised(_GAMMA * step)
                if level >= 0:
                    solvers[level] = solve
            first = solve(apply(mass))
            second = solve(apply(mass + step * (1 - _GAMMA) * first))
            mass = mass + step * ((1 - _GAMMA) * first + _GAMMA * second)
            now += step
        frames.append(np.maximum(mass, 0.0))
    return frames
