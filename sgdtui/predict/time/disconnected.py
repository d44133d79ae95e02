"""Laws on a grid whose wells are so nearly disconnected that rounding decides how they share it."""

from __future__ import annotations

from dataclasses import replace

from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.time.relaxation import relaxation_time_within_wells, well_relaxation_time
from sgdtui.predict.time.well_shares import DISCONNECTED, in_window
from sgdtui.predict.time.wells import find_wells


def told_apart(experiment: Experiment, law: Prediction | Absence) -> Prediction | Absence:
    """The same law, its error made honest where a grid cannot know how nearly disconnected wells share it.

    Rates between wells that are smaller than rounding leave of those within decide the shares of a stationary vector.
    """
    if isinstance(law, Absence) or experiment.dimension > 2 or law.name not in ("fokker-planck", "transfer"):
        return law
    if experiment.dimension == 1 and law.name == "fokker-planck":
        return law  # by quadrature: nothing is disconnected there
    note = "the wells are so nearly disconnected that a grid cannot tell how they share the law"
    unknown = replace(law, numerical_error=max(law.numerical_error, 1.0), notes=(*law.notes, note))
    if law.relaxation_time is not None and law.relaxation_time > DISCONNECTED * experiment.time_step:
        return unknown
    wells = find_wells(experiment)
    if wells is None or wells.count < 2 or in_window(experiment, wells).sum() < 2:
        return law
    within, between = relaxation_time_within_wells(experiment), well_relaxation_time(experiment)
    return law if within is None or between is None or between < DISCONNECTED * within else unknown
