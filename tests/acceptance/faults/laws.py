"""The laws that are predicted for a row of the table, without a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.gibbs.temperature import minimum_temperature
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.change import changed
from sgdtui.preset.load import load

HERE = Path(__file__).parent


def row(name: str, **changes: Any) -> Experiment:
    """The experiment of a row's file, with changes as `--set` makes them."""
    experiment = load(HERE / f"{name}.yaml")
    return changed(experiment, changes) if changes else experiment


def smooth(
    experiment: Experiment, window: tuple[float, float] | None = None, bins: int = 200
) -> Prediction | Absence:
    """The Fokker–Planck law on bins of the window, the experiment's own unless another is given."""
    return fokker_planck(experiment, (_edges(experiment, window, bins),))


def boltzmann(
    experiment: Experiment, window: tuple[float, float] | None = None, bins: int = 200
) -> Prediction | Absence:
    """The Gibbs law at the temperature of the minimum."""
    return gibbs(experiment, (_edges(experiment, window, bins),), minimum_temperature(experiment), "minimum")


def _edges(experiment: Experiment, window: tuple[float, float] | None, bins: int) -> np.ndarray:
    if window is None:
        assert experiment.space.domain is not None
        (window,) = experiment.space.domain
    return np.linspace(*window, bins + 1)
