"""What the finite step of a simulated SDE adds: Euler's chain has a law of its own, near that of the SDE."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.step_bias import StepBias
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Prediction

KNOWN = 0.25
"""A difference of two predicted laws is believed where their numerical errors are at most so large a share of it; and
so large a share is granted to what an extrapolation in dt of one order leaves."""

NOTICED = 5e-4
"""A total variation below which a difference need not be known so well: no histogram shows it."""


@dataclass(frozen=True, slots=True, eq=False)
class DtBias:
    """The law of Euler's chain minus that of the SDE: as a total variation, and for each average, with errors.

    An error is None where the difference is one of two predicted laws. `source` says how it is known: from the
    "transfer" law of the chain, or from "a run at 2 dt". `step` is the same as the comparison wants it.
    """

    tv: float
    mean: Array | None = None
    covariance: Array | None = None
    observables: dict[str, float] = field(default_factory=dict)
    source: str = "transfer"
    tv_se: float | None = None
    mean_se: Array | None = None
    covariance_se: Array | None = None
    observables_se: dict[str, float] = field(default_factory=dict)
    step: StepBias | None = None


def has_dt_bias(experiment: Experiment) -> bool:
    """Whether walkers take finite steps of a process in continuous time."""
    system = experiment.system
    return experiment.dynamics.is_sde or (system.in_continuous_time and system.states is None)


def dt_bias(chain: Prediction | None, continuous: Prediction | None) -> DtBias | None:
    """The bias of dt from the two predicted laws (the transfer law is that of the chain).

    None without both, and where their numerical errors are not small beside the difference.
    """
    if chain is None or continuous is None:
        return None
    if chain.probability is None or continuous.probability is None:
        return None
    cells = np.append(
        np.ravel(chain.probability) - np.ravel(continuous.probability), chain.outside - continuous.outside
    )
    tv = 0.5 * float(np.abs(cells).sum())
    error = chain.numerical_error + continuous.numerical_error
    if error > max(KNOWN * tv, NOTICED):
        return None
    return DtBias(
        tv=tv,
        mean=_difference(chain.mean, continuous.mean),
        covariance=_difference(chain.covariance, continuous.covariance),
        observables={
            name: chain.observables[name] - continuous.observables[name]
            for name in chain.observables
            if name in continuous.observables
        },
        tv_se=error,
        step=StepBias(tv, error, cells=cells, left=min(KNOWN, error / tv) if tv > 0 else 0.0),
    )


def _difference(one: Array | None, other: Array | None) -> Array | None:
    return None if one is None or other is None else one - other
