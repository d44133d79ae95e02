"""A prediction of the stationary law, in the form that the comparison and the screen need."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sgdtui.arrays import Array

REASONS = (
    "no loss",
    "not one- or two-dimensional",
    "degenerate noise",
    "not normalisable",
    "singular law",
    "unsettled",
    "not found",
    "too costly",
)
"""Why a prediction may be absent; no other reason is ever given.

The first six are facts about the system: "not normalisable" above all is only said where it is shown. The last two are
about the method: it did not find the law, or would need more memory or time than it may."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A prediction that there is not: one of `REASONS`, and one sentence of detail."""

    name: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """A predicted stationary law.

    probability        (bins…) mass in each bin of the window, cell averages rather than values at the middle;
                       None for a singular law, which has only `distribution`
    outside            mass outside the window
    distribution       1-D: the distribution function at the bin edges, (bins + 1,); None in 2-D
    mean, covariance   (d,), (d, d) over all space; None where they do not exist
    observables        the average of each observed expression over all space, by name
    numerical_error    this prediction's own error as a total variation distance (grid, truncation)
    temperature, rule  Gibbs only: the number and how it was chosen
    current            (axes, bins…) the probability current J at the bin centres; None where it is not known
    entropy_production the SDE's, per unit time; None where it is not known
    singular           the law has no density (no KL, no TV)
    survival_loss      per step, where walkers escape and there is only a quasi-stationary law
    relaxation_time    1/gap in units of t, where it is known
    draws              how many independent draws a sampled prediction is worth; None for one that was computed
    notes              sentences worth showing: a refined grid, a limiter
    """

    name: str
    edges: tuple[Array, ...]
    probability: Array | None
    outside: float = 0.0
    distribution: Array | None = None
    mean: Array | None = None
    covariance: Array | None = None
    observables: dict[str, float] = field(default_factory=dict)
    numerical_error: float = 0.0
    temperature: float | None = None
    rule: str | None = None
    current: Array | None = None
    entropy_production: float | None = None
    singular: bool = False
    survival_loss: float | None = None
    relaxation_time: float | None = None
    draws: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def density(self) -> Array | None:
        """Probability per unit length or area in each bin, (bins…)."""
        if self.probability is None:
            return None
        volume = np.ones(())
        for axis_edges in self.edges:
            volume = np.multiply.outer(volume, np.diff(axis_edges))
        return self.probability / volume
