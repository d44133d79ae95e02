"""The linearised law at a minimum: a normal law whose covariance solves S H + H S - eta H S H = eta Σ/B.

For an SDE the eta term is absent. Under momentum the chain of position and velocity is solved. For data with
quadratic losses the recursion of the second moment is exact, the part of the noise that grows with the distance
included; its covariance is that of the true law, whose shape need not be normal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.diffusion.chebyshev import is_quadratic
from sgdtui.predict.linear.fixed_point import fixed_point
from sgdtui.predict.linear.moment_equations import solve_lyapunov, solve_second_moment
from sgdtui.predict.numerics.conserved import across, conserved_directions, kept_spread
from sgdtui.predict.numerics.minima import search_width
from sgdtui.predict.numerics.newton import is_flat, newton, vanishes
from sgdtui.predict.numerics.normal_bins import normal_prediction
from sgdtui.predict.numerics.start import start_mean
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.rule import why_no_law

NAME = "gaussian"

_PLACES, _WIDEST, _BENT = 24, 8.0, 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """A system near a fixed point: Hessian H, constant noise covariance, and S to what it adds to the noise."""

    centre: Array
    hessian: Array
    noise: Array
    growing: Callable[[Array], Array] | None

    def seen_in(self, basis: Array) -> Linearised:
        """The same in the coordinates of an orthonormal `basis` (d, r) of a subspace that it does not leave."""
        growing = self.growing

        def inside(s: Array) -> Array:
            assert growing is not None
            return np.asarray(basis.T @ growing(basis @ s @ basis.T) @ basis)

        return Linearised(
            self.centre @ basis,
            basis.T @ self.hessian @ basis,
            basis.T @ self.noise @ basis,
            None if growing is None else inside,
        )


def gaussian(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The normal law on the bins of the drawn axes, with mean and covariance of all coordinates."""
    unknown = why_no_law(experiment, NAME)
    if unknown is not None:
        return unknown
    system = experiment.system
    if not system.has_fields:
        return Absence(NAME, "no loss", "there is no minimum to linearise at")
    law = getattr(getattr(system, "noise", None), "law", None)
    if learning_rate(experiment) is None:
        return Absence(NAME, "unsettled", "the learning rate changes with time: there is no stationary law")
    if law is not None and not law.has_variance:
        return Absence(NAME, "degenerate noise", f"{law} noise has no variance")
    found = fields(experiment)
    if found.time_dependent:
        return Absence(NAME, "unsettled", "the equations change with time: there is no stationary law")
    if getattr(system, "draw", None) == "reshuffle":
        from sgdtui.predict.linear.reshuffled_epochs import reshuffled

        assert isinstance(found, SampleFields)
        return reshuffled(experiment, found, edges)
    centre = fixed_point(experiment, found)
    if centre is None:
        return _no_centre(experiment, found)
    near = linearised(experiment, found, centre)
    if isinstance(near, Absence):
        return near
    notes: tuple[str, ...] = ("exact mean and covariance",) if near.growing is not None else ()
    kept = conserved_directions(experiment) if found.has_loss else np.zeros((len(centre), 0))
    if kept.size:
        spread = kept_spread(experiment, kept)
        if spread is None:
            return Absence(NAME, "singular law", KEPT)
        basis = across(kept)
        centre = basis @ (basis.T @ centre) + kept @ (kept.T @ start_mean(experiment))
        inside = _law_of(experiment, near.seen_in(basis))
        if isinstance(inside, Absence):
            return inside
        covariance = basis @ inside @ basis.T + kept @ spread @ kept.T
        notes += (f"in the {basis.shape[1]} of {len(centre)} directions that move at all",)
    else:
        inside = _law_of(experiment, near)
        if isinstance(inside, Absence):
            return inside
        covariance = inside
    prediction = normal_prediction(NAME, experiment, edges, centre, covariance)
    if isinstance(prediction, Absence):
        return prediction
    produced, relaxation = None, None
    if not kept.size and is_linear(found, near, covariance):
        eta = learning_rate(experiment)
        assert eta is not None
        produced = entropy_production(near.hessian, eta * near.noise / 2)
        relaxation = 1 / float(np.linalg.eigvals(near.hessian).real.min())
    return replace(prediction, notes=notes, entropy_production=produced, relaxation_time=relaxation)


