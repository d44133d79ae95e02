"""Real SGD over data on the plane: each of few different minibatches is a map."""

from __future__ import annotations

from typing import cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.sample import SampleSystem
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.chain.atoms import Maps
from sgdtui.predict.chain.minibatch_kernel import distinct_examples, is_finite, minibatches
from sgdtui.predict.chain.step import NAME
from sgdtui.predict.numerics.step_constants import learning_rate
from sgdtui.predict.prediction import Absence

_MOST_MAPS = 100


def minibatch_maps(experiment: Experiment) -> Maps | Absence:
    """The maps of the different minibatches on the plane; an absence where they are too many."""
    system, eta = cast(SampleSystem, experiment.system), learning_rate(experiment)
    assert eta is not None
    if system.draw == "reshuffle":
        return Absence(
            NAME, "singular law", "reshuffled batches depend on one another: no one-step kernel exists"
        )
    found = fields(experiment)
    assert isinstance(found, SampleFields)
    too_many = Absence(NAME, "singular law", "there are too many different minibatches to follow each")
    if not is_finite(system.data) or len(found.examples) > 4000:
        return too_many

    def each(x: Array) -> Array:
        return x[:, None, :] - eta * found.example_gradients(x, found.examples)

    probes = np.random.default_rng(0).normal(size=(4, 2))
    groups, weights = distinct_examples(np.moveaxis(each(probes), 1, 2).reshape(8, -1), found.weights)
    listed = minibatches(
        groups, weights, len(found.examples), experiment.dynamics.batch, system.draw, _MOST_MAPS
    )
    if listed is None:
        return too_many
    counts, probabilities = listed
    representatives = np.array([g[0] for g in groups])
    mixing = counts / experiment.dynamics.batch

    def maps(x: Array) -> tuple[Array, Array]:
        return np.einsum("ngi,mg->nmi", each(x)[:, representatives], mixing), probabilities

    return maps
