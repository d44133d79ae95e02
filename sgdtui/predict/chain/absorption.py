"""Noise that dies with the loss: where every possible step leaves one point alone, all walkers may end there.

Near such a point the chain multiplies the distance by a random factor A; walkers collapse onto it when
E ln|A| < 0, however large E A² may be (Furstenberg and Kesten).
"""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.basin import trap
from sgdtui.predict.chain.far_field import far_field
from sgdtui.predict.chain.quiet_points import QuietPoint, quiet_points, step_factors
from sgdtui.predict.chain.step import NAME, Chain
from sgdtui.predict.numerics.start import start_mean
from sgdtui.predict.prediction import Absence, Prediction

_FLAT = 1e-9
"""A rate this near zero is neither."""


def collapsed(experiment: Experiment, step: Chain, edges: Array) -> Prediction | Absence | None:
    """A point mass, or why there is no law, for a chain with one point that no step moves; else None.

    It is known what walkers do where the chain is affine, so that the factor is the same at every distance; or where
    they are drawn in at the point, come back from far away and have unbounded noise in between, so that they get
    near it again and again until they stay.
    """
    low, high = float(edges[0]), float(edges[-1])
    scale = high - low
    quiet = quiet_points(step, low, high)
    if len(quiet) != 1:
        return None
    (point,) = quiet
    rate = max(point.rates)
    if _affine(step, point, scale):
        if rate > _FLAT:
            detail = f"the noise grows with distance: walkers move away e-fold every {1 / rate:.3g} steps"
            return Absence(NAME, "not normalisable", detail)
        if rate > -_FLAT:
            return Absence(NAME, "not normalisable", "walkers neither settle nor move away")
        return _point_mass(experiment, point, rate, step.time, edges)
    sides = _sides(point, float(start_mean(experiment)[0]))
    rate = max(point.rates[side > 0] for side in sides)
    if rate > -_FLAT or not _comes_back(step, point, scale, sides):
        return None
    return _point_mass(experiment, point, rate, step.time, edges)


def _sides(point: QuietPoint, start: float) -> tuple[float, ...]:
    """Where walkers from `start` may be: on both sides of the point, or on their own where no step crosses it."""
    if point.crossed or start == point.place:
        return (-1.0, 1.0)
    return (1.0,) if start > point.place else (-1.0,)


def _affine(step: Chain, point: QuietPoint, scale: float) -> bool:
    near = [step_factors(step, point.place, side * 1e-3 * scale)[0] for side in (-1.0, 1.0)]
    far = [step_factors(step, point.place, side * 5e-2 * scale)[0] for side in (-1.0, 1.0)]
    further = [step_factors(step, point.place, side * 50 * scale)[0] for side in (-1.0, 1.0)]
    return all(
        np.allclose(a, b, rtol=1e-5, atol=1e-5) and np.allclose(a, c, rtol=1e-5, atol=1e-5)
        for a, b, c in zip(near, far, further, strict=True)
    )


def _comes_back(step: Chain, point: QuietPoint, scale: float, sides: tuple[float, ...]) -> bool:
    """Whether walkers that leave the point are driven back: from far away, or within a trap that they do not leave."""
    if step.shape is None or step.shape.bounded:
        return False
    caught = trap(step, point.place, scale)
    if caught is None:
        return False
    return all(
        np.isfinite(caught[side > 0]) or far_field(step, point.place, scale, side).returns is True
        for side in sides
    )


def _point_mass(
    experiment: Experiment, point: QuietPoint, rate: float, time: float, edges: Array
) -> Prediction:
    centre = point.place
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
        relaxation_time=-time / rate,
        notes=(
            f"noise dies with the loss: walkers collapse onto {centre:g}, by a factor e every "
            f"{-1 / rate:.3g} steps",
        ),
    )
