"""Laws on a grid whose wells are so nearly disconnected that rounding decides how they share it."""

from __future__ import annotations

from dataclasses import replace

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.kernel import chain
from sgdtui.predict.chain.separated_wells import law_of_separated_wells
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.time.relaxation import relaxation_time_within_wells, well_relaxation_time
from sgdtui.predict.time.well_shares import DISCONNECTED, in_window
from sgdtui.predict.time.wells import find_wells


def told_apart(experiment: Experiment, law: Prediction | Absence) -> Prediction | Absence:
    """The same law, unless it is one on a grid that cannot know how nearly disconnected wells share it.

    Rates between wells that are smaller than rounding leaves of those within decide the shares of a stationary vector.
    The chain's own law on the line is then found without subtractions; any other is given an error of one.
    """
    if isinstance(law, Absence) or experiment.dimension > 2 or law.name not in ("fokker-planck", "transfer"):
        return law
    on_the_line = experiment.dimension == 1
    if (on_the_line and law.name == "fokker-planck") or law.singular or law.survival_loss is not None:
        return law  # by quadrature: nothing is disconnected there
    wells = find_wells(experiment)
    if wells is None or wells.count < 2:
        return law
    kept = in_window(experiment, wells)
    within, between = (
        relaxation_time_within_wells(experiment),
        well_relaxation_time(experiment, everywhere=True),
    )
    long = law.relaxation_time is not None and law.relaxation_time > DISCONNECTED * experiment.time_step
    apart = within is not None and between is not None and between > DISCONNECTED * within and kept.sum() > 1
    if not (long or apart):
        return law
    if on_the_line:
        found = _separated(experiment, wells.places[kept, 0], law.edges[0])
        if found is not None:
            return replace(found, relaxation_time=between)
    note = "the wells are so nearly disconnected that a grid cannot tell how they share the law"
    return replace(law, numerical_error=max(law.numerical_error, 1.0), notes=(*law.notes, note))


def _separated(experiment: Experiment, places: Array, edges: Array) -> Prediction | None:
    step = chain(experiment)
    if isinstance(step, Absence):
        return None
    (wall,) = walls(experiment, (edges,))
    return law_of_separated_wells(experiment, step, wall, places, edges)
