"""Pairs of places in time, summed by group of walkers: for the direction of time (`compare.asymmetry`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.compare.asymmetry import PairSums
from sgdtui.lab.unsettled import never_rests
from sgdtui.model.experiment import Experiment

LAGS = (1, 4, 16, 64, 256)
"""Steps between the two places of a pair: whatever the relaxation time is, one of these is near it or below."""
_DENSE, _SPARE = 32 * LAGS[-1], 4
"""After so many steps only one stretch in so many is looked at: the rest of a long run costs little."""
GROUPS = 512
"""Most groups of walkers: many, since their spread has to be known in every direction of the test."""
MOST_WALKERS = 1 << 15
"""Of the first so many walkers."""
MOST_COORDINATES = 16
"""Of more coordinates so many combinations, drawn once and for all, are followed."""
_WITH_PRODUCTS = 3
"""Up to so many coordinates their products are followed too."""
_FLAT = 1e-10
"""Of the largest variance: less of it in some direction is none."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Functions of the place, f(x): uncorrelated ones of unit variance and their products, in a frame fixed once.

    middle     (features,); features are the coordinates, and cosine and sine of those that are periodic
    axes       (features, coordinates) from deviations to uncorrelated ones of unit variance
    offset, scale (products,) of their products, of mean zero and unit variance
    """

    middle: Array
    axes: Array
    offset: Array
    scale: Array

    @property
    def functions(self) -> int:
        """How many there are."""
        return int(self.axes.shape[1]) + len(self.offset)

    def of(self, features: Array) -> Array:
        """(walkers, functions) at (walkers, features)."""
        places = (features - self.middle) @ self.axes
        if not len(self.offset):
            return places
        return np.concatenate([places, (_products(places) - self.offset) * self.scale], axis=1)


def view_of(features: Array) -> View:
    """The frame in which `features` (walkers, n) are uncorrelated; their products where they are few."""
    middle = features.mean(axis=0)
    deviation = features - middle
    axes = np.eye(deviation.shape[1])
    if len(axes) > MOST_COORDINATES:
        spread = deviation.std(axis=0)
        combined = np.random.default_rng(0).normal(size=(len(axes), MOST_COORDINATES))
        axes = combined / np.where(spread > 0, spread, np.inf)[:, None]
    size, turned = np.linalg.eigh(np.atleast_2d(np.cov(deviation @ axes, rowvar=False)))
    held = size > _FLAT * max(size[-1], 0.0)
    axes = axes @ (turned[:, held] / np.sqrt(size[held]))
    offset = scale = np.zeros(0)
    if 0 < axes.shape[1] <= _WITH_PRODUCTS:
        products = _products(deviation @ axes)
        spread = products.std(axis=0)
        offset, scale = products.mean(axis=0), 1 / np.where(spread > 0, spread, np.inf)
    return View(middle, axes, offset, scale)


def _products(places: Array) -> Array:
    first, second = np.triu_indices(places.shape[1])
    return places[:, first] * places[:, second]


class PairsInTime:
    """Sums over pairs of places that lie one of `LAGS` apart.

    Every so many steps since sampling began the places are kept, and those after each lag are held against them: at
    steps that are known beforehand, so that both faces and a resumed run count the same pairs.
    """

    def __init__(self, experiment: Experiment, walkers: int) -> None:
        swarm = experiment.dynamics.swarm.size if experiment.dynamics.swarm else 1
        units = min(walkers, MOST_WALKERS) // swarm
        self._groups = max(1, min(GROUPS, units))
        self.walkers = units // self._groups * self._groups * swarm
        self._time_step = experiment.time_step
        self._periods = [
            (axis, high - low)
            for axis, (low, high), wall in zip(
                experiment.space.axes,
                experiment.space.domain or (),
                _walls(experiment),
                strict=True,
            )
            if wall == "periodic"
        ]
        self._dimension = experiment.dimension
        self.clear()

    def clear(self) -> None:
        """Forget all pairs, and the frame."""
        self._view: View | None = None
        self._base: Array | None = None
        self._base_at = 0
        self._first = self._second = np.zeros(0, dtype=np.int64)
        self._turned = np.zeros((len(LAGS), self._groups, 0))
        self._pairs = np.zeros((len(LAGS), self._groups))
        self._kept = self._size = np.zeros((len(LAGS), 0))

    # --- when

    def after(self, sampled: int) -> int:
        """The next step, counted since sampling began, at which the places are wanted."""
        began = sampled // LAGS[-1] * LAGS[-1]
        if _looked_at(began):
            for lag in LAGS:
                if began + lag > sampled:
                    return began + lag
        following = began + LAGS[-1]
        while not _looked_at(following):
            following += LAGS[-1]
        return following

    def wanted(self, sampled: int) -> bool:
        """Whether the places are wanted at this step."""
        return sampled == 0 or self.after(sampled - 1) == sampled

    def take(self, sampled: int, positions: Array) -> None:
        """Hold the places (walkers, d) of this step against those kept, and keep them where a stretch begins."""
        places = self._features(positions[: self.walkers])
        alive = np.asarray(np.isfinite(places).all(axis=1), dtype=np.bool_)
        if self._view is None:
            if sampled % LAGS[-1] or alive.sum() <= places.shape[1] + 2:
                return
            view = view_of(places[alive])
            if not view.functions:
                return
            self._look_through(view)
        assert self._view is not None
        seen = np.zeros((len(places), self._view.functions))
        seen[alive] = self._view.of(places[alive])
        lag = sampled - self._base_at
        if self._base is not None and lag in LAGS:
            self._add(LAGS.index(lag), self._base, seen, alive)
        if sampled % LAGS[-1] == 0:
            self._base, self._base_at = (seen, sampled) if _looked_at(sampled) else (None, 0)

    def _look_through(self, view: View) -> None:
        self._view = view
        self._first, self._second = np.triu_indices(view.functions, 1)
        self._turned = np.zeros((len(LAGS), self._groups, len(self._first)))
        self._kept, self._size = np.zeros((2, len(LAGS), view.functions))

    def _add(self, k: int, base: Array, seen: Array, alive: NDArray[np.bool_]) -> None:
        """Walkers that are lost are zero in `seen`, so that their pairs add nothing."""
        shape = (self._groups, -1, base.shape[1])
        products = base.reshape(shape).transpose(0, 2, 1) @ seen.reshape(shape)
        self._turned[k] += products[:, self._first, self._second] - products[:, self._second, self._first]
        self._pairs[k] += alive.reshape(self._groups, -1).sum(axis=1)
        self._kept[k] += np.einsum("gii->i", products)
        self._size[k] += np.einsum("wf,wf->f", base[alive], base[alive])

    def _features(self, positions: Array) -> Array:
        """The coordinates, and cosine and sine in place of those that are periodic, (walkers, features)."""
        if not self._periods:
            return positions
        turning = {axis for axis, _ in self._periods}
        still = [positions[:, [axis]] for axis in range(positions.shape[1]) if axis not in turning]
        angles = [2 * np.pi * positions[:, [axis]] / period for axis, period in self._periods]
        return np.concatenate([*still, *(f(angle) for angle in angles for f in (np.cos, np.sin))], axis=1)

    # --- what

    def sums(self) -> PairSums | None:
        """The sums so far; None while there are none."""
        if self._view is None or not self._pairs[0].any():
            return None
        axes = self._view.axes
        square = axes.shape == (self._dimension, self._dimension) and not self._periods
        return PairSums(
            lags=LAGS,
            time_step=self._time_step,
            first=self._first,
            second=self._second,
            turned=self._turned,
            pairs=self._pairs,
            kept=self._kept,
            size=self._size,
            coordinates=axes.shape[1],
            back=np.asarray(np.linalg.inv(axes).T, dtype=np.float64) if square else None,
        )

    # --- saving

    def state(self) -> dict[str, Any]:
        """All that `restore` needs; arrays and numbers."""
        if self._view is None:
            return {}
        view = self._view
        return {
            "middle": view.middle,
            "axes": view.axes,
            "offset": view.offset,
            "scale": view.scale,
            "base": None if self._base is None else self._base.copy(),
            "base_at": self._base_at,
            "turned": self._turned.copy(),
            "pairs": self._pairs.copy(),
            "kept": self._kept.copy(),
            "size": self._size.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what `state` gave; of what another way of counting saved, or none did, nothing."""
        self.clear()
        if not state or np.shape(state["pairs"]) != self._pairs.shape:
            return
        view = View(*(np.asarray(state[name]) for name in ("middle", "axes", "offset", "scale")))
        self._look_through(view)
        self._base = None if state["base"] is None else np.asarray(state["base"])
        self._base_at = int(state["base_at"])
        self._turned, self._pairs, self._kept, self._size = (
            np.array(state[name]) for name in ("turned", "pairs", "kept", "size")
        )


def _looked_at(began: int) -> bool:
    """Whether the stretch that begins at this step is looked at."""
    return began < _DENSE or began // LAGS[-1] % _SPARE == 0


def _walls(experiment: Experiment) -> tuple[str, ...]:
    """The kind of wall of each drawn axis."""
    kinds = tuple(wall.kind for wall in experiment.space.boundaries)
    axes = len(experiment.space.axes)
    return kinds * axes if len(kinds) == 1 else kinds


def tells_of_a_current(experiment: Experiment) -> bool:
    """Whether pairs are worth counting: there is somewhere to circulate, and the run may come to rest."""
    several = experiment.dimension > 1 or any(wall == "periodic" for wall in _walls(experiment))
    return several and not never_rests(experiment)