def is_linear(found: Fields, near: Linearised, covariance: Array) -> bool:
    """Whether drift and noise are those of the linearised system wherever its law has any mass, so that it is exact.

    Looked at, at seeded places up to `_WIDEST` standard deviations from the centre.
    """
    if near.growing is not None:
        return False
    rng = np.random.default_rng(2)
    values, vectors = np.linalg.eigh(covariance)
    size = np.geomspace(1e-2, _WIDEST, _PLACES)[:, None] / np.sqrt(len(values))
    normals = rng.standard_normal((_PLACES, len(values)))
    places = near.centre + size * normals @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    slopes, noises = found.hessian(places), found.covariance(places)
    noise = found.covariance(near.centre[None, :])
    return bool(
        np.all(np.abs(slopes - near.hessian) <= _BENT * np.abs(near.hessian).max())
        and np.all(np.abs(noises - noise) <= _BENT * np.abs(noise).max())
    )


def entropy_production(drift: Array, diffusion: Array) -> float | None:
    """Of the linear SDE dx = -H x dt + noise of tensor D, per unit time: the mean of vᵀ D⁻¹ v over its law, with the
    velocity of probability v = (D S⁻¹ - H) x. None where D is singular, so that it is infinite or not defined.
    """
    sizes = np.linalg.eigvalsh(diffusion)
    covariance = solve_lyapunov(drift, lambda s: np.zeros_like(s), 2 * diffusion)
    if covariance is None or sizes[0] <= 1e-12 * sizes[-1]:
        return None
    velocity = diffusion @ np.linalg.inv(covariance) - drift
    return float(np.trace(velocity.T @ np.linalg.solve(diffusion, velocity) @ covariance))


def _no_centre(experiment: Experiment, found: Fields) -> Absence:
    """Walkers leave every place where nothing pulls; or no such place was found, which shows nothing."""
    start = newton(found, start_mean(experiment))
    pull, slope = found.gradient(start[None, :])[0], found.hessian(start[None, :])[0]
    still = np.all(np.isfinite(slope)) and vanishes(pull, slope, search_width(experiment))
    if still and np.any(np.linalg.eigvals(slope).real < 0):
        return Absence(NAME, "not normalisable", "the place where nothing pulls is unstable")
    return Absence(NAME, "not found", "no stable point was found to linearise at")


KEPT = "some directions of the weights never move, and the walkers keep a start there that is not normal"


def _law_of(experiment: Experiment, near: Linearised) -> Array | Absence:
    """The covariance, once the pull is known to come from every side."""
    hessian = near.hessian
    largest = float(np.abs(hessian).max())
    if np.any(np.linalg.eigvals(hessian).real <= 1e-10 * largest) and (
        not np.allclose(hessian, hessian.T, atol=1e-8 * largest) or is_flat(hessian)
    ):
        return Absence(NAME, "not normalisable", "the minimum is flat: there is no linear pull back to it")
    return stationary_covariance(experiment, near)


def linearised(experiment: Experiment, found: Fields, centre: Array) -> Linearised | Absence:
    """H and the noise at the point, scaled by the batch."""
    law = getattr(getattr(experiment.system, "noise", None), "law", None)
    scale = experiment.noise_scale * (2.0 if law is not None and law.kind == "stable" else 1.0)
    hessian = found.hessian(centre[None, :])[0]
    noise = scale * found.covariance(centre[None, :])[0]
    if not (np.all(np.isfinite(hessian)) and np.all(np.isfinite(noise))):
        return Absence(NAME, "degenerate noise", "the noise or the curvature is not a number at the minimum")
    growing = None
    if isinstance(found, SampleFields):
        around = tuple((float(c) - 1.0, float(c) + 1.0) for c in centre)
        if is_quadratic(found, around):
            growing = growing_noise(found, centre, hessian, scale)
    return Linearised(centre, hessian, noise, growing)


