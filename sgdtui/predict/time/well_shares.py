"""How each predicted law is shared between the wells, and how long a walker takes from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.crossing import crossing_steps, kernel_about, shares
from sgdtui.predict.chain.kernel import chain
from sgdtui.predict.diffusion.sde import Diffusion, diffusion
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.time.barrier import barrier
from sgdtui.predict.time.exit_interval import Exit
from sgdtui.predict.time.first_passage import mean_exit_time
from sgdtui.predict.time.wells import Wells

KNOWN = 1e-3
"""A law whose numerical error is larger says nothing about wells."""
DISCONNECTED = 1e9
"""Steps, or relaxation times within a well, to cross: from here on eigenvectors do not tell how wells share the law."""
_HELD = 0.9
"""Of the walkers' mass that must lead to wells for shares to make sense."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The mean time, in units of t, from one well to another; infinite: beyond all numbers.

    of       whose it is: "the chain's kernel", "the exact integral for the SDE", or "Kramers' formula for the SDE"
    stretch  η times the largest curvature at the well, where the SDE stands for a chain of such steps; else 0
    """

    time: float
    of: str
    stretch: float = 0.0


def predicted_shares(
    experiment: Experiment, wells: Wells, predictions: Mapping[str, Prediction]
) -> dict[str, Array]:
    """The share (m,) of each well by each law that knows it, by the law's name.

    Laws on a grid are to have been through `disconnected.told_apart`.
    """
    found: dict[str, Array] = {}
    for name in ("gibbs", "fokker-planck", "transfer"):
        law = predictions.get(name)
        if name == "transfer" and experiment.dimension == 1 and law is None:
            share = _chain_shares(experiment, wells)
        elif law is None or law.numerical_error > KNOWN or (name == "transfer" and experiment.dimension > 1):
            share = None
        else:
            share = _law_shares(law, wells)
        if share is None and name == "gibbs" and law is not None and law.temperature is not None:
            share = laplace_shares(wells, law.temperature)
        if share is not None:
            found[name] = share
    return found


def in_window(experiment: Experiment, wells: Wells) -> NDArray[np.bool_]:
    """Which wells are in the window, (m,): all where there is none, or where it holds none."""
    domain = experiment.space.domain
    if domain is None:
        return np.ones(wells.count, dtype=bool)
    ends = np.array(domain)
    drawn = wells.places[:, list(experiment.space.axes)]
    inside = np.asarray(((drawn >= ends[:, 0]) & (drawn <= ends[:, 1])).all(axis=1))
    return inside if inside.any() else np.ones(wells.count, dtype=bool)


def laplace_shares(wells: Wells, temperature: float) -> Array | None:
    """exp(-L/T)/√det H of each well, normalised: Gibbs for little noise. None where there is no loss."""
    if not wells.system.has_loss:
        return None
    with np.errstate(all="ignore"):
        curvatures = np.linalg.eigvalsh(wells.system.hessian(wells.places))
        weight = -wells.system.loss(wells.places) / temperature - np.sum(np.log(curvatures), axis=1) / 2
    if not np.all(np.isfinite(weight)):
        return None
    share = np.exp(weight - weight.max())
    return np.asarray(share / share.sum())


def crossing(experiment: Experiment, wells: Wells, start: int, end: int) -> Crossing | None:
    """The mean time from well `start` to well `end`; None where nothing predicts it."""
    process = diffusion(experiment, "gibbs")
    if isinstance(process, Absence):
        return None
    here, there = wells.places[start], wells.places[end]
    if not np.all(np.einsum("nii->n", process.tensor(np.stack([here, there]))) > 0):
        return None  # nothing moves, or only so far
    if experiment.dimension == 1:
        exact = _crossing_on_the_line(experiment, wells, process, float(here[0]), float(there[0]))
        if exact is not None:
            return exact
    if not wells.system.has_loss:
        return None
    variance = float(np.trace(process.tensor(here[None, :])[0]) / len(here))
    if not variance > 0:
        return None
    found = barrier(wells.system, here, there, variance / process.mobility, process.mobility)
    if found is None:
        return None
    time = float(np.exp(found.log_time)) if found.log_time < 700 else np.inf
    return Crossing(time, "Kramers' formula for the SDE", _stretch(experiment, wells, start))


def _stretch(experiment: Experiment, wells: Wells, well: int) -> float:
    if experiment.dynamics.is_sde:
        return 0.0
    hessian = wells.system.hessian(wells.places[well : well + 1])[0]
    return float(experiment.time_step * np.abs(np.linalg.eigvals(hessian)).max())


def _crossing_on_the_line(
    experiment: Experiment, wells: Wells, process: Diffusion, start: float, end: float
) -> Crossing | None:
    (wall,) = walls(experiment, (np.array([wells.box.low[0], wells.box.high[0]]),))
    if not experiment.dynamics.is_sde:
        step = chain(experiment)
        found = None if isinstance(step, Absence) else kernel_about(step, wall, np.array([start, end]))
        if found is not None and not isinstance(step, Absence):
            return Crossing(crossing_steps(found, start, end) * step.time, "the chain's kernel")
    if wall.kind == "periodic":
        return None
    stretch = Exit(end, wall.high, True, False) if end < start else Exit(wall.low, end, False, True)
    time = mean_exit_time(process, stretch, start)
    if time is None:
        return None
    of = _stretch(experiment, wells, int(np.argmin(np.abs(wells.places[:, 0] - start))))
    return Crossing(time, "the exact integral for the SDE", of)


def _chain_shares(experiment: Experiment, wells: Wells) -> Array | None:
    step = chain(experiment)
    if isinstance(step, Absence):
        return None
    (wall,) = walls(experiment, (np.array([wells.box.low[0], wells.box.high[0]]),))
    found = kernel_about(step, wall, wells.places[in_window(experiment, wells), 0])
    if found is None:
        return None
    share = shares(found, wells.of(found.nodes[:, None]), wells.count)
    return share / share.sum() if share.sum() > _HELD else None


def _law_shares(law: Prediction, wells: Wells) -> Array | None:
    """From the law's bins; None where it lies outside them, or the drawn axes are not all there are."""
    if law.probability is None or len(wells.box.low) != len(law.edges) or law.outside > KNOWN:
        return None
    middles = [(e[:-1] + e[1:]) / 2 for e in law.edges]
    places = np.stack([g.ravel() for g in np.meshgrid(*middles, indexing="ij")], axis=1)
    mass = law.probability.ravel()
    seen = mass > 1e-9
    labels = wells.of(places[seen])
    share = np.array([mass[seen][labels == well].sum() for well in range(wells.count)])
    return share / share.sum() if share.sum() > _HELD else None
