"""The law of a chain on the plane whose steps are small beside the law, whatever they are beside a cell.

The grid need only resolve the law: a step is deposited on nodes so that its moments are kept (see `deposit`). The
stationary vector is solved for by iteration, with the factors of the SDE's rates on the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.deposit import deposit
from sgdtui.predict.chain.plane_kernel import PlaneChain
from sgdtui.predict.diffusion.plane import cells_for, solve_plane
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box
from sgdtui.predict.numerics.node_law import NodeLaw, apart
from sgdtui.predict.numerics.stationary_correction import corrected
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"

_CELLS = (72, 100, 144, 200, 280)
_GOAL = 1e-5
_WORTHLESS = 0.25
_MOST_ENTRIES, _MANY_ENTRIES = 16e6, 2e6
_FEW_CELLS = 40
_LEAST_ERROR = 1e-6
_GROWTHS = 10
_WIDER = 0.25
_EMPTY = 1e-9
_ESCAPING = 1e-3
"""Share of walkers that leave a box in a relaxation time, from which, if wider boxes hardly change it, they escape."""


@dataclass(frozen=True, slots=True, eq=False)
class SmallSteps:
    """The chain: one step takes `time`; `process` is the SDE that it follows, `sides` are open or rings."""

    step: PlaneChain
    time: float
    process: Diffusion
    sides: tuple[Wall, ...]

    @property
    def periodic(self) -> tuple[bool, bool]:
        """Which axes are rings."""
        return self.sides[0].kind == "periodic", self.sides[1].kind == "periodic"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A law on one grid; the probability lost per unit time, the slowest rate, and all flaws as a total variation."""

    nodes: NodeLaw
    leak: float
    slowest: float | None
    flaw: float


def law_of_small_steps(
    experiment: Experiment, edges: tuple[Array, ...], chain: SmallSteps, box: Box
) -> Prediction | Absence:
    """On finer and finer grids until two agree, or until the next one would cost too much."""
    grown = _grown(chain, box)
    if isinstance(grown, Absence):
        return grown
    best: Prediction | None = None
    before: Prediction | None = None
    found: Found | None = None
    for about in _CELLS:
        cells = cells_for(chain.process, grown, about)
        if before is not None and _entries(chain, grown, cells) > _MOST_ENTRIES:
            break
        solved = _solved(chain, grown, cells, found)
        if solved is None:
            continue
        found = solved
        prediction = found.nodes.prediction(NAME, edges, experiment)
        if before is not None:
            gap = apart(prediction, before, experiment)
            error = min(1.0, gap + found.flaw)
            if best is None or error < best.numerical_error:
                best = replace(prediction, numerical_error=max(error, _LEAST_ERROR))
            if gap < _GOAL:
                break
        before = prediction
    if best is None:
        return Absence(NAME, "not found", "the equations on all but one grid are singular to rounding")
    if not best.numerical_error < _WORTHLESS:
        apart_by = f"two grids differ by {best.numerical_error:.2g}"
        return Absence(
            NAME, "too costly", f"the law is too narrow for the cells that are affordable: {apart_by}"
        )
    return best


def _entries(chain: SmallSteps, box: Box, cells: tuple[int, int]) -> float:
    """About how many numbers the step's matrix on so many cells holds."""
    middles = [np.linspace(low, high, 18)[:-1] + (high - low) / 34 for low, high in box]
    points = np.stack([g.ravel() for g in np.meshgrid(*middles, indexing="ij")], axis=1)
    width = np.array([(high - low) / n for (low, high), n in zip(box, cells, strict=True)])
    spread = np.abs(chain.step.factor(points)).sum(axis=2) / width
    return float(np.mean(np.prod(8 * spread + 10, axis=1)) * cells[0] * cells[1])


def _solved(chain: SmallSteps, box: Box, cells: tuple[int, int], before: Found | None = None) -> Found | None:
    """The law on a grid, from that of the grid before; None where the equations are singular to rounding."""
    try:
        rough = solve_plane(chain.process, chain.sides, box, cells)
    except RuntimeError:
        return None
    grid, rates = rough.law.edges, rough.rates
    points = np.stack(
        [g.ravel() for g in np.meshgrid(*[(e[1:] + e[:-1]) / 2 for e in grid], indexing="ij")], axis=1
    )
    deposited = deposit(chain.step.mean(points), chain.step.factor(points), grid, chain.periodic)

    def generator(p: Array) -> Array:
        return np.asarray((deposited.step(p) - p) / chain.time)

    def inverse(r: Array) -> Array:
        # A step is exp(h A) or so: for slow modes as h A, but no fast mode shrinks by more than itself.
        return rates.solve(r) - chain.time * r

    guess = None if before is None else before.nodes.law.binned(grid, (0, 1)).ravel()
    found = corrected(generator, inverse, rates.stationary, guess)
    nodes = NodeLaw.of(grid, found.mass.reshape(rough.hops.shape), chain.periodic)
    slowest = rates.slowest_rate(6)
    leak = float(np.abs(found.mass) @ np.abs(deposited.lost())) / chain.time
    lost = leak / slowest if slowest is not None else 0.0
    flaw = nodes.negative + nodes.cut_off(lost, (not chain.periodic[0], not chain.periodic[1])) + found.left
    return Found(nodes, found.leak, slowest, flaw)


def _grown(chain: SmallSteps, box: Box) -> Box | Absence:
    """The box, widened along each open axis on whose sides the law has not died out: steps go beyond the SDE's law."""
    leaks = []
    for number in range(_GROWTHS):
        pace = _WIDER if number < _GROWTHS // 2 else 2 * _WIDER
        cells = cells_for(chain.process, box, _CELLS[0])
        if _entries(chain, box, cells) > _MANY_ENTRIES:  # steps so wide that fewer cells will do
            cells = cells_for(chain.process, box, _FEW_CELLS)
        found = _solved(chain, box, cells)
        if found is None:  # too coarse to tell
            return box
        leaks.append(found.leak / found.slowest if found.slowest else 0.0)
        # What is no more than the ringing of a coarse grid is no mass.
        noise = max(_EMPTY, 3 * found.nodes.negative)
        wider = []
        for axis, (low, high) in enumerate(box):
            ends = found.nodes.law.mass.sum(axis=1 - axis)[[0, -1]].sum()
            grows = not chain.periodic[axis] and ends > noise
            margin = pace * (high - low) if grows else 0.0
            wider.append((low - margin, high + margin))
        if tuple(wider) == tuple(box):
            return box
        box = tuple(wider)
    if leaks[-1] > _ESCAPING and leaks[-1] > 0.3 * leaks[-3]:
        detail = f"walkers leave any box: {leaks[-1]:.2g} of them in a relaxation time"
        return Absence(NAME, "not normalisable", detail)
    return Absence(NAME, "not found", "no box was found that holds the law of the chain")
