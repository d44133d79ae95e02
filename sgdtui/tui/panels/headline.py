"""The verdict in one whole sentence with the two numbers that matter: what was measured, and what Gibbs says."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.expression import Expression
from sgdtui.expression.node import Apply
from sgdtui.lab.misplaced import Share
from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.predictions import said_of, short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import number, parenthesised, percent
from sgdtui.tui.panels.decider import decider_of
from sgdtui.tui.view import View, names_of, settling_word

BADGE = {
    "gibbs": ("GIBBS", "", Role.GOOD),
    "equilibrium, not gibbs": ("NOT GIBBS", "", Role.BAD),
    "nonequilibrium": ("NOT GIBBS", ", out of equilibrium", Role.BAD),
    "no stationary law": ("NO STATIONARY LAW", "", Role.BAD),
    "undecided": ("UNDECIDED", "", Role.WARN),
}
"""The verdict's word, what is added where there is room, and its ink."""

CONDITIONS = frozenset(("<", "<=", ">", ">=", "==", "!=", "and", "or", "not"))
"""Functions whose average is a share of the walkers."""

OBSERVED_FIRST = 0.6
"""An observable of the preset is told, rather than an interval that was found, if it has so much of the difference."""


SEEN = 0.03
"""A difference of shares that is worth a sentence."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A badge (word, addition, ink), the sentence, the same in ever fewer words, and the reason that may follow it."""

    word: str
    addition: str
    ink: int
    sentence: str
    shorter: tuple[str, ...] = ()
    reason: str = ""


def headline_of(view: View) -> Headline:
    """What the line under the title says now."""
    snapshot = view.snapshot
    if snapshot is None or snapshot.phase in ("compiling", "pilot"):
        return Headline("WAIT", "", Role.MUTED, view.busy or "The run is being made ready.")
    if snapshot.phase == "failed":
        return Headline("FAILED", "", Role.BAD, snapshot.message or "The run failed; no reason was given.")
    if view.settling:
        sentence = "The walkers are still forgetting where they started; nothing is counted yet."
        foretold = snapshot.foretold.get("gibbs")
        if foretold is not None and not view.stale:
            short = f"Foretold: Gibbs will be off by TV {number(foretold, 2)}."
            return Headline(
                settling_word(view).upper(), "", Role.WARN, f"{short} Nothing is counted yet.", (short,)
            )
        return Headline(settling_word(view).upper(), "", Role.WARN, sentence)
    if view.stale or snapshot.verdict is None:
        return Headline("WAIT", "", Role.MUTED, "The predictions for these dials are being computed.")
    word, addition, ink = BADGE.get(snapshot.verdict.text, (snapshot.verdict.text.upper(), "", Role.TEXT))
    why = snapshot.verdict.why
    if snapshot.verdict.text == "undecided":
        decider = decider_of(view)
        if decider is not None:
            sentence = decider.what + (" (d does it)." if decider.changes and view.keys else "")
            return Headline(word, addition, ink, sentence, reason=why)
    if snapshot.verdict.text in ("undecided", "no stationary law"):
        return Headline(word, addition, ink, why)
    if snapshot.verdict.text == "nonequilibrium" and _measured(snapshot) is not None:
        addition += " (measured)"
    sentence, *shorter = _sentence(snapshot)
    return Headline(word, addition, ink, sentence, tuple(shorter), why)


def _sentence(snapshot: Snapshot) -> tuple[str, ...]:
    """The two numbers in which the run and Gibbs (or the first prediction that there is) differ most; ever shorter."""
    turning = _turning(snapshot)
    if turning is not None:
        return turning
    name = next(iter(snapshot.predictions), None)
    if name is None:
        return ("",)
    return _told_share(snapshot, name) or _told_moment(snapshot, name)


def _measured(snapshot: Snapshot) -> Asymmetry | None:
    """What shows that the cloud turns where no prediction says so; None where one does, or nothing shows it."""
    found, flow = snapshot.asymmetry, snapshot.flow
    if found is None or not found.circulates:
        return None
    told = flow is not None and (
        flow.entropy_production.value is not None or flow.predicted_entropy_production is not None
    )
    return None if told else found


def _turning(snapshot: Snapshot) -> tuple[str, ...] | None:
    """Out of equilibrium: the entropy that is produced, else what shows that time has a direction."""
    if snapshot.verdict is None or snapshot.verdict.text != "nonequilibrium":
        return None
    measured = _measured(snapshot)
    if measured is not None:
        surely = f"T² = {number(measured.statistic, 3)}, by chance {measured.freedom}"
        return f"The cloud turns: the order of places in time shows it ({surely}).", f"It turns ({surely})."
    if snapshot.flow is None:
        return None
    produced = snapshot.flow.entropy_production
    plane = len(snapshot.edges) == 2
    moves, short = ("The cloud turns", "It turns") if plane else ("A current flows", "It flows")
    if produced.value is not None and produced.se is not None:
        amount = parenthesised(produced.value, produced.se)
        return (
            f"{moves}: it produces {amount} nats per t; Gibbs says 0.",
            f"{short}: {amount} nats per t; Gibbs 0.",
        )
    predicted = snapshot.flow.predicted_entropy_production
    if predicted is None:
        return None
    return (
        f"{moves}: it should produce {number(predicted)} nats per t; Gibbs says 0.",
        f"Foretold: {number(predicted)} nats per t; Gibbs 0.",
    )


