"""The experiment of plain SGD that takes the same steps: preconditioner, injected noise and decay within its system.

A predicted law is one of plain SGD. C·g is a drift, C·Σ·Cᵀ + B·inject its noise and L + decay·|x|²/2 its loss; so the
laws of those steps are known without another theory.
"""

from __future__ import annotations

from dataclasses import replace

from sgdtui.model.experiment import Experiment
from sgdtui.model.parameter import Parameter
from sgdtui.model.step_terms import StepTerms


def before_the_rule(experiment: Experiment) -> Experiment:
    """The same with the preconditioner and the injected noise within its system; the rule and the decay stay."""
    dynamics = experiment.dynamics
    if dynamics.precondition is None and dynamics.inject is None:
        return experiment
    terms = StepTerms(dynamics.precondition, dynamics.inject, 0.0, experiment.noise_scale)
    return _folded(experiment, terms, dynamics.decay)


def plain(experiment: Experiment) -> Experiment:
    """The experiment of plain SGD (or its SDE) with the same steps; as it is where there is none: see `is_plain`."""
    dynamics = experiment.dynamics
    if dynamics.is_plain or dynamics.optimizer.name != "sgd" or dynamics.dampening:
        return experiment
    if dynamics.decay and dynamics.momentum:
        return experiment  # a heavy ball whose decay is not carried on is no heavy ball on another loss
    terms = StepTerms(dynamics.precondition, dynamics.inject, dynamics.decay, experiment.noise_scale)
    return _folded(experiment, terms, 0.0)


def _folded(experiment: Experiment, terms: StepTerms, decay: float) -> Experiment:
    system = experiment.system.folded(terms)
    if system is None:
        return experiment
    bound = experiment.system.bound(experiment.values, experiment.space.domain)
    hidden = tuple(Parameter(name, value) for name, value in bound.items() if name not in experiment.values)
    return replace(
        experiment,
        system=system,
        parameters=(*experiment.parameters, *hidden),
        dynamics=replace(experiment.dynamics, precondition=None, inject=None, decay=decay),
    )
