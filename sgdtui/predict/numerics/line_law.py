"""The law of a landscape on the line: searched, resolved, and continued by power laws to its ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.numerics.adaptive_law import Resolved, resolve
from sgdtui.predict.numerics.landscape import Landscape, Stretch
from sgdtui.predict.numerics.line_ends import FAR, End, outward, stretch_between, tail_of
from sgdtui.predict.numerics.mass_search import is_wild, search
from sgdtui.predict.numerics.panel_density import LineLaw
from sgdtui.predict.prediction import Absence

_WINDOWS = 64
"""A landscape that goes up and down for ever is followed for so many windows."""
_DIED_OUT = 1e-9
_REACH = 12.0
_SOME = 128
_LEAST_ERROR = 1e-11
"""No smaller error is claimed: the elementary functions are rounded too, and formulas of derivatives lose digits."""


def law_of(
    name: str,
    landscape: Landscape,
    low: float,
    high: float,
    ends: tuple[End, ...],
    edges: Array,
    start: float,
    breakpoints: Callable[[Array], Array],
    holes: tuple[tuple[float, float], ...] = (),
) -> LineLaw | Absence:
    """The law of `landscape` between `low` and `high`, on panels among whose edges are those of the bins.

    Args:
        name: of the prediction.
        ends: singular places, the two ends of the line and points within, infinite ones included.
        edges: of the bins, (n + 1,).
        start: where the search begins.
        breakpoints: from edges that span a part of the line to places where something has a kink or a jump there.
        holes: where there is nothing.
    """
    places = breakpoints(_coarse(low, high, edges))
    if low < start < high:
        places = np.append(places, start)
    stretch = _pushed(landscape, stretch_between(low, high, edges, ends, places, holes), ends)
    wild = is_wild(landscape, stretch, not np.isfinite(low), not np.isfinite(high))
    if any(wild):
        reach = _WINDOWS * float(edges[-1] - edges[0])
        inner = (max(low, float(edges[0]) - reach), min(high, float(edges[-1]) + reach))
        near = tuple(end for end in ends if not end.infinite)
        stretch = _pushed(landscape, stretch_between(*inner, edges, near, places, holes), ends)
        return _followed(name, landscape, stretch, edges, start, breakpoints)
    found = search(landscape, stretch, start)
    if not found.complete:
        return Absence(name, "too costly", "the landscape is too rough to be searched")
    resolved = _resolved(landscape, found.stretch, start, breakpoints)
    law = LineLaw.of(resolved.panels, resolved.logarithm, resolved.panels.values[..., 2:], True)
    tails = []
    for end in ends:
        tail = tail_of(end, resolved.panels, resolved.logarithm)
        if tail is None:
            place = "far away" if end.infinite else f"at {end.at:.6g}"
            verb = "does not die out" if end.infinite else "piles up without limit"
            return Absence(name, "not normalisable", f"the probability {verb} {place}")
        tails.append(tail)
    law = replace(law, error=resolved.error + found.missed).with_tails(tuple(tails))
    return replace(law, error=max(law.error, _LEAST_ERROR))


def _pushed(landscape: Landscape, stretch: Stretch, ends: tuple[End, ...]) -> Stretch:
    """The stretch with the force across singular places that are crossed: what is odd about the place cancels."""
    push = stretch.push.copy()
    for below in ends:
        above = next((e for e in ends if e.at == below.at and e.side > 0 > below.side), None)
        if above is None:
            continue
        with np.errstate(all="ignore"):
            force = float(np.mean(landscape.fields(np.array([below.last, above.last]))[:, 0]))
        within = stretch.void & (stretch.edges[:-1] >= below.last) & (stretch.edges[1:] <= above.last)
        push[within] = force if np.isfinite(force) else 0.0
    return replace(stretch, push=push)


def _resolved(
    landscape: Landscape, stretch: Stretch, start: float, breakpoints: Callable[[Array], Array]
) -> Resolved:
    """The panels resolved, those about the probability cut at kinks and jumps first."""
    rough = resolve(landscape, stretch, start, passes=1)
    live = np.flatnonzero(
        np.exp(rough.logarithm - rough.logarithm.max()).max(axis=1) > np.exp(-_REACH * _REACH)
    )
    spanned = rough.panels.edges[live[0] : live[-1] + 2]
    some = spanned[:: max(1, len(spanned) // _SOME)]
    return resolve(landscape, stretch.with_edges(breakpoints(np.union1d(some, spanned[-1:]))), start)


def _coarse(low: float, high: float, edges: Array) -> Array:
    """A few edges over the whole line: the window evenly, and growing steps beyond it."""
    first, last = max(low, -FAR), min(high, FAR)
    step = float(edges[-1] - edges[0]) / 64
    parts = [np.linspace(edges[0], edges[-1], 65), np.array([first, 0.0, last])]
    if first < edges[0]:
        parts.append(outward(float(edges[0]), step, first))
    if last > edges[-1]:
        parts.append(outward(float(edges[-1]), step, last))
    cut = np.unique(np.concatenate(parts))
    return np.asarray(cut[(cut >= first) & (cut <= last)])


def _followed(
    name: str,
    landscape: Landscape,
    stretch: Stretch,
    edges: Array,
    start: float,
    breakpoints: Callable[[Array], Array],
) -> LineLaw | Absence:
    """The law of a landscape that never comes to rest, as far as it is followed: if the probability has died out."""
    found = search(landscape, stretch, start)
    if not found.complete:
        return Absence(name, "too costly", "the landscape goes up and down for ever")
    resolved = _resolved(landscape, found.stretch, start, breakpoints)
    law = LineLaw.of(resolved.panels, resolved.logarithm, resolved.panels.values[..., 2:], True)
    away = np.abs(law.panels.nodes - (edges[0] + edges[-1]) / 2)
    far = float(law.mass[away > _WINDOWS / 2 * (edges[-1] - edges[0])].sum())
    if far > _DIED_OUT:
        return Absence(name, "not normalisable", "the probability does not die out far away")
    return replace(law, error=max(resolved.error + found.missed + far, _LEAST_ERROR))
