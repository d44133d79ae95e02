"""Gibbs at the temperature that the experiment asks for."""

from __future__ import annotations

import math

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.gibbs.temperature import average_temperature, best_fit_temperature, minimum_temperature
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.question import MeasuredLaw, Question

STAND_IN = "fokker-planck"
"""The prediction whose law stands in where a temperature needs a measured one and there is none yet."""


def gibbs_as_asked(question: Question) -> Prediction | Absence:
    """Gibbs at the temperature by the experiment's rule; see `gibbs_law`."""
    experiment, edges, measured = question.experiment, question.edges, question.measured
    law = question.laws.get(STAND_IN)
    masses = None if law is None or experiment.dimension != len(edges) else law.probability
    if measured is None and masses is not None:
        measured = MeasuredLaw(masses, np.zeros((0, experiment.dimension)))
    return gibbs_law(experiment, edges, measured)


def gibbs_law(
    experiment: Experiment, edges: tuple[Array, ...], measured: MeasuredLaw | None
) -> Prediction | Absence:
    """Gibbs at the temperature that the experiment asks for; the rules that need a measured law fall back on the
    minimum's temperature without one.
    """
    asked = experiment.temperature
    if not isinstance(asked, str):
        return gibbs(experiment, edges, float(asked), "given")
    temperature = float("nan")
    if asked == "average" and measured is not None:
        if experiment.dimension == len(edges):
            temperature = average_temperature(experiment, grid(edges), measured.masses.ravel())
        else:
            places = measured.positions[np.isfinite(measured.positions).all(axis=1)][:8192]
            temperature = average_temperature(experiment, places, np.ones(len(places)))
    elif asked == "best-kl" and measured is not None:
        best = best_fit(experiment, edges, measured.masses)
        temperature = float("nan") if best is None else best[0]
    if math.isfinite(temperature):
        return gibbs(experiment, edges, temperature, asked)
    return gibbs(experiment, edges, minimum_temperature(experiment), "minimum")


def best_fit(experiment: Experiment, edges: tuple[Array, ...], masses: Array) -> tuple[float, float] | None:
    """The temperature at which Gibbs is closest in KL to measured `masses` (bins…), and the KL that is left."""
    if not masses.sum() > 0:
        return None
    found = best_fit_temperature(experiment, edges, masses)
    return found if all(math.isfinite(number) for number in found) else None


def grid(edges: tuple[Array, ...]) -> Array:
    """The middle of every bin, (bins, axes), the last axis running fastest."""
    middles = [(e[:-1] + e[1:]) / 2 for e in edges]
    return np.stack([g.ravel() for g in np.meshgrid(*middles, indexing="ij")], axis=1)
