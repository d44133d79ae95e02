"""A small SVG picture of a result for notebooks: the histogram and the predictions, or the plane in shades."""

from __future__ import annotations

from html import escape

import numpy as np

from sgdtui.arrays import Array
from sgdtui.lab.result import Result

WIDTH, HEIGHT, MARGIN = 480, 200, 18
_MOST = 64
"""Shades along each axis of the plane: a picture stays small."""
_COLOURS = {"gibbs": "#d55e00", "fokker-planck": "#0072b2", "transfer": "#009e73", "gaussian": "#cc79a7"}


def vignette(result: Result) -> str:
    """HTML: an SVG, and under it the lines of the result."""
    picture = _line(result) if len(result.edges) == 1 else _plane(result)
    return f"<div>{picture}<pre>{escape(repr(result))}</pre></div>"


def _svg(inside: str, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(label, quote=True)}" font-family="sans-serif" font-size="11">{inside}</svg>'
    )


def _line(result: Result) -> str:
    edges, density = result.edges[0], np.nan_to_num(result.density)
    laws = {n: p.density for n, p in result.predictions.items() if p.density is not None}
    top = max([float(density.max()), *(float(np.nanmax(d)) for d in laws.values())]) or 1.0
    top = min(top, 3 * float(density.max()) or 1.0)

    def across(x: Array) -> Array:
        return np.asarray(MARGIN + (x - edges[0]) / (edges[-1] - edges[0]) * (WIDTH - 2 * MARGIN))

    def up(p: Array) -> Array:
        return np.asarray(HEIGHT - MARGIN - np.clip(p / top, 0, 1) * (HEIGHT - 2 * MARGIN))

    x, y = np.repeat(across(edges), 2)[1:-1], np.repeat(up(density), 2)
    floor = HEIGHT - MARGIN
    parts = [f'<path fill="#cccccc" d="M{x[0]:.1f},{floor}L{_points(x, y)}L{x[-1]:.1f},{floor}Z"/>']
    middles = across((edges[1:] + edges[:-1]) / 2)
    for row, (name, values) in enumerate(laws.items()):
        colour = _COLOURS.get(name, "#555555")
        parts.append(
            f'<path fill="none" stroke="{colour}" stroke-width="1.5" '
            f'd="M{_points(middles, up(np.nan_to_num(values)))}"/>'
            f'<text x="{MARGIN}" y="{MARGIN + 13 * row}" fill="{colour}">{escape(name)}</text>'
        )
    name = result.experiment.variables[result.experiment.space.axes[0]]
    for value, anchor, place in ((edges[0], "start", MARGIN), (edges[-1], "end", WIDTH - MARGIN)):
        parts.append(f'<text x="{place}" y="{HEIGHT - 4}" text-anchor="{anchor}">{value:.4g}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(name)}</text>')
    return _svg("".join(parts), f"histogram of {name} and predicted densities; verdict: {result.verdict}")


def _plane(result: Result) -> str:
    density = np.nan_to_num(result.density)
    steps = [max(1, -(-size // _MOST)) for size in density.shape]
    density = density[:: steps[0], :: steps[1]]
    side = HEIGHT - 2 * MARGIN
    wide, high = side / density.shape[0], side / density.shape[1]
    top = float(density.max()) or 1.0
    parts = [
        f'<rect x="{MARGIN + i * wide:.1f}" y="{MARGIN + side - (j + 1) * high:.1f}" width="{wide + 0.2:.1f}" '
        f'height="{high + 0.2:.1f}" fill-opacity="{value:.2f}"/>'
        for (i, j), value in np.ndenumerate(density / top)
        if value >= 0.01
    ]
    parts.append(
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{side}" height="{side}" fill="none" stroke="#999"/>'
    )
    names = [result.experiment.variables[axis] for axis in result.experiment.space.axes]
    parts.append(
        f'<text x="{MARGIN + side / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(names[0])}</text>'
        f'<text x="{MARGIN + side + 6}" y="{HEIGHT / 2}">{escape(names[1])}</text>'
    )
    return _svg(
        "".join(parts), f"where walkers are in the plane of {' and '.join(names)}; verdict: {result.verdict}"
    )


def _points(x: Array, y: Array) -> str:
    return "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
