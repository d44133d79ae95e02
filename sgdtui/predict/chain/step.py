"""The chain as one step: what its kernel is made of, and systems that have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.predict.numerics.noise_distribution import NoiseShape
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence
from sgdtui.predict.rule import why_no_law

NAME = "transfer"


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """One step x' from x.

    mean, spread  x (n,) to E[x'] and, for a chain x' = mean + spread·Z, the spread (n,)
    shape         the law of Z; None where the step is given by slices or maps instead
    slices        x (n,) to edges (n, m + 1) and masses (m,) or (n, m): x' lies between neighbouring edges with
                  that mass, evenly
    maps          x (n,) to images (n, m) and weights (m,) or (n, m): x' is one of finitely
                  many maps of x
    smooth_maps   the maps stand for a continuum of them, so that the law has a density
    time          the time that one step takes
    """

    mean: Callable[[Array], Array]
    spread: Callable[[Array], Array]
    shape: NoiseShape | None
    time: float
    slices: Callable[[Array], tuple[Array, Array]] | None = None
    maps: Callable[[Array], tuple[Array, Array]] | None = None
    smooth_maps: bool = False


def steps_by_examples(experiment: Experiment) -> bool:
    """Whether a step is the mean gradient of some examples, and not of a law of noise."""
    return not experiment.dynamics.is_sde and experiment.system.examples_a_step(1) is not None


def why_no_chain(experiment: Experiment) -> Absence | None:
    """Why the chain of this experiment has no stationary kernel on its own coordinates; None where it has."""
    if not experiment.system.has_fields:
        return Absence(NAME, "degenerate noise", "this is a process in continuous time, not a chain")
    unknown = why_no_law(experiment, NAME)
    if unknown is not None:
        return unknown
    if learning_rate(experiment) is None:
        return Absence(NAME, "unsettled", "the learning rate changes with time: there is no stationary law")
    swarm = experiment.dynamics.swarm
    if swarm is not None and swarm.size > 1 and swarm.coupling != 0:
        detail = f"the {swarm.size} workers of a swarm move in {swarm.size * experiment.dimension} dimensions"
        return Absence(NAME, "not one- or two-dimensional", detail)
    if experiment.dimension > 2:
        return Absence(
            NAME, "not one- or two-dimensional", f"the system has {experiment.dimension} dimensions"
        )
    if momentum(experiment) != 0:
        detail = "with momentum the chain is one of position and velocity, and noise enters only the velocity"
        return Absence(NAME, "degenerate noise", detail)
    if steps_by_examples(experiment) and not experiment.system.each_example_is_a_map:
        return Absence(NAME, "too costly", "the minibatches of a network are not followed one by one")
    if fields(experiment).time_dependent:
        return Absence(NAME, "unsettled", "the equations change with time: there is no stationary law")
    return None
