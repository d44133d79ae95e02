"""Claims, checked against the run so far, in the words of the panel."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sgdtui.claims.check import Claim, check
from sgdtui.model.experiment import Experiment
from sgdtui.tui.controller.dial_list import LAST, dials_of
from sgdtui.tui.draw.scale import number, with_error
from sgdtui.tui.view import ClaimLine

SHORT = (("predictions.", ""), ("observables.", ""), ("fokker-planck", "F–P"), ("transfer.", "chain."))


def claims_apply(experiment: Experiment, initials: Mapping[str, float | str] | None = None) -> bool:
    """Whether every dial that matters stands where the preset put it (`initials`: see `dials_of`)."""
    dials = dials_of(experiment, initials)
    return all(dial.value == dial.initial for dial in dials if dial.path not in LAST)


def lines_of(experiment: Experiment, document: Mapping[str, Any] | None) -> tuple[ClaimLine, ...]:
    """The claims that this run alone can tell, against what it has found so far (None: nothing yet)."""
    if not experiment.expect:
        return ()
    alone = tuple(e for e in experiment.expect if e.variant is None and "variants." not in e.that)
    live = replace(experiment, expect=alone)
    held = check(live, document or {}, final=False)
    return tuple(line_of(claim, document is not None, experiment.variables) for claim in held)


def _named(that: str, variables: Sequence[str]) -> str:
    """A path into the results in a few letters: left, gibbs var x, cov x y, mean y."""
    for long, short in SHORT:
        that = that.replace(long, short)

    def moment(found: re.Match[str]) -> str:
        one, other = int(found[1]), int(found[2])
        if max(one, other) >= len(variables):
            return found[0]
        return f" var {variables[one]}" if one == other else f" cov {variables[one]} {variables[other]}"

    def mean(found: re.Match[str]) -> str:
        return f" mean {variables[int(found[1])]}" if int(found[1]) < len(variables) else found[0]

    that = re.sub(r"\.?\bcovariance\[(\d)\]\[(\d)\]", moment, that)
    return re.sub(r"\.?\bmean\[(\d)\]", mean, that).strip()


def line_of(claim: Claim, looked: bool = True, variables: Sequence[str] = ()) -> ClaimLine:
    """One line: what is claimed, what was expected within how much, what was measured, whether it holds.

    `looked` False: there is nothing to measure yet, so that nothing can be amiss. `variables` name the coordinates.
    """
    that = _named(claim.that, variables)
    if claim.at is not None:
        that += f" at t {number(claim.at)}"
    if isinstance(claim.expected, bool | str):
        expected = _word(claim.expected)
        measured = "" if claim.measured is None else _word(claim.measured)
        measured = "" if measured == expected else measured
    else:
        expected = _rounded(float(claim.expected), claim.within)
        if claim.within:
            expected += f"±{number(claim.within, 2)}"
        measured = ""
        if looked and isinstance(claim.measured, int | float):
            measured = (
                with_error(float(claim.measured), claim.se) if claim.se else number(float(claim.measured), 6)
            )
    return ClaimLine(
        that,
        expected,
        measured or (claim.problem if claim.holds is False else ""),
        claim.holds if looked else None,
        _bar_of(claim, looked),
    )


def _word(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else str(value)


def _bar_of(claim: Claim, looked: bool) -> tuple[float, float, float | None, float | None] | None:
    """The claim as an error bar; None where it is not of numbers that may differ."""
    if isinstance(claim.expected, bool | str) or not claim.within:
        return None
    known = looked and isinstance(claim.measured, int | float)
    measured = float(claim.measured) if known and isinstance(claim.measured, int | float) else None
    return float(claim.expected), float(claim.within), measured, claim.se if known else None


def _rounded(value: float, within: float | None) -> str:
    """A number to the digits that its tolerance lets count."""
    if not within:
        return number(value, 6)
    places = min(8, max(0, -math.floor(math.log10(within)) + (within >= 1e-4)))
    text = f"{value:.{places}f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 and places else text
