"""The stationary law of a two-dimensional chain.

With smooth noise on open space the trapezoidal rule converges faster than any power of its spacing once that is
below the noise's spread, so a coarse tensor grid of nodes gives the law to many digits (`transfer_nodes`). Any other
noise is a few atoms (Gauss quadrature of its law, exact for ± 1), deposited on cells by quadratic weights that keep
mean and covariance exact; real data with few minibatches likewise (`transfer_atoms`).
"""

from __future__ import annotations

from dataclasses import replace

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.chain.atoms import law_of_atoms, minibatch_maps, noise_maps
from sgdtui.predict.chain.plane_kernel import plane_chain
from sgdtui.predict.chain.trapezoidal import law_on_nodes
from sgdtui.predict.diffusion.chebyshev import tabulated
from sgdtui.predict.diffusion.plane import box_of_process
from sgdtui.predict.diffusion.sde import diffusion
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"


def transfer_on_the_plane(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The law of the chain on the bins of the drawn axes."""
    process = diffusion(experiment, NAME)
    if isinstance(process, Absence):
        return process
    sides = walls(experiment, edges)
    box = box_of_process(process, sides)
    if isinstance(box, Absence):
        return replace(box, name=NAME)
    process = tabulated(process, box)
    system = experiment.system
    if isinstance(system, SampleSystem) and not experiment.dynamics.is_sde:
        maps = minibatch_maps(experiment, system)
        return maps if isinstance(maps, Absence) else law_of_atoms(experiment, edges, sides, box, maps)
    if process.convention != 0:
        return Absence(NAME, "unsettled", "the chain is followed for Itô steps only on the plane")
    step = plane_chain(experiment, process)
    if step.shape.density is not None and not any(side.closed for side in sides):
        return law_on_nodes(experiment, edges, step, box)
    # Noise with longer tails than the normal law's goes further out than the SDE's box.
    wider = tuple(
        (low, high) if side.closed else (low - 0.15 * (high - low), high + 0.15 * (high - low))
        for (low, high), side in zip(box, sides, strict=True)
    )
    return law_of_atoms(experiment, edges, sides, wider, noise_maps(experiment, step))
