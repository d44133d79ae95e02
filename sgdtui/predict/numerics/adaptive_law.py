"""The law of a landscape by Gauss quadrature, and an honest bound on its error.

Every panel is compared with its two halves. The halves are kept, and the difference, which is the error of the whole
panel, is charged for them; so is what rounding leaves of a tall potential, and what the search could not exclude.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.numerics.gauss_panels import RUNNING, WEIGHTS, Panels
from sgdtui.predict.numerics.landscape import Landscape, Stretch, sampled, settle, summit

_TOLERANCE = 1e-13
_LEAST = 1e-17
_ROUNDING = 4e-16
_MOST = 30_000
_PASSES = 70


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """`panels` with the fields as values, log p at their nodes up to a constant, and `error`.

    The error is a total variation distance, or the error of a moment or average next to its size if that is larger.
    """

    panels: Panels
    logarithm: Array
    error: float


def resolve(landscape: Landscape, stretch: Stretch, start: float, passes: int = _PASSES) -> Resolved:
    """The law on panels cut until the integrals of its density, moments and averages agree with those on halves."""
    nodes, values = sampled(landscape, stretch.edges[:-1], stretch.edges[1:])
    values = settle(values, stretch)
    done = stretch.void.copy()
    charged = _Charges(values.shape[-1] + 1)
    place = start
    for attempt in range(passes):
        current = _State.of(stretch, nodes, values, place)
        place = current.place
        wanted = current.wanted(done)
        last = attempt == passes - 1 or len(done) > _MOST
        if not wanted.any():
            break
        stretch, parent = stretch.split(wanted)
        is_new = wanted[parent]
        left, right = stretch.edges[:-1][is_new], stretch.edges[1:][is_new]
        new_nodes, new_values = sampled(landscape, left, right)
        new_values = settle(new_values)
        good = charged.compare(current, wanted, new_nodes, new_values, last)
        nodes, values, done = nodes[parent], values[parent], done[parent]
        nodes[is_new], values[is_new] = new_nodes, new_values
        done[is_new] = np.repeat(good, 2)
    final = _State.of(stretch, nodes, values, place)
    error = float(np.max(charged.averages)) + charged.potential + final.rounding(landscape.uncertainty)
    return Resolved(Panels(stretch.edges, nodes, values), final.height, error)


class _State:
    """The density on panels at one stage: shares, and functions to be averaged, next to their size."""

    def __init__(
        self, stretch: Stretch, nodes: Array, values: Array, anchor: int, at_edges: Array, at_nodes: Array
    ) -> None:
        self.stretch, self.nodes, self.values = stretch, nodes, values
        self.anchor, self.at_edges = anchor, at_edges
        self.place = float(stretch.edges[anchor])
        self.half = stretch.widths / 2
        with np.errstate(all="ignore"):
            height = at_nodes + values[..., 1]
            self.height = np.where(np.isnan(height), -np.inf, height)
            self.peak = float(np.max(self.height))
            if not np.isfinite(self.peak):
                self.peak = 0.0
            density = np.exp(self.height - self.peak)
            raw = (density @ WEIGHTS) * self.half
            self.total = max(float(raw.sum()), 1e-300)
            self.share = raw / self.total
            cumulated = np.cumsum(self.share)
            ends = [stretch.edges[np.searchsorted(cumulated, q)] for q in (0.1, 0.5, 0.9 - 1e-12)]
            self.centre = float(ends[1])
            self.scale = max(
                float(ends[2] - ends[0]), float(np.max(self.half[self.share > 0.05], initial=1e-300))
            )
            self.sizes = np.abs(self.terms(nodes, values, self.height, self.half)).sum(axis=0)

    @classmethod
    def of(cls, stretch: Stretch, nodes: Array, values: Array, place: float) -> _State:
        """The state, U anchored at the largest density, which is looked for from `place` on."""
        anchor = int(
            np.clip(np.searchsorted(stretch.edges, place, side="right") - 1, 0, len(stretch.void) - 1)
        )
        return cls(stretch, nodes, values, *summit(stretch.edges, values, anchor))

    def terms(self, nodes: Array, values: Array, height: Array, half: Array) -> Array:
        """What each panel adds to the whole, the first two moments and the averages, (n, 3 + m)."""
        with np.errstate(all="ignore"):
            mass = np.exp(height - self.peak) * WEIGHTS * half[:, None] / self.total
            away = (nodes - self.centre) / self.scale
            columns = [np.ones_like(away), away, away**2, *np.moveaxis(values[..., 2:], -1, 0)]
            parts = [np.where(mass > 0, mass * c, 0.0).sum(axis=1) for c in columns]
        found = np.stack(parts, axis=1)
        return np.asarray(np.where(np.isfinite(found), found, 0.0))

    def relative(self, terms: Array) -> Array:
        """Terms next to the size of what they add to."""
        return np.asarray(np.abs(terms) / np.maximum(self.sizes, 1e-300))

    def weights(self) -> Array:
        """What each panel adds to the size of the whole, moments and averages, (n, 3 + m), each summing to 1."""
        return self.relative(np.abs(self.terms(self.nodes, self.values, self.height, self.half)))

    def wanted(self, done: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Panels that matter and have not been compared with their halves."""
        matters = self.weights().max(axis=1) > _LEAST
        if np.any(self.values[..., 0] != 0):
            live = np.flatnonzero(self.share > _LEAST)
            if len(live):
                matters[live[0] : live[-1] + 1] = True
        edges = self.stretch.edges
        thick = np.diff(edges) > 8e-16 * np.maximum(np.abs(edges[:-1]), np.abs(edges[1:]))
        return np.asarray(matters & ~done & thick & ~self.stretch.void)

    def rounding(self, uncertainty: float) -> float:
        """What rounding does to the shares: that of a tall potential, of a far level, and of the places themselves.

        `uncertainty` is that of the fields, on top of their rounding.
        """
        edges = self.stretch.edges
        spacing = np.maximum(np.abs(edges[:-1]), np.abs(edges[1:]))
        with np.errstate(all="ignore"):
            force, level = self.values[..., 0], self.values[..., 1]
            level = np.where(np.isfinite(level), level, 0.0)
            steps = np.abs(force @ WEIGHTS) * self.half
            live = np.flatnonzero(self.share > _LEAST)
            inside = np.zeros(len(steps), dtype=bool)
            inside[live[0] : live[-1] + 1] = True
            climbed = np.cumsum(np.where(inside, steps + spacing * np.ptp(force, axis=1), 0.0))
            climbed = np.abs(climbed - climbed[self.anchor]) + steps
            shifted = spacing * (np.abs(force).max(axis=1) + np.ptp(level, axis=1) / (2 * self.half))
            uncertain = (climbed + np.abs(level).max(axis=1) + shifted)[:, None]
            parts = self.weights()
            uncertain = np.where(parts > 0, parts * uncertain, 0.0)
        return (_ROUNDING + uncertainty) * (1.0 + float(uncertain.sum(axis=0).max()))


