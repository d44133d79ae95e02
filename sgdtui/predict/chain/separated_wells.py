"""The stationary law of a chain on the line whose wells are all but disconnected.

An eigenvector shares such a law out between the wells by rounding; states taken out one by one keep every digit (see
`state_reduction`). Elsewhere it is the same quadrature as for any smooth noise (see `nystrom`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.crossing import kernel_about
from sgdtui.predict.chain.nystrom import SmoothLaw
from sgdtui.predict.chain.state_reduction import stationary_masses
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.gauss_panels import Panels, panels
from sgdtui.predict.numerics.panel_density import LineLaw, observables_on
from sgdtui.predict.prediction import Prediction
from sgdtui.total_variation import total_variation

NAME = "transfer"

_WIDTHS = (2.4, 1.7)
"""Widest panels, in units of the noise's spread: the second is the law, the first tells its error."""


def law_of_separated_wells(
    experiment: Experiment, step: Chain, wall: Wall, places: Array, edges: Array
) -> Prediction | None:
    """The law on bins `edges` (n + 1,), of wells at `places` (m,); None where the noise is not smooth or too small."""
    laws = [_masses(step, wall, places, width) for width in _WIDTHS]
    if laws[0] is None or laws[1] is None:
        return None
    bins = [np.diff(law.distribution(edges)) for law in laws if law is not None]
    law = laws[1]
    observed = observables_on(experiment, experiment.variables[0])

    def evaluate(x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.column_stack([np.log(np.maximum(law.density(x), 0.0)), observed(x)])

    def log_density(resolved: Panels) -> Array:
        return resolved.values[..., 0]

    low, high = float(np.min(law.mean - 9 * law.spread)), float(np.max(law.mean + 9 * law.spread))
    within = edges[(edges > low) & (edges < high)]
    cut = edges if wall.closed else np.union1d(np.linspace(low, high, 257), within)
    resolved, logarithm = panels(cut, evaluate, log_density, tolerance=1e-11)
    found = LineLaw.of(resolved, logarithm, resolved.values[..., 1:], closed=True)
    prediction = found.prediction(NAME, edges, experiment)
    distribution = np.clip(law.distribution(edges), 0.0, 1.0)
    probability = np.maximum(np.diff(distribution), 0.0)
    return replace(
        prediction,
        probability=probability,
        distribution=distribution,
        outside=0.0 if wall.closed else max(0.0, 1.0 - float(probability.sum())),
        numerical_error=max(total_variation(bins[1], bins[0]), 1e-12),
    )


def _masses(step: Chain, wall: Wall, places: Array, width: float) -> SmoothLaw | None:
    found = kernel_about(step, wall, places, width)
    if found is None or step.shape is None:
        return None
    nodes = found.nodes
    return SmoothLaw(
        stationary_masses(found.hops), step.mean(nodes), step.spread(nodes), step.shape, wall, 0.0
    )
