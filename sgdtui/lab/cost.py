"""What walkers cost: the work of a step, in steps of the one-dimensional double well, about half a nanosecond each."""

from __future__ import annotations

from sgdtui.expression import Apply, walk
from sgdtui.model.data import Fresh
from sgdtui.model.experiment import Experiment
from sgdtui.model.system import law_of

_COSTLY = frozenset({"exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan", "erf"})

_DRAW = {"rademacher": 0.25, "uniform": 0.25, "laplace": 0.9, "student-t": 8.5, "stable": 20.0}
"""A draw of a law beyond what one of the Gaussian takes, measured with one thread."""
_ONE_DRAW = frozenset({"stable"})
"""The laws of which a batch takes one draw."""
_COLUMN = 2.0
"""A draw of a column."""
_USUAL = 10
"""Every so many steps walkers are recorded in the run that is the unit."""
_RECORD, _RECORD_EACH = 1600.0, 2.0
"""A record of all walkers, for the groups that they are in, and what each walker adds, for each of its coordinates."""


def cost(experiment: Experiment) -> float:
    """About how many steps of the one-dimensional double well one walker-step of such equations is worth.

    Of a usual run: with draws of the Gaussian, many walkers, seldom recorded.
    """
    d = experiment.dimension
    examples = experiment.system.examples_a_step(experiment.dynamics.batch)
    if examples is not None:
        return max(2.0, float(d * examples))
    work = 1.0 if d == 1 else 2.5 * d / 2
    if experiment.dynamics.convention:
        work *= 2
    return work * (1 + 0.5 * _costly_functions(experiment))


def whole_cost(experiment: Experiment, recorded: bool = False) -> float:
    """The same with all that may make it dear: its law, the examples that an SDE goes through, and its records.

    `recorded`: whether the positions are counted, every `every`-th step.
    """
    dynamics, d = experiment.dynamics, experiment.dimension
    work = max(cost(experiment), _averaging(experiment))
    law = law_of(experiment.system)
    if law is not None:  # an SDE's increments are drawn by it too
        draws = 1 if law.kind in _ONE_DRAW else dynamics.batch
        work += d * draws * _DRAW.get(law.kind, 0.0)
    data = getattr(experiment.system, "data", None)
    if isinstance(data, Fresh) and not dynamics.is_sde:
        work += _COLUMN * len(data.columns) * dynamics.batch
    if recorded:
        run = experiment.run
        record = _RECORD * min(d, 2) / run.walkers + _RECORD_EACH * d
        work += max(0.0, record / run.every - _RECORD_EACH * d / _USUAL)
    return work


def _averaging(experiment: Experiment) -> float:
    """The means over all examples that a step of an SDE over data takes."""
    if not experiment.dynamics.is_sde or experiment.system.examples_a_step(1) is None:
        return 0.0
    from sgdtui.simulate.form.registry import program

    d = experiment.dimension
    return program(experiment).examples * (1 + d * (d + 3) / 2) / 2


def _costly_functions(experiment: Experiment) -> int:
    """How many calls of exp, tanh and the like the system's expressions hold."""
    nodes = (node for expression in experiment.system.step_expressions() for node in walk(expression.node))
    return sum(isinstance(node, Apply) and node.function in _COSTLY for node in nodes)
