"""A law on the line held on panels: its bins, its distribution function, its moments and observables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.gauss_panels import Panels
from sgdtui.predict.prediction import Prediction

FAR = 1e12
"""Walkers beyond this are lost, so a law must be normalisable within it."""
_GROWTH = 1.2
_NEGLIGIBLE = 1e-9
_ASTRAY = 1e-2


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


def observables_on(experiment: Experiment, variable: str) -> Callable[[Array], Array]:
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

    `closed` says that the ends are walls, not tails cut off.
    """

    panels: Panels
    mass: Array
    observed: Array
    closed: bool

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

    def stays_near(self, edges: Array) -> bool:
        """Whether the law lives anywhere near the window: a potential that goes up and down for ever, like a cosine,
        is not followed for a thousand windows, and what then seems to hold the walkers does not.
        """
        distance = np.abs(self.panels.nodes - (edges[0] + edges[-1]) / 2)
        return bool(self.mass[distance > 1e3 * (edges[-1] - edges[0])].sum() < _ASTRAY)

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
        size = np.abs(terms).sum()
        if not np.isfinite(size) or not (self.closed or self._tails(terms) <= 1e-6 * size):
            return None
        return float(terms.sum())

    def prediction(self, name: str, edges: Array, experiment: Experiment) -> Prediction:
        """The law on bins (their edges are edges of panels too), its moments and observables over all space."""
        found = np.clip(np.searchsorted(self.panels.edges, edges), 1, len(self.panels.edges) - 1)
        left, right = self.panels.edges[found - 1], self.panels.edges[found]
        start = np.where(np.abs(left - edges) < np.abs(right - edges), found - 1, found)
        by_panel = self.mass.sum(axis=1)
        cumulative = np.concatenate([[0.0], np.cumsum(by_panel)])
        probability = np.array([by_panel[a:b].sum() for a, b in pairwise(start)])
        mean = self.average(self.panels.nodes)
        variance = None if mean is None else self.average((self.panels.nodes - mean) ** 2)
        averages = {key: self.average(self.observed[..., i]) for i, (key, _) in enumerate(experiment.observe)}
        return Prediction(
            name=name,
            edges=(edges,),
            probability=probability,
            outside=0.0 if self.closed else max(0.0, 1.0 - float(probability.sum())),
            distribution=np.clip(cumulative[start], 0.0, 1.0),
            mean=None if mean is None else np.array([mean]),
            covariance=None if variance is None else np.array([[variance]]),
            observables={key: value for key, value in averages.items() if value is not None},
            numerical_error=1e-12,
        )
