"""The stationary law of a two-dimensional chain.

With smooth noise on open space the trapezoidal rule converges faster than any power of its spacing once that is
below the noise's spread, so a coarse tensor grid of nodes gives the law to many digits (`trapezoidal`). Normal steps
that are small beside the law are deposited on nodes so that six moments are kept (`plane_steps`). Any other noise is
a few atoms (Gauss quadrature of its law, exact for ± 1), deposited on cells by quadratic weights that keep mean and
covariance exact; real data with few minibatches likewise (`atoms`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.atoms import AtomChain, law_of_atoms, noise_maps
from sgdtui.predict.chain.minibatch_maps import minibatch_maps
from sgdtui.predict.chain.plane_kernel import plane_chain
from sgdtui.predict.chain.plane_steps import SmallSteps, law_of_small_steps
from sgdtui.predict.chain.step import steps_by_examples
from sgdtui.predict.chain.trapezoidal import law_on_nodes, nodes_suffice
from sgdtui.predict.diffusion.chebyshev import tabulated
from sgdtui.predict.diffusion.plane import box_of_process
from sgdtui.predict.diffusion.sampled_box import sampled_box
from sgdtui.predict.diffusion.sde import Diffusion, diffusion
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.bounding_box import Box, first_box
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"
_RANK_ONE = 1e-9
_ACROSS = 1e-3
_MOSTLY = 0.8


def transfer_on_the_plane(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The law of the chain on the bins of the drawn axes."""
    process = diffusion(experiment, NAME)
    if isinstance(process, Absence):
        return process
    sides = walls(experiment, edges)
    box = box_of_process(process, sides)
    if isinstance(box, Absence):
        return _carried(experiment, edges, process, sides) or replace(box, name=NAME)
    process = tabulated(process, box)
    time = experiment.time_step
    if steps_by_examples(experiment):
        maps = minibatch_maps(experiment)
        if isinstance(maps, Absence):
            return maps
        return law_of_atoms(experiment, edges, AtomChain(maps, process, sides, time), box)
    if process.convention != 0:
        return Absence(NAME, "unsettled", "the chain is followed for Itô steps only on the plane")
    step = plane_chain(experiment, process)
    is_open = not any(side.closed for side in sides)
    if step.shape.density is not None and is_open and (step.heavy or nodes_suffice(step, box)):
        found = law_on_nodes(experiment, edges, step, box, process)
        if found is not None:
            return found
    if step.is_normal and all(side.kind != "reflect" for side in sides):
        return law_of_small_steps(experiment, edges, SmallSteps(step, time, process, sides), box)
    # Noise with longer tails than the normal law's goes further out than the SDE's box.
    wider = tuple(
        (low, high) if side.closed else (low - 0.15 * (high - low), high + 0.15 * (high - low))
        for (low, high), side in zip(box, sides, strict=True)
    )
    chain = AtomChain(noise_maps(experiment, step), process, sides, time)
    return law_of_atoms(experiment, edges, chain, wider)


def _carried(
    experiment: Experiment, edges: tuple[Array, ...], process: Diffusion, sides: tuple[Wall, ...]
) -> Prediction | None:
    """The law under noise of one direction that the drift carries into the other; None where there is none to be found.

    The noise is of rank one everywhere; where it and its image under the drift's derivatives span the plane (Kalman's
    condition, Hörmander's first bracket), the law has a density after all.
    """
    if (
        any(side.closed for side in sides)
        or experiment.system.examples_a_step(1) is not None
        or process.convention
    ):
        return None
    step = plane_chain(experiment, process)
    if not step.is_normal:
        return None
    box = first_box(sides)
    if not _is_carried(process, tuple(box)):
        return None
    found = sampled_box(process, sides)
    if found is None or not _is_carried(process, found):
        return None
    chain = SmallSteps(step, experiment.time_step, process, sides)
    law = law_of_small_steps(experiment, edges, chain, found)
    return law if isinstance(law, Prediction) else None


def _is_carried(process: Diffusion, box: Box) -> bool:
    middles = [np.linspace(low, high, 18)[:-1] + (high - low) / 34 for low, high in box]
    points = np.stack([g.ravel() for g in np.meshgrid(*middles, indexing="ij")], axis=1)
    tensor, drift = process.tensor(points), process.drift(points)
    if not (np.all(np.isfinite(tensor)) and np.all(np.isfinite(drift))):
        return False
    sizes, directions = np.linalg.eigh(tensor)
    if not np.all((sizes[:, 1] > 0) & (np.abs(sizes[:, 0]) <= _RANK_ONE * sizes[:, 1])):
        return False
    strong = directions[:, :, 1]
    length = 1e-5 * np.array([high - low for low, high in box])
    shift = strong * float(np.min(length))
    image = (process.drift(points + shift) - process.drift(points - shift)) / (2 * float(np.min(length)))
    across = strong[:, 0] * image[:, 1] - strong[:, 1] * image[:, 0]
    return bool(np.mean(np.abs(across) > _ACROSS * np.linalg.norm(image, axis=1)) > _MOSTLY)
