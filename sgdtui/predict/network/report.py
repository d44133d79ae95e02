"""The minimum of a network that a run is about: curvature beside noise, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.model.network_quantities import middle, minimum_below
from sgdtui.predict.network.balance import balance_rates
from sgdtui.predict.network.valley import Valley, valley
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence


@dataclass(frozen=True, slots=True, eq=False)
class NetworkReport:
    """A network at the minimum below its start.

    weights       how many there are, P
    trH, trSigma  traces of the Hessian of the loss and of the covariance of one row's gradient
    loss          there
    excess_loss   what noise adds to it on average, to first order in eta; None where it is not known
    hessian       (P,) the eigenvalues of H, the largest first, and `noise` (P,) the variance Σ_ii along each
    exponent      of the fit log Σ_ii = exponent·log λ_i + const., over those that are positive
    cosines       of Σ with H and with the identity
    valley        the drift of tr H along a valley of no loss, under label noise
    balance       per hidden layer: how fast its balance moves at the start, per unit of t
    why_not       a sentence for each of the above that there is not
    """

    weights: int
    trH: float
    trSigma: float
    loss: float
    excess_loss: float | None
    hessian: Array
    noise: Array
    exponent: float | None
    cosine_hessian: float
    cosine_identity: float
    valley: Valley | None = None
    balance: Array | None = None
    why_not: dict[str, str] = field(default_factory=dict)


def network_report(experiment: Experiment) -> NetworkReport | None:
    """None for what is no network."""
    system = experiment.system
    if not isinstance(system, NetworkSystem):
        return None
    fields = NetworkFields(system)
    place = np.array(minimum_below(system, middle(experiment.start, system.dimension)))
    hessian, sigma = fields.hessian(place[None])[0], fields.covariance(place[None])[0]
    moving = fields.moving
    values, vectors = np.linalg.eigh(hessian[np.ix_(moving, moving)])
    values, vectors = values[::-1], vectors[:, ::-1]
    noise = np.einsum("ik,ij,jk->k", vectors, sigma[np.ix_(moving, moving)], vectors)
    why_not: dict[str, str] = {}
    excess = excess_loss(experiment, float(np.trace(sigma)), values)
    if isinstance(excess, str):
        why_not["excess_loss"] = excess
    drift = valley(experiment, fields, place)
    if isinstance(drift, Absence):
        why_not["valley"] = drift.detail
    rates = balance_rates(experiment, fields)
    if isinstance(rates, str):
        why_not["balance"] = rates
    return NetworkReport(
        weights=system.dimension,
        trH=float(np.trace(hessian)),
        trSigma=float(np.trace(sigma)),
        loss=float(fields.loss(place[None])[0]),
        excess_loss=None if isinstance(excess, str) else excess,
        hessian=values,
        noise=noise,
        exponent=_exponent(values, noise),
        cosine_hessian=cosine(sigma, hessian),
        cosine_identity=cosine(sigma, np.diag(moving.astype(float))),
        valley=None if isinstance(drift, Absence) else drift,
        balance=None if isinstance(rates, str) else rates,
        why_not=why_not,
    )


def cosine(one: Array, other: Array) -> float:
    """Of two matrices, as vectors."""
    size = np.sqrt((one * one).sum() * (other * other).sum())
    return float((one * other).sum() / size) if size > 0 else float("nan")


def excess_loss(experiment: Experiment, noise: float, curvature: Array) -> float | str:
    """⟨L⟩ - L* = η tr Σ/(4B), of momentum β over (1 - β), or why it is not known.

    From tr of H S + S H - ηHSH = (η/B) Σ: ½ tr(H S) = η tr Σ/(4B) + ¼η tr(H S H), whose last term is of relative order
    ηλ/2 (Mandt, Hoffman and Blei 2017, eq. 12, for B = 1).
    """
    eta, beta = learning_rate(experiment), momentum(experiment)
    swarm = experiment.dynamics.swarm
    if not experiment.dynamics.is_plain:
        return "the step is not that of plain SGD"
    if eta is None:
        return "the learning rate changes with time"
    if swarm is not None and swarm.size > 1 and swarm.coupling > 0:
        return "the workers of a swarm share their noise"
    if curvature[-1] <= 1e-10 * curvature[0]:
        return "the minimum is flat: the loss above it has no stationary law"
    return eta * experiment.noise_scale * noise / (4 * (1 - beta))


def _exponent(curvature: Array, noise: Array) -> float | None:
    both = (curvature > 1e-10 * curvature[0]) & (noise > 1e-300)
    if both.sum() < 2:
        return None
    return float(np.polyfit(np.log(curvature[both]), np.log(noise[both]), 1)[0])
