"""A law on the line held on panels: its bins, its distribution function, its moments and observables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression import Expression
from sgdtui.expression.numeric import evaluate
from sgdtui.model.start import Start
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.gauss_panels import Panels
from sgdtui.predict.numerics.line_ends import FAR, Tail
from sgdtui.predict.prediction import Prediction

__all__ = ["FAR", "LineLaw", "Watched", "first_cut", "observables_on"]

_GROWTH = 1.2
_NEGLIGIBLE = 1e-9


def first_cut(edges: Array, wall: Wall) -> Array:
    """Edges of the first panels: the bins of the window, and beyond an open window panels that grow outwards."""
    low, high = edges[0], edges[-1]
    pieces = max(1, int(np.ceil(128 / (len(edges) - 1))))
    steps = np.arange(pieces) / pieces
    inside = np.append((edges[:-1, None] + np.diff(edges)[:, None] * steps).ravel(), high)
    if wall.closed:
        return inside
    width = (high - low) / 128
    count = int(np.ceil(np.log(FAR / width * (_GROWTH - 1)) / np.log(_GROWTH)))
    reach = width * (_GROWTH ** np.arange(1, max(count, 2) + 1) - 1) / (_GROWTH - 1)
    return np.concatenate([(low - reach)[::-1], inside, high + reach])


class Watched(Protocol):
    """What a law on the line needs to know of an experiment beside its fields."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The name of the coordinate."""

    @property
    def values(self) -> dict[str, float]:
        """Of the parameters."""

    @property
    def observe(self) -> tuple[tuple[str, Expression], ...]:
        """The expressions to average, by name."""

    @property
    def start(self) -> Start:
        """Where walkers start."""


def observables_on(experiment: Watched, variable: str) -> Callable[[Array], Array]:
    """Points (m,) to every observed expression there, (m, observables)."""
    values = experiment.values

    def at(x: Array) -> Array:
        columns = [
            np.broadcast_to(evaluate(e, {**values, variable: x}), x.shape) for _, e in experiment.observe
        ]
        return np.stack(columns, axis=1) if columns else np.empty((len(x), 0))

    return at


@dataclass(frozen=True, slots=True, eq=False)
class LineLaw:
    """Probability `mass` (n, ORDER) at the nodes of `panels`, summing to one; `observed` (n, ORDER, m) there.

    `closed` says that the ends are walls, not tails cut off. `tails` is the probability beyond the last panels, by
    which `mass` then falls short of one; `error` is the law's own error as a total variation distance.
    """

    panels: Panels
    mass: Array
    observed: Array
    closed: bool
    tails: tuple[Tail, ...] = ()
    error: float = 1e-12

    @classmethod
    def of(cls, panels: Panels, log_density: Array, observed: Array, closed: bool) -> LineLaw:
        """From the logarithm of a density, up to a constant, at the nodes."""
        logarithm = np.where(np.isnan(log_density), -np.inf, log_density) + np.log(panels.weights)
        mass = np.exp(logarithm - logarithm.max())
        return cls(panels, mass / mass.sum(), observed, closed)

    @property
    def normalisable(self) -> bool:
        """Whether the probability has died out towards open ends."""
        if self.closed:
            return True
        # An end panel is a sixth of its distance wide: an algebraic tail that still matters there diverges.
        return bool(self._tails(self.mass) < _NEGLIGIBLE)

    def with_tails(self, tails: tuple[Tail, ...]) -> LineLaw:
        """The same with probability beyond its panels, each tail's share given next to what is on the panels."""
        whole = 1.0 + sum(tail.share for tail in tails)
        shares = tuple(replace(t, share=t.share / whole, doubt=t.doubt / whole) for t in tails)
        error = self.error + sum(tail.doubt for tail in shares)
        return replace(self, mass=self.mass / whole, tails=shares, error=error)

    def interval(self, share: float) -> tuple[float, float]:
        """The stretch of panels outside which less than `share` of the probability lies on either side."""
        cumulative = np.cumsum(self.mass.sum(axis=1))
        first = int(np.searchsorted(cumulative, share))
        last = int(np.searchsorted(cumulative, 1 - share))
        return float(self.panels.edges[first]), float(self.panels.edges[min(last, len(cumulative) - 1) + 1])

    @staticmethod
    def _tails(terms: Array) -> float:
        return float(np.abs(terms[:3]).sum() + np.abs(terms[-3:]).sum())

    def average(self, values: Array) -> float | None:
        """The mean of a function given at the nodes, (n, ORDER); None where its tails do not converge."""
        with np.errstate(all="ignore"):
            terms = np.where(self.mass > 0, self.mass * values, 0.0)
        size = float(np.abs(terms).sum())
        if not np.isfinite(size) or not self._dies_out(terms, size):
            return None
        parts = [tail.average(self.panels.nodes, values) for tail in self.tails if tail.share > 0]
        if any(part is None for part in parts):
            return None
        return float(terms.sum()) + sum(part for part in parts if part is not None)

    def _dies_out(self, terms: Array, size: float) -> bool:
        """Whether what is averaged no longer counts at the last panels, where no tail goes on from there."""
        if not self.closed:
            return self._tails(terms) <= 1e-6 * size
        light = [tail.end.side for tail in self.tails if tail.end.infinite and tail.share == 0]
        last = [np.abs(terms[:3] if side > 0 else terms[-3:]).sum() for side in light]
        return not any(part > 1e-6 * size for part in last)

    def prediction(self, name: str, edges: Array, experiment: Watched) -> Prediction:
        """The law on bins (their edges are edges of panels too), its moments and observables over all space."""
        found = np.clip(np.searchsorted(self.panels.edges, edges), 1, len(self.panels.edges) - 1)
        left, right = self.panels.edges[found - 1], self.panels.edges[found]
        start = np.where(np.abs(left - edges) < np.abs(right - edges), found - 1, found)
        by_panel = self.mass.sum(axis=1)
        cumulative = np.concatenate([[0.0], np.cumsum(by_panel)])[start]
        probability = np.array([by_panel[a:b].sum() for a, b in pairwise(start)])
        for tail in self.tails:
            below = edges > tail.end.at if tail.end.side > 0 else edges >= tail.end.at
            cumulative += tail.share * below
            probability += tail.share * np.diff(below.astype(float))
        mean = self.average(self.panels.nodes)
        variance = None if mean is None else self.average((self.panels.nodes - mean) ** 2)
        averages = {key: self.average(self.observed[..., i]) for i, (key, _) in enumerate(experiment.observe)}
        return Prediction(
            name=name,
            edges=(edges,),
            probability=probability,
            outside=max(0.0, 1.0 - float(probability.sum())),
            distribution=np.clip(cumulative, 0.0, 1.0),
            mean=None if mean is None else np.array([mean]),
            covariance=None if variance is None else np.array([[variance]]),
            observables={key: value for key, value in averages.items() if value is not None},
            numerical_error=self.error,
        )
