"""Hold what a run measured to an exact value, by the run's own standard error."""

from __future__ import annotations

from typing import Any


def held(value: float, se: float, exact: float, *, at_most: float, slack: float = 0.0) -> None:
    """Within 4.5 standard errors and `slack`; the error must be at most `at_most` for that to mean something."""
    assert 0 < se <= at_most, f"known to ±{se:.2g} only, at most {at_most:.2g} is asked"
    assert abs(value - exact) <= 4.5 * se + slack, (
        f"{value:.7g} ± {se:.2g}, exactly {exact:.7g}: {(value - exact) / se:+.1f} standard errors"
    )


def held_observable(
    document: dict[str, Any], name: str, exact: float, *, at_most: float, slack: float = 0.0
) -> None:
    """The same of one observable of a printed document."""
    seen = document["observables"][name]
    held(seen["value"], seen["se"], exact, at_most=at_most, slack=slack)


def held_covariance(
    document: dict[str, Any], i: int, j: int, exact: float, *, relative: float, slack: float = 0.0
) -> None:
    """The same of one entry of the covariance; `relative` is to the spread of the two coordinates."""
    covariance, se = document["covariance"], document["covariance_se"]
    spread = (covariance[i][i] * covariance[j][j]) ** 0.5
    held(covariance[i][j], se[i][j], exact, at_most=relative * spread, slack=slack)
