"""What a form without drift and diffusion says itself of where it settles: one entry a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.detailed_balance import hopping, hopping_on_the_way, hopping_time
from sgdtui.predict.diffusion.run_and_tumble import tumbling, tumbling_time
from sgdtui.predict.prediction import Absence, Prediction


@dataclass(frozen=True, slots=True)
class OwnTheory:
    """The answers of a form that no equation for p(x, t) of the house knows.

    prediction       the name of the prediction that its stationary law is
    law              the stationary law on bins, one array of edges a drawn axis
    relaxation_time  one over the gap, in units of t; None where it is not known
    evolution        (experiment, edges, times, law at t = 0 or None) to the probability of each bin, (times, bins)
    """

    prediction: str
    law: Callable[[Experiment, tuple[Array, ...]], Prediction | Absence]
    relaxation_time: Callable[[Experiment], float | None]
    evolution: Callable[[Experiment, Array, Array, Array | None], Array] | None = None


OWN_THEORIES = {
    "hops": OwnTheory("transfer", hopping, hopping_time, hopping_on_the_way),
    "tumble": OwnTheory("fokker-planck", tumbling, tumbling_time),
}


def own_theory(experiment: Experiment) -> OwnTheory | None:
    """What the experiment's form says itself; None where the house's equations hold."""
    return OWN_THEORIES.get(experiment.system.form)
