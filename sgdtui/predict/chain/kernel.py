"""The one-dimensional chain that is simulated, as a kernel: where one step takes a walker, and with what spread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.predict.chain.step import Chain, steps_by_examples, why_no_chain
from sgdtui.predict.numerics.noise_distribution import mean_of_draws
from sgdtui.predict.numerics.step_constants import learning_rate
from sgdtui.predict.prediction import Absence

_SLICES = 128


def chain(experiment: Experiment) -> Chain | Absence:
    """The chain of a one-dimensional experiment of fields or examples."""
    absence = why_no_chain(experiment)
    if absence is not None:
        return absence
    system = experiment.system
    if steps_by_examples(experiment):
        from sgdtui.predict.chain.minibatch_kernel import sample_chain

        return sample_chain(experiment)
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
