"""The verdict: what the law is, how far each prediction is from it, and what sampling error alone would show."""

from __future__ import annotations

from sgdtui.compare.comparison import Comparison
from sgdtui.compare.distances.registry import DISTANCES
from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import wrap, wrap_sentences
from sgdtui.tui.draw.predictions import ink_of, label_of, short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import number, with_error
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.decider import decider_of
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View, settling_word

SAID = {
    "gibbs": ("GIBBS", Role.GOOD),
    "equilibrium, not gibbs": ("NOT GIBBS, in equilibrium", Role.WARN),
    "nonequilibrium": ("NOT GIBBS, out of equilibrium", Role.BAD),
    "no stationary law": ("NO STATIONARY LAW", Role.BAD),
    "undecided": ("UNDECIDED", Role.MUTED),
}
TABLE_CELLS = 26
"""What the table takes where it stands beside the reason."""

RULE = {
    "minimum": "tr D/d at the minimum",
    "average": "tr D/d over the walkers",
    "best-kl": "the best fit in KL",
}
"""How the temperature of Gibbs was chosen, in the words of the panel."""

MARK = {True: ("≈", Role.GOOD), False: ("≠", Role.BAD), None: ("?", Role.WARN)}


def verdict_of(view: View) -> tuple[str, int]:
    """The verdict in words and its ink; says what is missing while there is none."""
    snapshot = view.snapshot
    if snapshot is None:
        return (view.busy or "starting …"), Role.MUTED
    if snapshot.phase == "failed":
        return "the run failed", Role.BAD
    if view.settling:
        return f"not settled yet: {settling_word(view)}", Role.WARN
    if view.stale or snapshot.verdict is None:
        return "being computed …", Role.MUTED
    return SAID.get(snapshot.verdict.text, (snapshot.verdict.text, Role.TEXT))


def why_of(view: View) -> str:
    """The reason for the verdict, or why there is none."""
    snapshot = view.snapshot
    if snapshot is None:
        return ""
    if snapshot.phase == "failed":
        return snapshot.message or "no reason was given"
    if view.settling:
        return "The walkers are still forgetting where they started; nothing is recorded before five relaxation times."
    if view.stale or snapshot.verdict is None:
        return "The predictions for these settings are on their way."
    why = snapshot.verdict.why
    decider = decider_of(view)
    if decider is not None:
        why += f" {decider.what.rstrip('.')}{' (d does it)' if decider.changes else ''}."
    if snapshot.settled is False and not why.startswith("Not settled"):
        why = "Not settled: burn-in was shorter than five relaxation times. " + why
    return why


