"""The stationary law of the discrete chain itself: no SDE limit is taken."""

from __future__ import annotations

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.step import why_no_chain
from sgdtui.predict.own_theory import own_theory
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"


def transfer(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The law of the chain on bins `edges`, one array of edges a drawn axis; of hops, the law of the states."""
    own = own_theory(experiment)
    if own is not None and own.prediction == NAME:
        return own.law(experiment, edges)
    absence = why_no_chain(experiment)
    if absence is not None:
        return absence
    if experiment.dimension == 1:
        from sgdtui.predict.chain.line import transfer_on_the_line

        return transfer_on_the_line(experiment, edges[0])
    from sgdtui.predict.chain.plane import transfer_on_the_plane

    return transfer_on_the_plane(experiment, edges)
