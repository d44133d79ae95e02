"""A law on the plane given by its density at the middles of equal cells: what two grids of such say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.tree import Expression
from sgdtui.model.experiment import Experiment
from sgdtui.predict.numerics.cell_density import PlaneLaw
from sgdtui.predict.numerics.central_differences import cell_averages
from sgdtui.predict.prediction import Prediction
from sgdtui.total_variation import total_variation


@dataclass(frozen=True, slots=True, eq=False)
class NodeLaw:
    """Density times area at the middles of cells, and the law on cells that interpolates it.

    law         on cells, not negative, of sum one
    mean, covariance   sums over the nodes, which for a smooth density converge faster than any power of the width
    negative    the negative mass that was cut off: the interpolation's ringing
    at_ends     mass in the outermost cells of the open axes
    """

    law: PlaneLaw
    mean: Array
    covariance: Array
    negative: float
    at_ends: float

    @staticmethod
    def of(edges: tuple[Array, Array], mass: Array, periodic: tuple[bool, bool]) -> NodeLaw:
        """From node masses (nx, ny) of sum one, perhaps slightly negative somewhere."""
        centres = [(e[1:] + e[:-1]) / 2 for e in edges]
        points = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
        mean = mass.ravel() @ points
        away = points - mean
        covariance = (away * mass.ravel()[:, None]).T @ away
        cells = cell_averages(mass, periodic)
        negative = float(-cells[cells < 0].sum())
        cells = np.maximum(cells, 0.0)
        ends = sum(float(cells.sum(axis=1 - axis)[[0, -1]].sum()) for axis in (0, 1) if not periodic[axis])
        return NodeLaw(PlaneLaw(edges, cells / cells.sum(), 5), mean, covariance, negative, ends)

    def cut_off(self, lost: float, open_axes: tuple[bool, bool]) -> float:
        """What the box cuts off, of the law and of its variance in units of it: the mass in the outermost cells and
        what is `lost` over the sides in a relaxation time, each with the square of its distance.
        """
        apart = [
            np.max(np.abs(e[[0, -1]] - m)) / np.sqrt(max(v, 1e-300))
            for e, m, v, is_open in zip(
                self.law.edges, self.mean, np.diag(self.covariance), open_axes, strict=True
            )
            if is_open
        ]
        return float(max(1.0, *(a**2 for a in apart), 1.0)) * (self.at_ends + lost)

    def prediction(self, name: str, edges: tuple[Array, ...], experiment: Experiment) -> Prediction:
        """The law on the bins of the drawn axes, with the moments of the nodes."""
        return replace(
            self.law.prediction(name, edges, experiment), mean=self.mean, covariance=self.covariance
        )


def apart(one: Prediction, other: Prediction, experiment: Experiment) -> float:
    """How far two predictions are from each other, in everything that they say.

    The largest of: the total variation on the bins; the distance of the means in standard deviations; the largest
    relative difference of the variances; the difference of each observed probability.
    """
    assert one.probability is not None
    assert other.probability is not None
    gaps = [total_variation(one.probability, other.probability), abs(one.outside - other.outside)]
    if one.mean is not None and other.mean is not None and one.covariance is not None:
        assert other.covariance is not None
        variance = np.maximum(np.diag(one.covariance), 1e-300)
        gaps.append(float(np.max(np.abs(one.mean - other.mean) / np.sqrt(variance))))
        scale = np.sqrt(np.multiply.outer(variance, variance))
        gaps.append(float(np.max(np.abs(one.covariance - other.covariance) / scale)))
    for key, expression in experiment.observe:
        if key in one.observables and key in other.observables:
            gaps.append(_gap(expression, one.observables[key], other.observables[key]))
    return max(gap if np.isfinite(gap) else 1.0 for gap in gaps)


def _gap(expression: Expression, one: float, other: float) -> float:
    """The difference of two averages: of a condition as it is, of anything else relative to its size beyond one."""
    return abs(one - other) / (1.0 if expression.is_condition else max(1.0, abs(one)))
