"""The step of a model as the text of a kernel: one generator for every form, read like code that a person wrote.

The generated function (signature: `sgdtui.simulate.machine.function_pointer.STEP_SIGNATURE`) advances the walkers of
one block by a few steps, in place. Walkers lie in rows (coordinates, then velocities) of lanes; every loop over lanes
is straight-line arithmetic, so that it becomes vector instructions. Numbers that a person can turn are read from
`dials`, so that turning one never recompiles.

State is float64. Draws, and the square root of Σ that they are multiplied with, are float32: an amplitude has a
relative resolution of 6e-8, and is 0 where Σ is below 1e-38 (unless Σ is written as a square, whose root is exact).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from sgdtui.model.experiment import Experiment
from sgdtui.model.plain import before_the_rule, plain
from sgdtui.simulate.program import Program, Unsupported


def program(experiment: Experiment) -> Program:
    """The kernel of an experiment.

    Raises:
        Unsupported: this engine does not simulate the system, or not with these dynamics.
        ValueError: the experiment has no domain yet.
    """
    if experiment.space.domain is None:
        raise ValueError("the window (space.domain) must be known before walkers can be counted")
    experiment = plain(experiment) if experiment.dynamics.is_sde else before_the_rule(experiment)
    place, dynamics = _WRITERS[experiment.system.form], experiment.dynamics
    if not dynamics.is_plain and (dynamics.is_sde or dynamics.swarm or place not in _RULED):
        raise Unsupported("optimisers and decay belong to sgd on a loss, a drift or data, without a swarm")
    if dynamics.precondition is not None or dynamics.inject is not None:
        raise Unsupported("a preconditioner and injected noise belong to a loss or a drift with its noise")
    module, name = place.rsplit(".", 1)
    write: Callable[[Experiment], Program] = getattr(import_module(module), name)
    return write(experiment)


_SYMBOLIC = "sgdtui.simulate.form.equations.symbolic_program"
_SAMPLE = "sgdtui.simulate.form.minibatch_sgd.sample_program"
_RULED = (_SYMBOLIC, _SAMPLE)
"""Whose kernels take the rules of `sgdtui.model.rules`."""

_WRITERS = {
    "gradient": _SYMBOLIC,
    "drift": _SYMBOLIC,
    "sample": _SAMPLE,
    "hops": "sgdtui.simulate.form.hops.hops_program",
    "network": "sgdtui.simulate.form.network_sgd.network_program",
    "tumble": "sgdtui.simulate.form.tumble.tumble_program",
}
"""Who writes the kernel of each form; imported when it is first asked for."""
