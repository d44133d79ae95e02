"""The drift vectors, each with its line of mathematics: rows of arrows under the loss, or small maps in 2-D."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.diffusion.drift_vectors import DriftVectors
from sgdtui.tui.draw.arrows import draw_line_arrows, draw_map_arrows, longest_of, sample_line
from sgdtui.tui.draw.bars import bins_of
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.cursor import mark_cursor, write_readout
from sgdtui.tui.draw.curves import dot_positions, draw_curve
from sgdtui.tui.draw.frame import Box, draw_frame
from sgdtui.tui.draw.maps import draw_map
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import PREDICTION_SHORT, Role
from sgdtui.tui.draw.scale import finite_range, number
from sgdtui.tui.panels.distribution_line import GUTTER
from sgdtui.tui.panels.panel import Panel, draw_title
from sgdtui.tui.view import ARROWS, View, names_of

SIGN = {"gradient": "−g", "noise_induced": "−∇·D", "diffusive": "−D∇ln p", "velocity": "J/p"}
SIGN_ASCII = {"gradient": "-g", "noise_induced": "-div D", "diffusive": "-D dlnp", "velocity": "J/p"}
MEANING = {
    "gradient": "E[Δx]/η exactly: the mean step",
    "noise_induced": "noise-induced drift of p; not in E[Δx]",
    "diffusive": "diffusion down the gradient of ln p",
    "velocity": "their sum: velocity of p, 0 in equilibrium",
}
SHORT_MEANING = {
    "gradient": "mean step E[Δx]/η",
    "noise_induced": "drift of p by noise",
    "diffusive": "diffusion of p",
    "velocity": "their sum",
}
TINY_MEANING = {
    "gradient": "mean step",
    "noise_induced": "by noise",
    "diffusive": "diffusion",
    "velocity": "sum",
}
KEY = {"gradient": "g", "noise_induced": "d", "diffusive": "f", "velocity": "v"}
INK = {
    "gradient": Role.GRADIENT,
    "noise_induced": Role.NOISE_INDUCED,
    "diffusive": Role.DIFFUSIVE,
    "velocity": Role.VELOCITY,
}
SLOT = 4


def sign_of(kind: str, ascii: bool) -> str:
    """How a kind of drift vector is written."""
    return (SIGN_ASCII if ascii else SIGN)[kind]


def draw_drift(canvas: Canvas, view: View, focused: bool = False) -> None:
    """The whole panel."""
    snapshot = view.snapshot
    if snapshot is None or snapshot.drift is None:
        draw_title(canvas, "Drift vectors", focused)
        fieldless = snapshot is not None and not snapshot.experiment.system.has_fields
        text = "this form has no drift and diffusion fields" if fieldless else "computing g, ∇·D and J …"
        canvas.write(2, max(1, canvas.height // 2), view.busy or text, Role.MUTED)
        return
    if len(snapshot.edges) == 2:
        _draw_maps(canvas, view, snapshot, snapshot.drift, focused)
    else:
        _draw_rows(canvas, view, snapshot, snapshot.drift, focused)


def _fields(drift: DriftVectors) -> dict[str, np.ndarray | None]:
    return {kind: getattr(drift, kind) for kind in ARROWS}


def _longest(drift: DriftVectors, weight: np.ndarray) -> float:
    sizes = [np.sqrt((f**2).sum(axis=0)) for f in _fields(drift).values() if f is not None]
    return max([longest_of(size, weight) for size in sizes], default=0.0)


def _draw_rows(canvas: Canvas, view: View, snapshot: Snapshot, drift: DriftVectors, focused: bool) -> None:
    kinds = [kind for kind in ARROWS if kind in view.arrows]
    edges = snapshot.edges[0]
    low, high = float(edges[0]), float(edges[-1])
    weight = snapshot.instant if view.settling else snapshot.density
    longest = _longest(drift, weight)
    shaft = "-->" if view.look.ascii else "──→"
    draw_title(
        canvas,
        "Drift vectors",
        focused,
        f"{shaft} up to {number(longest, 2)} · p: {PREDICTION_SHORT.get(drift.of, drift.of)}",
    )
    inside = canvas.height - 1
    explained = inside >= 2 * len(kinds) + 6
    arrow_rows = max(1, len(kinds) * (2 if explained else 1))
    wide = canvas.width >= GUTTER + SLOT
    loss_rows = inside - arrow_rows if wide and inside - arrow_rows >= 4 else 0
    name = names_of(snapshot)[0]
    columns = max(canvas.width - GUTTER, SLOT)
    box = Box(GUTTER, 1, columns, 0, low, high)
    if loss_rows:
        landscape = drift.loss if drift.loss is not None else drift.variance
        label = f"L({name})" if drift.loss is not None else f"tr Σ({name})"
        seen = np.where(weight > 1e-4 * np.max(weight, initial=0.0), landscape, np.nan)
        bottom, top = finite_range([seen])
        middle = finite_range([landscape])
        top = min(middle[1], bottom + 1.6 * max(top - bottom, 1e-12))
        x_axis, y_axis = (low, high), (bottom, top)
        box = draw_frame(
            canvas,
            0,
            1,
            canvas.width,
            loss_rows,
            x_axis,
            y_axis,
            x_name=name,
            y_name=label,
            gutter=GUTTER - 1,
        )
        points = drift.points[0]
        levels = (
            np.interp(dot_positions(low, high, box.columns), points, np.nan_to_num(landscape)) - bottom
        ) / (top - bottom)
        draw_curve(
            canvas,
            box.x,
            box.y,
            box.columns,
            box.rows,
            np.where(levels <= 1.0, levels, np.nan),
            Role.LOSS,
            "solid",
        )
        _read_landscape(canvas, view, box, edges, drift, name)
    y = 1 + loss_rows
    slots = max(1, box.columns // SLOT)
    for kind in kinds:
        if y >= canvas.height:
            break
        values = getattr(drift, kind)
        sign = sign_of(kind, view.look.ascii)
        # A name as wide as the gutter would touch the first arrow and read as part of it.
        sign = sign if width_of(sign) < GUTTER else sign.replace(" ", "")
        canvas.write(0, y, sign, Role.FAINT if view.stale else INK[kind], cells=GUTTER, align="left")
        if values is None:
            canvas.write(box.x, y, "needs a prediction of p", Role.MUTED)
        else:
            span = (high - low) * (slots * SLOT) / box.columns
            sampled = sample_line(edges, values[0], low, low + span, slots)
            draw_line_arrows(
                canvas, box.x, y, box.columns, sampled, longest, Role.FAINT if view.stale else INK[kind], SLOT
            )
            _read(canvas, view, box, y, edges, values[0])
        if explained:
            canvas.write(box.x, y + 1, f"{MEANING[kind]}  [{KEY[kind]}]", Role.MUTED, cells=box.columns)
        y += 2 if explained else 1
    if not kinds:
        canvas.write(GUTTER, y, "g d f v show the four kinds of arrows", Role.MUTED)


def _read_landscape(
    canvas: Canvas, view: View, box: Box, edges: np.ndarray, drift: DriftVectors, name: str
) -> None:
    """The loss and the noise at the cursor."""
    column = box.column_of(view.cursor[0]) if view.cursor is not None else None
    if column is None or view.cursor is None:
        return
    index = int(bins_of(edges, view.cursor[0]))
    lines: list[tuple[str, int]] = [(f"Φ {name} = {number(view.cursor[0])}", Role.ACCENT)]
    if drift.loss is not None:
        lines.append((f"L {number(float(drift.loss[index]))}", Role.TEXT))
    lines.append((f"tr Σ {number(float(drift.variance[index]))}", Role.TEXT))
    write_readout(canvas, box, column, lines)


def _read(canvas: Canvas, view: View, box: Box, y: int, edges: np.ndarray, values: np.ndarray) -> None:
    if view.cursor is None:
        return
    column = box.column_of(view.cursor[0])
    if column is None:
        return
    mark_cursor(canvas, column, box.y, box.rows)
    index = int(bins_of(edges, view.cursor[0]))
    text = f" {number(float(values[index]))} "
    x = column + 1 if column + 1 + len(text) <= box.x + box.columns else column - len(text)
    canvas.write(x, y, text, Role.ACCENT)


DROPPED = ("gradient", "velocity", "noise_induced", "diffusive")
"""Which maps are kept where there is no room for all, the dearest first."""


def _nowhere(values: np.ndarray | None, longest: float) -> bool:
    """Whether a field is there and nought everywhere."""
    return values is not None and not bool((np.abs(np.nan_to_num(values)) > 1e-6 * longest).any())


def _draw_maps(canvas: Canvas, view: View, snapshot: Snapshot, drift: DriftVectors, focused: bool) -> None:
    weight = snapshot.instant if view.settling else snapshot.density
    longest = _longest(drift, weight)
    ground = drift.loss if drift.loss is not None else drift.variance
    what = "bright: low L" if drift.loss is not None else "bright: low tr Σ"
    of = PREDICTION_SHORT.get(drift.of, drift.of)
    kinds = [kind for kind in ARROWS if kind in view.arrows]
    if not kinds:
        draw_title(canvas, "Drift vectors", focused)
        canvas.write(2, 1, "g d f v show the four kinds of arrows", Role.MUTED)
        return
    most = max(1, canvas.width // 19)
    unknown = [kind for kind in kinds if getattr(drift, kind) is None]
    kinds = [kind for kind in kinds if kind not in unknown] or kinds
    none = [kind for kind in kinds if _nowhere(getattr(drift, kind), longest)]
    facts = [f"longest {number(longest, 2)}", f"p: {of}", what]
    if unknown and unknown != kinds:
        facts = [f"no {', '.join(sign_of(k, view.look.ascii) for k in unknown)}: p is not predicted", *facts]
    if len(kinds) > most:
        kinds = sorted(
            [k for k in kinds if k not in none] + none, key=lambda k: (k in none, DROPPED.index(k))
        )[:most]
        kinds.sort(key=ARROWS.index)
        left_out = [sign_of(kind, view.look.ascii) for kind in none if kind not in kinds]
        facts = [f"{', '.join(left_out)} = 0", *facts] if left_out else facts
    while len(facts) > 1 and width_of(view.look.say(" · ".join(facts))) > canvas.width - 22:
        facts.pop()
    draw_title(canvas, "Drift vectors", focused, " · ".join(facts))
    gap = 1
    each = (canvas.width - gap * (len(kinds) - 1)) // len(kinds)
    rows = canvas.height - 2
    if rows < 2:
        return
    low, high = finite_range([np.where(weight > 1e-3 * np.max(weight, initial=0.0), ground, np.nan)])
    depth = np.clip((high - ground) / max(high - low, 1e-300), 0.0, 1.0) * 0.45
    spans = tuple(float(e[-1] - e[0]) for e in snapshot.edges)
    names = names_of(snapshot)
    for place, kind in enumerate(kinds):
        x = place * (each + gap)
        end = canvas.write(x + 1, 1, sign_of(kind, view.look.ascii), INK[kind])
        room = max(0, x + each - end - 1)
        meanings = (MEANING[kind], SHORT_MEANING[kind], TINY_MEANING[kind])
        meaning = next((m for m in meanings if width_of(view.look.say(m)) <= room), "")
        canvas.write(end + 1, 1, meaning, Role.MUTED, cells=room)
        if rows >= 6:
            box = draw_frame(
                canvas,
                x,
                2,
                each,
                rows,
                (float(snapshot.edges[0][0]), float(snapshot.edges[0][-1])),
                (float(snapshot.edges[1][0]), float(snapshot.edges[1][-1])),
                x_name=names[0],
                y_name=names[1],
                gutter=2,
            )
        else:
            box = Box(x, 2, each, rows)
        draw_map(canvas, box.x, box.y, box.columns, box.rows, depth, 1.0)
        values = getattr(drift, kind)
        if values is None:
            canvas.write(
                box.x + 1, box.y + box.rows // 2, "needs a prediction of p", Role.MUTED, cells=box.columns - 1
            )
            continue
        ink = Role.FAINT if view.stale else INK[kind]
        draw_map_arrows(
            canvas, box.x, box.y, box.columns, box.rows, values, (spans[0], spans[1]), longest, ink,
            weight if kind in ("diffusive", "velocity") else None,
        )  # fmt: skip


class Drift(Panel):
    """The four kinds of drift vectors."""

    PICTURE = True
    TITLE = "Drift vectors"
    READING = (
        "−g       the mean displacement per unit time, exactly E[Δx]/η\n"
        "−∇·D     the noise-induced drift of probability: it is in the current J, not in E[Δx]\n"
        "−D∇ln p  the diffusive part\n"
        "J/p      their sum, the velocity of probability: zero everywhere in equilibrium, circulating when not\n"
        "D = ηΣ/2B. Arrows have three lengths, in units of the longest where walkers are. g d f v show or hide each."
    )

    def needs(self, view: View) -> tuple[object, ...]:
        """The fields and how they are looked at; not the histogram, which only scales the arrows."""
        shown = view.snapshot
        run = (None,) if shown is None else (shown.drift, shown.generation, shown.phase, len(shown.edges))
        return (*run, view.arrows, view.cursor, view.stale, view.busy, view.look)

    def paint(self, canvas: Canvas) -> None:
        """Draws the arrows."""
        draw_drift(canvas, self.view, self.has_focus)
        if self.view.busy and self.view.snapshot is not None:
            canvas.fade()
