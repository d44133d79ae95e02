"""A measured law held against a predicted one, with what sampling error alone would show."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.compare.distances.values import Distances


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a prediction did.

    floor            the distances that sampling error alone would show at this effective sample size
    p_value          of one statistic fixed beforehand
    numerical_error  of the prediction's grid, and for an SDE the bias of dt, as a TV
    agrees           False if p < .001 and distance - floor > numerical_error; None if the run could not resolve
                     twice the closest rival's distance, or a numerical error hides what matters; else True
    more_samples     how many times more samples would tell, where `agrees` is None
    hindrance        what more samples would not mend, where `agrees` is None for it: the "numerical error", or a "bias
                     of dt" that is not known; else empty
    errors           the standard errors of the distances
    """

    name: str
    distances: Distances
    floor: Distances
    p_value: float | None
    numerical_error: float
    agrees: bool | None
    more_samples: float | None = None
    errors: Distances | None = None
    hindrance: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of "gibbs", "equilibrium, not gibbs", "nonequilibrium", "no stationary law", "undecided"; and why.

    `why` is one generated sentence with the numbers.
    """

    text: str
    why: str
