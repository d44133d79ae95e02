"""A result drawn by Matplotlib: histogram and predictions with what is left over below, or the plane with contours."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from sgdtui.export.provenance import provenance
from sgdtui.lab.result import Result

COLOURS = {
    "gibbs": "#d55e00",
    "fokker-planck": "#0072b2",
    "transfer": "#009e73",
    "gaussian": "#cc79a7",
}
"""Of Okabe and Ito, which the colour-blind tell apart."""


def figure(result: Result) -> Any:
    """A `matplotlib.figure.Figure`. Raises ImportError where Matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("Matplotlib is not installed: pip install 'sgdtui[plot]'") from None
    drawn = Figure(figsize=(7.0, 5.0), layout="constrained")
    names = [result.experiment.variables[axis] for axis in result.experiment.space.axes]
    if len(names) == 1:
        _line(drawn, result, names[0])
    else:
        _plane(drawn, result, names)
    drawn.suptitle(f"{_plain(result.experiment.title or result.experiment.name)}: {result.verdict}")
    return drawn


def drawn_as(result: Result, kind: str) -> bytes:
    """The figure as a file of that kind, "png", "svg" or "pdf": the same bytes for the same result."""
    from matplotlib import rc_context

    origin = provenance(result.document())
    told = "; ".join(f"{name}: {value}" for name, value in origin.items())
    metadata: dict[str, dict[str, Any]] = {
        "png": origin,
        "svg": {"Description": told, "Date": None},
        "pdf": {"Keywords": told, "CreationDate": None},
    }
    out = BytesIO()
    with rc_context({"svg.hashsalt": origin["preset hash"]}):
        figure(result).savefig(out, format=kind, dpi=150, metadata=metadata[kind])
    return out.getvalue()


def _line(drawn: Any, result: Result, name: str) -> None:
    upper, lower = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    edges, density = result.edges[0], result.density
    middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    upper.bar(middles, density, widths, color="0.82", label="walkers")
    for law, prediction in result.predictions.items():
        if prediction.density is None:
            continue
        upper.plot(middles, prediction.density, color=COLOURS.get(law, "0.3"), label=law)
        lower.plot(middles, density - prediction.density, color=COLOURS.get(law, "0.3"), lw=1)
    error = np.nan_to_num(2 * result.density_se)
    lower.fill_between(middles, -error, error, color="0.82", label="±2 standard errors")
    lower.axhline(0, color="0.4", lw=0.6)
    upper.set_ylabel("density")
    upper.set_ylim(bottom=0)
    upper.legend(frameon=False)
    lower.set_ylabel("walkers − law")
    lower.set_xlabel(_plain(name))


def _plane(drawn: Any, result: Result, names: list[str]) -> None:
    axes = drawn.subplots()
    x, y = result.edges
    mesh = axes.pcolormesh(x, y, result.density.T, cmap="Greys", rasterized=True)
    drawn.colorbar(mesh, ax=axes, label="density of walkers")
    middles = [(edges[1:] + edges[:-1]) / 2 for edges in (x, y)]
    for law in ("gibbs", "fokker-planck", "transfer", "gaussian"):
        prediction = result.predictions.get(law)
        if prediction is None or prediction.density is None:
            continue
        levels = _levels(prediction.density, np.outer(np.diff(x), np.diff(y)))
        if len(levels) > 1:
            axes.contour(*middles, prediction.density.T, levels=levels, colors=COLOURS[law], linewidths=1)
            axes.plot([], [], color=COLOURS[law], label=f"{law}: 50, 90, 99 %")
    drift = result.snapshot.drift
    current = None if drift is None else drift.velocity
    if current is not None:
        _arrows(axes, middles, current, result.density)
    axes.set_xlabel(_plain(names[0]))
    axes.set_ylabel(_plain(names[1]))
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, loc="upper right")


def _arrows(axes: Any, middles: list[Any], velocity: Any, density: Any) -> None:
    """J/p on a coarse grid, where there are walkers."""
    step = tuple(max(1, len(m) // 16) for m in middles)
    pick = (slice(step[0] // 2, None, step[0]), slice(step[1] // 2, None, step[1]))
    u, v = velocity[0][pick].copy(), velocity[1][pick].copy()
    scarce = density[pick] < 1e-3 * density.max()
    u[scarce], v[scarce] = np.nan, np.nan
    axes.quiver(middles[0][pick[0]], middles[1][pick[1]], u.T, v.T, color="0.35", width=0.003)


def _levels(density: Any, areas: Any) -> list[float]:
    """The densities whose contours hold 99, 90 and 50 % of the mass, increasing."""
    order = np.argsort(density, axis=None)[::-1]
    inside = np.cumsum((density * areas).ravel()[order])
    if not inside[-1] > 0:
        return []
    found = [float(density.ravel()[order][np.searchsorted(inside, s * inside[-1])]) for s in (0.99, 0.9, 0.5)]
    return sorted({level for level in found if level > 0})


def _plain(text: str) -> str:
    """Text that Matplotlib takes as it is, not as mathematics."""
    return text.replace("$", r"\$")