class _Charges:
    """The errors that have been accepted, summed."""

    def __init__(self, functions: int) -> None:
        self.averages = np.zeros(functions)
        self.potential = 0.0

    def compare(
        self, before: _State, wanted: NDArray[np.bool_], nodes: Array, values: Array, last: bool
    ) -> NDArray[np.bool_]:
        """Which of the wanted panels are as good as their halves (all, if there is no next pass); charges them."""
        half = np.repeat(before.half[wanted] / 2, 2)
        with np.errstate(all="ignore"):
            steps = (values[..., 0] @ WEIGHTS) * half
            foot = np.repeat(before.at_edges[:-1][wanted], 2)
            foot[1::2] += steps[::2]
            height = foot[:, None] + (values[..., 0] @ RUNNING.T) * half[:, None] + values[..., 1]
            height = np.where(np.isnan(height), -np.inf, height)
            whole = before.terms(
                before.nodes[wanted], before.values[wanted], before.height[wanted], before.half[wanted]
            )
            halves = before.terms(nodes, values, height, half)
            wrong = before.relative(whole - halves[::2] - halves[1::2])
            wrong[~np.isfinite(wrong)] = 0.0
            climbed = (before.values[..., 0] @ WEIGHTS * before.half)[wanted]
            missed = np.abs(climbed - steps[::2] - steps[1::2])
            parts = before.weights()
            cumulated = np.cumsum(parts, axis=0)[wanted]
            missed *= (np.minimum(cumulated, 1 - cumulated) + parts[wanted]).max(axis=1)
            missed[~np.isfinite(missed)] = 0.0
        good = (wrong.max(axis=1) <= _TOLERANCE) & (missed <= _TOLERANCE)
        if last:
            good[:] = True
        self.averages += wrong[good].sum(axis=0)
        self.potential += float(missed[good].sum())
        return np.asarray(good)
