"""Noise that dies with the loss: where every possible step leaves one point alone, all walkers may end there.

Near such a point the chain multiplies the distance by a random factor A; walkers collapse onto it when
E ln|A| < 0, however large E A² may be (Furstenberg and Kesten).
"""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.minimum import lowest
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"

_QUIET = 1e-7


def collapsed(experiment: Experiment, step: Chain, edges: Array) -> Prediction | Absence | None:
    """A point mass, or why there is no law, for an affine chain with a point that no step moves; else None."""
    window = (float(edges[0]), float(edges[-1]))
    scale = window[1] - window[0]

    def restlessness(x: Array) -> Array:
        with np.errstate(all="ignore"):
            moved = np.abs(step.mean(x[:, 0]) - x[:, 0]) + step.spread(x[:, 0])
        return np.where(np.isfinite(moved), moved, np.inf)

    point, least = lowest(restlessness, [window])
    if not least <= _QUIET * scale:
        return None
    centre = float(np.round(point[0], 12))
    factors = [_factors(step, centre, side, scale) for side in (-1.0, 1.0)]
    far = [_factors(step, centre, side, 50 * scale) for side in (-1.0, 1.0)]
    if any(not np.allclose(a[0], b[0], rtol=1e-5, atol=1e-5) for a, b in zip(factors, far, strict=True)):
        return None
    with np.errstate(divide="ignore"):
        rate = max(float(weights @ np.maximum(np.log(np.abs(a)), -50.0)) for a, weights in factors)
    if rate > 1e-9:
        detail = f"the noise grows with distance: walkers move away e-fold every {1 / rate:.3g} steps"
        return Absence(NAME, "not normalisable", detail)
    if rate > -1e-9:
        return Absence(NAME, "not normalisable", "walkers neither settle nor move away")
    values: dict[str, Array | float] = {**experiment.values, experiment.variables[0]: np.array([centre])}
    averages = {key: float(np.ravel(evaluate(e, values))[0]) for key, e in experiment.observe}
    return Prediction(
        name=NAME,
        edges=(edges,),
        probability=None,
        distribution=(edges >= centre).astype(float),
        mean=np.array([centre]),
        covariance=np.zeros((1, 1)),
        observables={key: value for key, value in averages.items() if np.isfinite(value)},
        singular=True,
        relaxation_time=-step.time / rate,
        notes=(
            f"noise dies with the loss: walkers collapse onto {centre:g}, by a factor e every {-1 / rate:.3g} steps",
        ),
    )


def _factors(step: Chain, centre: float, side: float, scale: float) -> tuple[Array, Array]:
    """The random factor by which a small distance on one side is multiplied: values and weights."""
    distance = side * 1e-3 * scale
    x = np.array([centre + distance])
    if step.maps is not None:
        images, weights = step.maps(x)
        return (images[0] - centre) / distance, weights
    if step.slices is not None:
        cuts, masses = step.slices(x)
        return ((cuts[0, 1:] + cuts[0, :-1]) / 2 - centre) / distance, np.ravel(masses)
    assert step.shape is not None
    assert step.shape.distribution is not None
    reach = min(step.shape.reach, 1e6)
    cuts = reach * np.sinh(np.linspace(-12.0, 12.0, 20_001)) / np.sinh(12.0)
    masses = np.diff(step.shape.distribution(cuts))
    middle = (cuts[1:] + cuts[:-1]) / 2
    return (step.mean(x)[0] + step.spread(x)[0] * middle - centre) / distance, masses / masses.sum()
