"""A result in a few lines, for a prompt: what was run, where it settled, which prediction holds, the verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from sgdtui.arrays import Array
from sgdtui.lab.snapshot import Snapshot

LINES, WIDTH = 12, 110
"""The most that a summary takes."""


def number(value: float | None) -> str:
    """Six significant digits, a dash for what is not known."""
    return "-" if value is None else f"{value:.6g}"


def plus_minus(value: float | None, se: float | None) -> str:
    """A value to the digits that its standard error (two digits) leaves it."""
    if value is None:
        return "-"
    if se is None or not se > 0:
        return number(value)
    exponent = int(f"{se:.1e}".partition("e")[2])
    decimals = 1 - exponent
    if 0 <= decimals <= 12:
        return f"{value:.{decimals}f} ± {se:.{decimals}f}"
    return f"{value:.6g} ± {se:.1e}"


def summary(snapshot: Snapshot, complete: bool, variants: Mapping[str, Any]) -> str:
    """At most `LINES` lines of at most `WIDTH` characters."""
    experiment, dynamics = snapshot.experiment, snapshot.experiment.dynamics
    step = f"dt {number(dynamics.dt)}" if dynamics.is_sde else f"B {dynamics.batch}"
    cut = "" if complete else "; interrupted"
    lines = [
        f"{experiment.title or experiment.name}: {dynamics.kind}, eta {number(dynamics.eta)}, {step}; "
        f"{snapshot.walkers} walkers, t = {number(snapshot.time)}, "
        f"worth {number(snapshot.effective_samples)} samples{cut}"
    ]
    names = experiment.variables[:3]
    lines.append("mean        " + _row(names, snapshot.mean, snapshot.mean_se))
    lines.append(
        "variance    " + _row(names, snapshot.covariance.diagonal(), snapshot.covariance_se.diagonal())
    )
    seen = list(snapshot.observables.items())
    if seen:
        lines.append(
            "observed    " + ", ".join(f"{name} {plus_minus(o.value, o.se)}" for name, o in seen[:4])
        )
    for name in snapshot.predictions:
        comparison = snapshot.comparisons.get(name)
        if comparison is not None:
            agrees = {True: "agrees", False: "does not agree", None: "cannot tell"}[comparison.agrees]
            tv, floor = comparison.distances.tv, comparison.floor.tv
            lines.append(f"{name:<14}{agrees}: TV {number(tv)} (floor {number(floor)})")
    absent = [f"{name} ({absence.reason})" for name, absence in snapshot.absences.items()]
    if absent:
        lines.append("absent      " + ", ".join(absent))
    if variants:
        lines.append("variants    " + ", ".join(variants))
    verdict = snapshot.verdict
    lines.append(f"verdict     {verdict.text if verdict is not None else 'undecided'}")
    told = [
        textwrap.shorten(printable(line), WIDTH, placeholder=" …") if len(line) > WIDTH else line
        for line in lines
    ]
    return "\n".join(told[: LINES - 1] + told[-1:] if len(told) > LINES else told)


def _row(names: tuple[str, ...], values: Array, errors: Array) -> str:
    return ", ".join(
        f"{name} {plus_minus(float(value), float(error))}"
        for name, value, error in zip(names, values, errors, strict=False)
    )


def printable(text: str) -> str:
    """Text from a file, safe for a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
