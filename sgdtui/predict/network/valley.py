"""The drift along a valley of no loss under label noise: tr H falls, at a rate that is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.model.experiment import Experiment
from sgdtui.model.network_fields import NetworkFields
from sgdtui.predict.linear.closure import curvature_pull
from sgdtui.predict.linear.law import Linearised, stationary_covariance
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence

NAME = "valley drift"

_FLAT = 1e-7
"""Of the largest curvature: what is less curved is along the valley."""
_NO_LOSS = 1e-12
_STEPS = 24
"""Of the way along the valley, by the midpoint rule."""
_AHEAD = 1e-4
_BACK = 8
"""Steps of Gauss and Newton back into the valley."""


@dataclass(frozen=True, slots=True, eq=False)
class Valley:
    """Where the valley leads: tr H (n,) at `time` (n,), in units of t, from the minimum below the start on.

    `rate` is d tr H/dt there at first, and `fall` what tr H has lost at the end.
    """

    time: Array
    trH: Array
    rate: float

    @property
    def fall(self) -> float:
        """Of tr H by the last time."""
        return float(self.trH[0] - self.trH[-1])


def valley(experiment: Experiment, fields: NetworkFields, minimum: Array) -> Valley | Absence:
    """The way of the mean over the whole run, to first order in η.

    The spread S across the valley is stationary long before the mean has moved along it, and ½∇tr(H S) then pulls
    along: with S = ησ²/(2B) across, dθ/dt = -(ησ²/4B) P∇tr H, P onto the valley (Blanc, Gupta, Valiant and Valiant
    2020; Damian, Ma and Lee 2021). S is taken from the steps as they are, so that ηλ, momentum and the pull of a swarm
    are in it: coupled workers spread less, and drift more slowly.
    """
    system, eta = fields.system, learning_rate(experiment)
    if not system.label_noise:
        return Absence(NAME, "not found", "there is no label noise")
    if system.ridge:
        return Absence(NAME, "not found", "a ridge pulls along the valley too")
    if not experiment.dynamics.is_plain:
        return Absence(NAME, "unsettled", "the step is not that of plain SGD")
    if eta is None:
        return Absence(NAME, "unsettled", "the learning rate changes with time")
    left = float(fields.loss(minimum[None])[0]) - 0.5 * system.label_noise**2
    if left > _NO_LOSS:
        return Absence(NAME, "not found", f"the rows are not fitted exactly: a loss of {left:.2g} is left")
    if _across(fields, minimum)[1].shape[1] >= int(fields.moving.sum()):
        return Absence(NAME, "not found", "the minimum is a point: nothing leads along")
    run = experiment.run
    step = eta * ((run.burn_in or 0) + (run.steps or 0)) / _STEPS
    times, traces, place, rate = [0.0], [float(fields.hessian_trace(minimum[None])[0])], minimum, float("nan")
    for number in range(_STEPS):
        checkpoint()
        first = _drift(experiment, fields, place)
        if isinstance(first, Absence):
            return first
        rate = _change(fields, place, first) if number == 0 else rate
        if step == 0:
            break
        half = _drift(experiment, fields, _back(fields, place + 0.5 * step * first))
        if isinstance(half, Absence):
            return half
        place = _back(fields, place + step * half)
        times.append((number + 1) * step)
        traces.append(float(fields.hessian_trace(place[None])[0]))
    return Valley(np.array(times), np.array(traces), rate)


def _across(fields: NetworkFields, place: Array) -> tuple[Array, Array]:
    """H at a place of the valley (P, P), and an orthonormal basis (P, r) of the directions in which it is curved."""
    hessian = fields.hessian(place[None])[0]
    values, vectors = np.linalg.eigh(hessian)
    return hessian, vectors[:, values > _FLAT * values[-1]]


def _drift(experiment: Experiment, fields: NetworkFields, place: Array) -> Array | Absence:
    """How fast the mean moves along the valley, per unit of t, (P,)."""
    hessian, basis = _across(fields, place)
    noise = experiment.noise_scale * fields.covariance(place[None])[0]
    inside = stationary_covariance(experiment, Linearised(place, hessian, noise, None).seen_in(basis))
    if isinstance(inside, Absence):
        return inside
    pull = curvature_pull(fields, place, basis @ inside @ basis.T)
    along = np.where(fields.moving, pull - basis @ (basis.T @ pull), 0.0)
    return np.asarray(-along / (1 - momentum(experiment)))


def _change(fields: NetworkFields, place: Array, drift: Array) -> float:
    """D tr H/dt on that way."""
    speed = float(np.linalg.norm(drift))
    if speed == 0:
        return 0.0
    ahead = _AHEAD * drift / speed
    there = fields.hessian_trace(np.stack([place + ahead, place - ahead]))
    return float((there[0] - there[1]) / (2 * _AHEAD) * speed)


def _back(fields: NetworkFields, place: Array) -> Array:
    """The nearest place without loss, by the method of Gauss and Newton."""
    for _ in range(_BACK):
        one = fields.at(place)
        residual = one.residuals[:, 0]
        if float(residual @ residual) < _NO_LOSS**2 * len(residual):
            break
        place = place - np.linalg.lstsq(one.output_gradients(0), residual, rcond=1e-10)[0]
    return place
