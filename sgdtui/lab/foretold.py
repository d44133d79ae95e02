"""How far predictions are from the process's own law, by themselves: known before any walker has settled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sgdtui.predict.prediction import Prediction


def foretold(predictions: Mapping[str, Prediction], is_sde: bool) -> dict[str, float]:
    """The total variation distance of each prediction from the own law (the chain's, of an SDE Fokker–Planck's), by
    name; empty while that law is not there. What is outside the window counts as one bin.
    """
    own = predictions.get("fokker-planck" if is_sde else "transfer")
    if own is None or own.probability is None:
        return {}
    found = {}
    for name, prediction in predictions.items():
        masses = prediction.probability
        if prediction is own or masses is None or masses.shape != own.probability.shape:
            continue
        inside = float(np.abs(masses - own.probability).sum())
        found[name] = (inside + abs(prediction.outside - own.outside)) / 2
    return found
