"""What somebody else's typed program looks like; mypy --strict reads it, and nobody runs it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import sgdtui


def spread(eta: float) -> tuple[float, float]:
    """Variance and its standard error."""
    result: sgdtui.Result = sgdtui.run({"loss": "x**2/2"}, eta=eta)
    variances: NDArray[np.float64] = result.covariance
    return float(variances[0, 0]), float(result.covariance_se[0, 0])


def temperature() -> float | None:
    """Of Gibbs' law, without a walker."""
    experiment: sgdtui.Experiment = sgdtui.load("double-well").changed(eta=0.1)
    return sgdtui.predict(experiment).predictions["gibbs"].temperature


def table() -> list[str]:
    """The dials of a sweep, and the mistakes of a preset."""
    swept = sgdtui.sweep("double-well", {"eta": [0.1, 0.2]}, measures=["gibbs.tv"])
    try:
        sgdtui.run("data.csv", target="y", features=["a"])
    except sgdtui.PresetError as error:
        return [problem.message for problem in error.problems]
    return [*swept.settings, *(str(problem) for problem in sgdtui.check({"loss": "x"}))]
