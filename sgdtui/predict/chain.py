"""The one-dimensional chain that is simulated, as a kernel: where one step takes a walker, and with what spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.learning_rate import learning_rate, momentum
from sgdtui.predict.noise_shape import NoiseShape, mean_of_draws
from sgdtui.predict.prediction import Absence

Array = NDArray[np.float64]
NAME = "transfer"

_SLICES = 128


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """One step x' from x.

    mean, spread  x (n,) to E[x'] and, for a chain x' = mean + spread·Z, the spread (n,)
    shape         the law of Z; None where the step is given by slices or maps instead
    slices        x (n,) to edges (n, m + 1) and masses (m,) or (n, m): x' lies between neighbouring edges with
                  that mass, evenly
    maps          x (n,) to images (n, m) and weights (m,): x' is one of finitely many maps of x
    smooth_maps   the maps stand for a continuum of them, so that the law has a density
    time          the time that one step takes
    """

    mean: Callable[[Array], Array]
    spread: Callable[[Array], Array]
    shape: NoiseShape | None
    time: float
    slices: Callable[[Array], tuple[Array, Array]] | None = None
    maps: Callable[[Array], tuple[Array, Array]] | None = None
    smooth_maps: bool = False


def why_no_chain(experiment: Experiment) -> Absence | None:
    """Why the chain of this experiment has no stationary kernel on its own coordinates; None where it has."""
    if experiment.system.form == "tumble":
        return Absence(
            NAME, "degenerate noise", "run-and-tumble is a process in continuous time, not a chain"
        )
    if learning_rate(experiment) is None:
        return Absence(NAME, "unsettled", "the learning rate changes with time: there is no stationary law")
    swarm = experiment.dynamics.swarm
    if swarm is not None and swarm.size > 1 and swarm.coupling != 0:
        detail = f"the {swarm.size} workers of a swarm move in {swarm.size * experiment.dimension} dimensions"
        return Absence(NAME, "not one- or two-dimensional", detail)
    if experiment.dimension > 2:
        return Absence(
            NAME, "not one- or two-dimensional", f"the system has {experiment.dimension} dimensions"
        )
    if momentum(experiment) != 0:
        detail = "with momentum the chain is one of position and velocity, and noise enters only the velocity"
        return Absence(NAME, "degenerate noise", detail)
    if fields(experiment).time_dependent:
        return Absence(NAME, "unsettled", "the equations change with time: there is no stationary law")
    return None


def chain(experiment: Experiment) -> Chain | Absence:
    """The chain of a one-dimensional experiment of fields or examples."""
    absence = why_no_chain(experiment)
    if absence is not None:
        return absence
    system = experiment.system
    if isinstance(system, SampleSystem) and not experiment.dynamics.is_sde:
        from sgdtui.predict.sample_chain import sample_chain

        return sample_chain(experiment, system)
    eta = learning_rate(experiment)
    assert eta is not None
    found = fields(experiment)
    law = getattr(getattr(system, "noise", None), "law", None)
    batch = experiment.dynamics.batch
    is_sde = experiment.dynamics.is_sde
    time = experiment.dynamics.dt if is_sde else eta

    def deviation(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.sqrt(found.covariance(x[:, None])[:, 0, 0])

    def mean(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return x - time * found.gradient(x[:, None])[:, 0]

    if law is None:  # an SDE over data: its noise is Gaussian with the batch's covariance
        from sgdtui.model.law import Law

        shape = mean_of_draws(Law(), 1)
        factor = np.sqrt(eta * experiment.noise_scale * time)
    elif is_sde:
        # One draw a step, scaled so that its variance (or, for a stable law, its dispersion) grows with time.
        shape = mean_of_draws(law, 1)
        exponent = 0.5 if law.has_variance else 1.0 / float(law.shape or 2.0)
        factor = (time / eta) ** exponent * eta * law.batch_scale(batch)
    else:
        shape, factor = mean_of_draws(law, batch), eta

    def spread(x: Array) -> Array:
        return np.asarray(factor * deviation(x))

    convention = experiment.dynamics.convention if is_sde else 0.0
    if shape.atoms is not None:
        values, weights = shape.atoms

        def maps(x: Array) -> tuple[Array, Array]:
            amplitude = _amplitude(x, values, spread, convention)
            return mean(x)[:, None] + amplitude * values, weights

        return Chain(mean, spread, None, time, maps=maps)
    if convention == 0:
        return Chain(mean, spread, shape, time)
    # The amplitude is taken on the way: x' is a curve in Z, cut into slices.
    assert shape.distribution is not None
    reach = min(shape.reach, 1e3)
    cuts = np.linspace(-reach, reach, _SLICES + 1)
    cumulated = shape.distribution(cuts)
    masses = np.diff(cumulated)
    masses[0] += cumulated[0]
    masses[-1] += 1 - cumulated[-1]
    if law is None or law.has_variance:
        # Mass lies evenly in each slice, which widens the law a little: narrow the slices to make up for it.
        exact = 1.0 if law is None or law.kind != "stable" else 2.0
        found_variance = float(masses @ (cuts[1:] ** 2 + cuts[1:] * cuts[:-1] + cuts[:-1] ** 2)) / 3
        cuts = cuts * np.sqrt(exact / found_variance)

    def slices(x: Array) -> tuple[Array, Array]:
        return mean(x)[:, None] + _amplitude(x, cuts, spread, convention) * cuts, masses

    return Chain(mean, spread, None, time, slices=slices)


def _amplitude(x: Array, z: Array, spread: Callable[[Array], Array], convention: float) -> Array:
    """S + a(s* - s) with s* at the Euler point of the noise alone, (n, m)."""
    own = spread(x)[:, None]
    if convention == 0:
        return np.broadcast_to(own, (len(x), len(z)))
    ahead = spread((x[:, None] + own * z).ravel()).reshape(len(x), len(z))
    return np.asarray(own + convention * (ahead - own))
