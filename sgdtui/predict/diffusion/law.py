"""The stationary Fokker–Planck solution of an experiment, in one or two dimensions, and of a tumbling swimmer."""

from __future__ import annotations

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.sde import diffusion
from sgdtui.predict.own_theory import own_theory
from sgdtui.predict.prediction import Absence, Prediction

NAME = "fokker-planck"


def fokker_planck(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The stationary law of the SDE (or of run-and-tumble) on bins `edges`, one array of edges a drawn axis.

    In one or two dimensions, or in any where walkers keep to a line.
    """
    own = own_theory(experiment)
    if own is not None and own.prediction == NAME:
        return own.law(experiment, edges)
    process = diffusion(experiment, NAME)
    if isinstance(process, Absence):
        return process
    if experiment.dimension == 1:
        from sgdtui.predict.diffusion.line import stationary_line

        return stationary_line(experiment, process, edges[0])
    from sgdtui.predict.diffusion.invariant_line import law_on_line

    on_line = law_on_line(experiment, process, edges)
    if on_line is not None:
        return on_line
    if experiment.dimension == 2:
        from sgdtui.predict.diffusion.plane import stationary_plane

        return stationary_plane(experiment, process, edges)
    return Absence(NAME, "not one- or two-dimensional", f"the system has {experiment.dimension} dimensions")
