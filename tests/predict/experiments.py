"""Experiments built directly from the model, for tests of predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sgdtui.expression import parse
from sgdtui.model.data import Table
from sgdtui.model.drift import DriftSystem
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Experiment, RunPlan
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.law import Law
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.sample import SampleSystem
from sgdtui.model.space import Boundary, Space
from sgdtui.model.start import At, Start
from sgdtui.model.system import System

WINDOW = np.linspace(-3, 3, 201)
UNIT = np.linspace(0, 1, 201)
SQUARE = (np.linspace(-1, 1, 65), np.linspace(-2, 2, 65))
DOUBLE_WELL = "(x**2 - 1)**2/4"


def noise(
    covariance: str | Sequence[str], variables: Sequence[str], law: Law | None = None, form: str | None = None
) -> Noise:
    """A noise from the text of its covariance: one expression, two (diagonal) or four (full)."""
    entries = [covariance] if isinstance(covariance, str) else list(covariance)
    names = {*variables, "x", "y", "L", "H", "k"}
    form = form or {1: "isotropic", 2: "diagonal", 4: "full"}[len(entries)]
    return Noise(tuple(parse(e, names) for e in entries), form=form, law=law or Law())


def on_loss(
    loss: str,
    covariance: str | Sequence[str] = "1",
    law: Law | None = None,
    variables: Sequence[str] = ("x",),
) -> GradientSystem:
    """A loss with a noise."""
    return GradientSystem(
        Loss(parse(loss, set(variables)), variables=tuple(variables)), noise(covariance, variables, law)
    )


def on_drift(
    velocity: Sequence[str], covariance: str | Sequence[str], variables: Sequence[str] = ("x",)
) -> DriftSystem:
    """A velocity field with a noise."""
    return DriftSystem(
        tuple(variables), tuple(parse(v, set(variables)) for v in velocity), noise(covariance, variables)
    )


def on_rows(
    loss: str, columns: Sequence[str], rows: Sequence[Sequence[float]], draw: str = "replacement"
) -> SampleSystem:
    """Real SGD over a table, one weight w."""
    table = Table(tuple(columns), np.array(rows, dtype=float))
    return SampleSystem(table, ("w",), loss=parse(loss, {*columns, "w"}), draw=draw)


ROWS_28 = list(zip((1, 2, -1, 0.5, 1.5, -2), (2.5, 3.6, -2.2, 1.3, 2.4, -4.3), strict=True))


def experiment(
    system: System,
    dynamics: Dynamics,
    *,
    boundary: str | tuple[str, ...] = "open",
    domain: tuple[tuple[float, float], ...] | None = None,
    observe: Mapping[str, str] | None = None,
    until: str | None = None,
    start: Start | None = None,
    run: RunPlan | None = None,
) -> Experiment:
    """An experiment; every coordinate (of at most two) is drawn."""
    axes = tuple(range(min(system.dimension, 2)))
    kinds = (boundary,) * len(axes) if isinstance(boundary, str) else boundary
    variables = set(system.variables)
    return Experiment(
        system=system,
        dynamics=dynamics,
        space=Space(domain=domain, boundaries=tuple(Boundary(k) for k in kinds), axes=axes),
        start=start or At((0.0,) * system.dimension),
        observe=tuple((name, parse(text, variables)) for name, text in (observe or {}).items()),
        until=None if until is None else parse(until, variables),
        run=run or RunPlan(),
    )
