"""Claims, checked against the run so far, in the words of the panel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sgdtui.claims.check import Claim, check
from sgdtui.model.experiment import Experiment
from sgdtui.tui.controller.dial_list import LAST, dials_of
from sgdtui.tui.draw.scale import number, with_error
from sgdtui.tui.view import ClaimLine

SHORT = (("predictions.", ""), ("observables.", ""), (".covariance", " cov"), ("fokker-planck", "F–P"))


def claims_apply(experiment: Experiment) -> bool:
    """Whether every dial that matters stands where the preset put it."""
    return all(dial.value == dial.initial for dial in dials_of(experiment) if dial.path not in LAST)


def lines_of(experiment: Experiment, document: Mapping[str, Any] | None) -> tuple[ClaimLine, ...]:
    """The claims that this run alone can tell, against what it has found so far (None: nothing yet)."""
    if not experiment.expect:
        return ()
    alone = tuple(e for e in experiment.expect if e.variant is None and "variants." not in e.that)
    live = replace(experiment, expect=alone)
    return tuple(line_of(claim, document is not None) for claim in check(live, document or {}, final=False))


def line_of(claim: Claim, looked: bool = True) -> ClaimLine:
    """One line: what is claimed, what was expected within how much, what was measured, whether it holds.

    `looked` False: there is nothing to measure yet, so that nothing can be amiss.
    """
    that = claim.that
    for long, short in SHORT:
        that = that.replace(long, short)
    if claim.at is not None:
        that += f" at t {number(claim.at)}"
    if isinstance(claim.expected, bool | str):
        expected = str(claim.expected)
        measured = "" if claim.measured is None else str(claim.measured)
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
    )


def _rounded(value: float, within: float | None) -> str:
    """A number to the digits that its tolerance lets count."""
    if not within:
        return number(value, 6)
    places = min(8, max(0, -math.floor(math.log10(within)) + (within >= 1e-4)))
    text = f"{value:.{places}f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 and places else text