def draw_table(canvas: Canvas, x: int, y: int, width: int, rows: int, view: View, snapshot: Snapshot) -> int:
    """Distances of every prediction with their floors; returns the rows used."""
    name_cells = 9 if width >= 26 else 6
    shown = [(kind.name, kind.label) for kind in DISTANCES][: max(1, min(5, (width - name_cells - 2) // 6))]
    cell = min(8, (width - name_cells - 2) // len(shown))
    if rows < 1:
        return 0
    for place, (_, heading) in enumerate(shown):
        canvas.write(x + name_cells + place * cell, y, heading, Role.MUTED, cells=cell, align="right")
    used = 1
    there = list(snapshot.comparisons)
    with_floors = rows >= 1 + 2 * len(there)
    faint = view.stale or view.settling
    for name in there:
        if used >= rows:
            break
        comparison = snapshot.comparisons[name]
        title = label_of(name) if len(label_of(name)) <= name_cells - 1 else short_of(name)
        canvas.write(x, y + used, title, Role.FAINT if faint else ink_of(name), cells=name_cells)
        for place, (key, _) in enumerate(shown):
            value = comparison.distances[key]
            canvas.write(
                x + name_cells + place * cell, y + used, number(value), Role.FAINT if faint else Role.TEXT,
                cells=cell, align="right",
            )  # fmt: skip
        mark, ink = MARK[comparison.agrees]
        canvas.write(
            x + name_cells + len(shown) * cell + 1, y + used, mark, Role.FAINT if faint else ink, weight=BOLD
        )
        used += 1
        if with_floors and used < rows:
            _draw_floor(canvas, x, y + used, name_cells, cell, shown, comparison)
            used += 1
    return used


def _draw_floor(
    canvas: Canvas,
    x: int,
    y: int,
    name_cells: int,
    cell: int,
    shown: list[tuple[str, str]],
    comparison: Comparison,
) -> None:
    canvas.write(x, y, "  floor", Role.MUTED, cells=name_cells)
    for place, (key, _) in enumerate(shown):
        value = number(comparison.floor[key], 2)
        canvas.write(x + name_cells + place * cell, y, value, Role.MUTED, cells=cell, align="right")


def facts_of(snapshot: Snapshot) -> list[str]:
    """n_eff, the temperature and its rule, the fit, absences: one short line each."""
    facts = [f"n_eff {number(snapshot.effective_samples, 2)}"]
    gibbs = snapshot.predictions.get("gibbs")
    if gibbs is not None and gibbs.temperature is not None:
        facts[0] += f" · kT {number(gibbs.temperature)}"
        if gibbs.rule:
            facts.append(f"kT: {RULE.get(gibbs.rule, gibbs.rule)}")
    if snapshot.flow is not None and snapshot.flow.entropy_production.value is not None:
        produced = snapshot.flow.entropy_production
        facts.append(f"entropy prod. {with_error(produced.value, produced.se)}")
    if snapshot.passage is not None and snapshot.passage.mean_time is not None:
        facts.append(f"first passage at t {number(snapshot.passage.mean_time, 4)}")
    absent: dict[str, list[str]] = {}
    for absence in snapshot.absences.values():
        absent.setdefault(absence.reason, []).append(label_of(absence.name))
    facts += [f"no {', '.join(names)}: {reason}" for reason, names in absent.items()]
    return facts


def draw_verdict(canvas: Canvas, view: View, focused: bool = False) -> None:
    """The whole panel: beside each other where it is low and wide, below each other where it is high."""
    text, ink = verdict_of(view)
    snapshot = view.snapshot
    done = [c for c in view.claims if c.holds is not None]
    note = ""
    if view.claims and view.claims_apply and canvas.height < 8:
        note = f"claims {sum(bool(c.holds) for c in done)}/{len(view.claims)} ✓"
    draw_title(canvas, "Verdict", focused, note)
    low = canvas.height < 8 and canvas.width >= 46
    left = canvas.width - TABLE_CELLS - 3 if low else canvas.width - 2
    canvas.write(1, 1, text, ink, weight=BOLD, cells=left)
    if snapshot is None:
        return
    if view.settling:
        for row, line in enumerate(wrap(canvas.look.say(why_of(view)), left, canvas.height - 2)):
            canvas.write(1, 2 + row, line, Role.MUTED)
        return
    facts = [
        piece if first == 0 else f" {piece}"
        for fact in facts_of(snapshot)
        for first, piece in enumerate(wrap(canvas.look.say(fact), canvas.width - 2, 2))
    ]
    if low:
        lines = wrap_sentences(why_of(view), left, canvas.height - 2)
        for row, line in enumerate(lines):
            canvas.write(1, 2 + row, line, Role.TEXT, cells=left)
        right = left + 3
        used = draw_table(canvas, right, 1, canvas.width - right, canvas.height - 2, view, snapshot)
        if 1 + used < canvas.height:
            canvas.write(right, 1 + used, facts[0], Role.MUTED)
        return
    y = 2
    table_rows = max(0, canvas.height - y - min(len(facts), 2))
    y += draw_table(canvas, 1, y, canvas.width - 1, table_rows, view, snapshot)
    if y + len(facts) < canvas.height:
        y += 1
    for fact in facts:
        if y < canvas.height:
            canvas.write(1, y, fact, Role.MUTED, cells=canvas.width - 1)
            y += 1


class Verdict(Panel):
    """The verdict with its table."""

    TITLE = "Verdict"
    JUMP = "v"
    READING = (
        "TV  half the L1 distance      KL  KL(measured‖prediction) in nats      W₁  in units of x\n"
        "floor  the distance that sampling error alone would show with this many effective samples\n"
        "≈ agrees   ≠ differs (p < .001 and beyond the prediction's own numerical error)   ? cannot be told yet\n"
        "kT  the temperature that Gibbs was given, and by which rule; n_eff  independent samples worth as much"
    )

    def paint(self, canvas: Canvas) -> None:
        """Draws the verdict."""
        draw_verdict(canvas, self.view, self.has_focus)
