"""What the finite step of a simulated SDE adds: Euler's chain has a law of its own, near that of the SDE."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.prediction import Prediction


@dataclass(frozen=True, slots=True, eq=False)
class DtBias:
    """The law of Euler's chain minus that of the SDE: as a total variation, and for each average.

    `source` says how it is known: from the "transfer" law of the chain, or from "a run at 2 dt".
    """

    tv: float
    mean: Array | None = None
    covariance: Array | None = None
    observables: dict[str, float] = field(default_factory=dict)
    source: str = "transfer"


def dt_bias(chain: Prediction | None, continuous: Prediction | None) -> DtBias | None:
    """The bias of dt from the two predicted laws (the transfer law is that of the chain); None without both."""
    if chain is None or continuous is None:
        return None
    if chain.probability is None or continuous.probability is None:
        return None
    gap = np.abs(chain.probability - continuous.probability).sum() + abs(chain.outside - continuous.outside)
    return DtBias(
        tv=0.5 * float(gap),
        mean=_difference(chain.mean, continuous.mean),
        covariance=_difference(chain.covariance, continuous.covariance),
        observables={
            name: chain.observables[name] - continuous.observables[name]
            for name in chain.observables
            if name in continuous.observables
        },
    )


def _difference(one: Array | None, other: Array | None) -> Array | None:
    return None if one is None or other is None else one - other
