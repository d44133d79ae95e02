"""Whether a claim that holds proves anything: how far it may be off, and how well its value is known."""

from __future__ import annotations

from sgdtui.claims.check import EXACT, Claim

MOST_ERRORS = 5.0
"""A tolerance of more standard errors lets wrong values pass."""

MOST_RELATIVE = 0.01
"""A standard error of a larger share of the value does not pin it down."""

SLACK = 1.25
"""A standard error from 64 groups of walkers is itself known to 9 %: almost three of those are let pass."""


def weakness(claim: Claim) -> str:
    """Why the claim proves little, in a few words; "" where it does prove something.

    Only numbers that were measured are asked: a prediction and a deterministic run have no standard error. A claim
    that something is zero is not asked how well it is known, since its spread is not known here.
    """
    expected, measured = claim.expected, claim.measured
    if isinstance(expected, bool | str) or measured is None or isinstance(measured, bool | str):
        return ""
    if claim.se is None:
        return "its standard error is not known"
    if claim.se <= EXACT * max(1.0, abs(measured)):
        return ""
    within = claim.within or 0.0
    if within > SLACK * MOST_ERRORS * claim.se:
        return f"may be off by {within / claim.se:.1f} standard errors, at most {MOST_ERRORS:g} are asked"
    if expected and claim.se > SLACK * MOST_RELATIVE * abs(expected):
        share = 100 * claim.se / abs(expected)
        return f"is known to {share:.1f} % of its value, at most {100 * MOST_RELATIVE:g} % is asked"
    return ""
