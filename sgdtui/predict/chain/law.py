"""The stationary law of the discrete chain itself: no SDE limit is taken."""

from __future__ import annotations

from dataclasses import replace

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.hops import HopSystem
from sgdtui.predict.chain.step import why_no_chain
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"


def transfer(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The law of the chain on bins `edges`, one array of edges a drawn axis; of hops, the law of the states."""
    if isinstance(experiment.system, HopSystem):
        from sgdtui.predict.chain.detailed_balance import hopping

        return hopping(experiment, experiment.system, edges[0])
    absence = why_no_chain(experiment)
    if absence is not None:
        return absence
    if experiment.dimension == 1:
        from sgdtui.predict.chain.line import transfer_on_the_line

        return transfer_on_the_line(experiment, edges[0])
    from sgdtui.predict.chain.plane import transfer_on_the_plane

    return transfer_on_the_plane(experiment, edges)


def survival(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The quasi-stationary law of walkers that have not escaped, with its `survival_loss` per step (1-D)."""
    if experiment.dimension != 1 or isinstance(experiment.system, HopSystem):
        return Absence(NAME, "not one- or two-dimensional", "escape is followed on the line only")
    from sgdtui.predict.chain.line import quasi_stationary

    found = quasi_stationary(experiment, edges[0])
    if isinstance(found, Prediction) and found.survival_loss is None:
        return replace(found, survival_loss=0.0)
    return found