def growing_noise(found: SampleFields, centre: Array, mean: Array, scale: float) -> Callable[[Array], Array]:
    """S to scale·(E[H_e S H_e] - H S H), the noise that curvatures differing between examples add."""
    d = len(centre)
    point = centre[None, :]
    if d <= 10:
        fourth = np.zeros((d * d, d * d))
        for rows, weights in _chunks(found, d * d):
            flat = found.example_hessians(point, rows)[0].reshape(len(rows), d * d)
            fourth += (flat * weights[:, None]).T @ flat
        tensor = fourth.reshape(d, d, d, d)

        def small(s: Array) -> Array:
            return np.asarray(scale * (np.einsum("ijkl,jk->il", tensor, s) - mean @ s @ mean.T))

        return small
    # Only the linear model comes with so many weights: H_e = a aᵀ + ridge, with a the features.
    features, ridge = found.examples[:, :-1], found.system.ridge

    def large(s: Array) -> Array:
        inner = np.einsum("ei,ij,ej->e", features, s, features, optimize=True) * found.weights
        plain = features.T @ (features * found.weights[:, None])
        second = features.T @ (features * inner[:, None]) + ridge * (plain @ s + s @ plain) + ridge**2 * s
        return np.asarray(scale * (second - mean @ s @ mean.T))

    return large


def _chunks(found: SampleFields, each: int) -> list[tuple[Array, Array]]:
    size = max(1, 4_000_000 // each)
    return [
        (found.examples[i : i + size], found.weights[i : i + size])
        for i in range(0, len(found.examples), size)
    ]


def stationary_covariance(experiment: Experiment, near: Linearised) -> Array | Absence:
    """S of the positions, (d, d), for the way the experiment steps; a swarm's is that of one worker."""
    swarm = experiment.dynamics.swarm
    if swarm is None or swarm.size == 1 or swarm.coupling == 0:
        return _covariance(experiment, near)
    # The group's mean feels no coupling and a share of the noise; what deviates from it feels both.
    share = 1.0 / swarm.size
    centre = _covariance(experiment, replace(near, growing=None))
    pulled = replace(near, hessian=near.hessian + swarm.coupling * np.eye(len(near.centre)), growing=None)
    apart = _covariance(experiment, pulled)
    if isinstance(centre, Absence):
        return centre
    if isinstance(apart, Absence):
        return apart
    return share * centre + (1 - share) * apart


def _covariance(experiment: Experiment, near: Linearised) -> Array | Absence:
    eta, beta = learning_rate(experiment), momentum(experiment)
    assert eta is not None
    d = len(near.centre)
    identity = np.eye(d)
    if experiment.dynamics.is_sde:
        growing = near.growing or (lambda s: np.zeros_like(s))
        solved = solve_lyapunov(near.hessian, lambda s: eta * growing(s), eta * near.noise)
        if solved is None:
            return Absence(NAME, "not normalisable", "the second moment grows without bound")
        return solved
    if beta == 0:
        step, into = identity - eta * near.hessian, identity
    else:
        step = np.block(
            [[identity - eta * near.hessian, beta * identity], [-eta * near.hessian, beta * identity]]
        )
        into = np.concatenate([identity, identity])

    def map_of(s: Array) -> Array:
        moved = step @ s @ step.T
        if near.growing is not None:
            moved = moved + eta**2 * into @ near.growing(s[:d, :d]) @ into.T
        return np.asarray(moved)

    solved = solve_second_moment(map_of, eta**2 * into @ near.noise @ into.T)
    if solved is None:
        detail = "the second moment grows without bound: eta is too large for the curvature"
        return Absence(NAME, "not normalisable", detail)
    return solved[:d, :d]