@dataclass(frozen=True, slots=True)
class Contrast:
    """A part of the line, `where` in words, of whose walkers a prediction has too few or too many.

    `condition` is what the preset observes, None where the part is the interval of the share: that is also `rounded`,
    to two digits.
    """

    where: str
    share: Share
    condition: Expression | None = None
    rounded: str = ""

    @property
    def more(self) -> bool:
        """Whether more walkers are there than was predicted."""
        return self.share.measured >= self.share.predicted


def contrast_of(snapshot: Snapshot, name: str) -> Contrast | None:
    """Of one prediction: a condition that the preset observes where that shows most of the difference, else the
    interval that was found in which there are most more. None where neither tells.
    """
    found = snapshot.misplaced.get(name)
    best = max(_conditions(snapshot, name), key=_off, default=None)
    if found is None:  # in the plane: a condition that shows nothing gives way to a moment that does
        return best if best is not None and _off(best) >= SEEN else None
    name = names_of(snapshot)[0]
    interval = Contrast(interval_of(found.more, name), found.more, rounded=interval_of(found.more, name, 2))
    largest = max(_off(interval), abs(found.fewer.measured - found.fewer.predicted))
    return best if best is not None and _off(best) >= OBSERVED_FIRST * largest else interval


def _off(contrast: Contrast) -> float:
    return abs(contrast.share.measured - contrast.share.predicted)


def _conditions(snapshot: Snapshot, name: str) -> list[Contrast]:
    """The preset's conditions with their measured and predicted shares."""
    found = []
    for condition, expression in snapshot.experiment.observe:
        observed = snapshot.observables.get(condition)
        predicted = snapshot.predictions[name].observables.get(condition)
        if (
            _is_condition(expression)
            and observed is not None
            and observed.value is not None
            and predicted is not None
        ):
            share = Share(None, None, observed.value, observed.se, predicted)
            found.append(Contrast(expression.text, share, expression))
    return found


def _told_share(snapshot: Snapshot, name: str) -> tuple[str, ...] | None:
    """A part of the line, and its two shares; where there is least room, these alone."""
    contrast = contrast_of(snapshot, name)
    if contrast is None:
        return None
    share, where = contrast.share, contrast.where
    measured = percent(share.measured, share.se)
    said = percent(share.predicted)
    return (
        f"{measured} of the walkers have {where}; {said_of(name)} says {said}.",
        f"{measured} have {where}; {short_of(name)}: {said}.",
        f"{measured} at {contrast.rounded or where}; {short_of(name)}: {said}.",
        f"{measured}; {short_of(name)}: {said}.",
    )


def interval_of(share: Share, name: str, digits: int = 3) -> str:
    """As x < .3, x > .3 or .3 < x < 1.2."""
    low = number(share.low, digits) if share.low is not None else ""
    high = number(share.high, digits) if share.high is not None else ""
    if low and high:
        return f"{low} < {name} < {high}"
    return f"{name} > {low}" if low else f"{name} < {high}" if high else f"any {name}"


def _told_moment(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    """The entry of the covariance that differs most, of the axes that are shown."""
    predicted = snapshot.predictions[name].covariance
    if predicted is None:
        return ("",)
    names, axes = names_of(snapshot), snapshot.experiment.space.axes
    best = -1.0
    told: tuple[str, ...] = ("",)
    for i, one in enumerate(axes):
        for j, other in enumerate(axes[: i + 1]):
            value, se = float(snapshot.covariance[one, other]), float(snapshot.covariance_se[one, other])
            says = float(predicted[one, other])
            scale = float(
                (abs(predicted[one, one] * predicted[other, other])) ** 0.5
            )  # so that no unit of x counts for more
            difference = abs(value - says) / scale if scale > 0 else 0.0
            if difference > best:
                best = difference
                what = f"variance of {names[i]}" if i == j else f"covariance of {names[j]} and {names[i]}"
                brief = f"Var {names[i]}" if i == j else f"Cov {names[j]} {names[i]}"
                title = said_of(name)
                amount = parenthesised(value, se)
                told = (
                    f"The {what} is {amount}; {title} says {number(says)}.",
                    f"{what.capitalize()} {amount}; {title}: {number(says)}.",
                    f"{brief} {amount}; {short_of(name)}: {number(says)}.",
                )
    return told


def _is_condition(expression: object) -> bool:
    node = getattr(expression, "node", None)
    return isinstance(node, Apply) and node.function in CONDITIONS
