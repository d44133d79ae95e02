"""What the tests of faults on the plane share: one prediction of a file on a window, without any walkers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.change import changed
from sgdtui.preset.load import load

FOLDER = Path(__file__).parent
Window = tuple[tuple[float, float], tuple[float, float]]


def predicted(
    name: str, predict: Callable[..., Prediction | Absence], domain: Window, **changes: Any
) -> Prediction:
    """The prediction, which must exist, of the file with dials turned."""
    experiment = load(str(FOLDER / f"{name}.yaml"))
    if changes:
        experiment = changed(experiment, changes)
    experiment = replace(experiment, space=replace(experiment.space, domain=domain))
    found = predict(experiment, tuple(np.linspace(low, high, 65) for low, high in domain))
    assert isinstance(found, Prediction), found
    return found
