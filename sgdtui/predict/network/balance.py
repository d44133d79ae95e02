"""How fast the balance of layers moves: exactly, where gradient flow keeps it."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.network_fields import NetworkFields
from sgdtui.model.network_quantities import balance, middle

KEPT_BY = ("relu", "linear")


def balance_rates(experiment: Experiment, fields: NetworkFields) -> Array | str:
    """Per hidden layer the mean change of |W|² + |b|² - |W'|² in a step over η, at the start; or why it is not known.

    Where a unit's output is homogeneous in its weights, W·∂/∂W + b·∂/∂b = W'·∂/∂W' of the loss of every row (Du, Hu and
    Lee 2018), so that a step moves the balance by η²(|G|² - |G'|²) exactly, G and G' the batch's gradients by the layer
    and by the weights of the next; a ridge ρ takes 2ηρ of the balance besides.
    """
    system, dynamics = fields.system, experiment.dynamics
    if not system.hidden:
        return "there is no hidden layer"
    if system.activation not in KEPT_BY:
        return f"gradient flow of {system.activation} units keeps no balance; of relu and linear ones it does"
    if system.train == "last":
        return "the hidden layers do not move"
    if not dynamics.is_plain:
        return "the step is not that of plain SGD"
    if dynamics.momentum or (dynamics.swarm is not None and dynamics.swarm.coupling > 0):
        return "momentum and the pull of a swarm move it too"
    place = np.array(middle(experiment.start, system.dimension))
    one = fields.at(place)
    mean = one.gradient()
    pull = fields.gradient(place[None])[0]
    square = (one.row_gradients**2).mean(axis=0) - mean**2
    if system.label_noise:
        square = square + system.label_noise**2 * (one.output_gradients(0) ** 2).mean(axis=0)
    # of the batch's gradient, penalty and all: its mean squared and the noise that the batch leaves
    square = pull**2 + experiment.noise_scale * square
    rates = []
    for number, layer in enumerate(system.layers[:-1]):
        following = system.layers[number + 1]
        end = following.first + following.inputs * following.outputs
        gained = square[layer.first : layer.end].sum() - square[following.first : end].sum()
        kept = float(balance(system, number + 1, place[None])[0])
        rates.append(dynamics.eta * gained - 2 * system.ridge * kept)
    return np.array(rates)
