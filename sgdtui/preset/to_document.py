"""An `Experiment` back to the document of a preset file that builds it again. The inverse of `assemble`.

The loss and the noise are written out, so that the file stands by itself; what the rules for "left out" would give
again is left out.
"""

from __future__ import annotations

import math
from typing import Any

from sgdtui.model.dynamics import CONVENTIONS, Dynamics
from sgdtui.model.experiment import Experiment, RunPlan
from sgdtui.model.parameter import Parameter
from sgdtui.model.rules.registry import RULES
from sgdtui.model.space import Boundary
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.model.step_terms import StepMatrix
from sgdtui.preset.forms.form import owned_parameters
from sgdtui.preset.forms.registry import form_of
from sgdtui.preset.space import default_start, inherited_domain
from sgdtui.preset.text.written import Document, box_document, parameter_document, text


def describe(experiment: Experiment) -> Document:
    """The document of an experiment. Data stays a `Table` object in it; `sgdtui.preset.write` turns it into text."""
    document: Document = {}
    if experiment.title and experiment.title != experiment.name:
        document["title"] = experiment.title
    for key in ("story", "source"):
        if value := getattr(experiment, key):
            document[key] = value
    document |= form_of(experiment.system).document(experiment.system)
    own = {parameter.name: parameter for parameter in owned_parameters(experiment.system)}
    overriding = {}
    for p in experiment.parameters:
        if p.name not in own:
            overriding[p.name] = parameter_document(p)
        elif own[p.name] != p:
            overriding[p.name] = _override(own[p.name], p)
    if overriding:
        document["parameters"] = overriding
    sections = {
        "dynamics": _dynamics(experiment.dynamics) if form_of(experiment.system).has_dynamics else {},
        "space": _space(experiment),
        "start": _start(experiment),
        "run": _run(experiment),
    }
    document |= {key: value for key, value in sections.items() if value}
    if experiment.temperature != "minimum":
        document["temperature"] = experiment.temperature
    surface = experiment.system.surface
    regions = dict(surface.regions) if surface is not None else {}
    observe = {name: text(e) for name, e in experiment.observe if regions.get(name) != e}
    if observe:
        document["observe"] = observe
    if experiment.until is not None:
        document["until"] = text(experiment.until)
    if experiment.variants:
        document["variants"] = {variant.name: dict(variant.changes) for variant in experiment.variants}
    if experiment.expect:
        document["expect"] = [
            {
                key: value
                for key, value in (
                    ("that", claim.that),
                    ("is", claim.value),
                    ("within", claim.within),
                    ("at", claim.at),
                    ("variant", claim.variant),
                )
                if value is not None
            }
            for claim in experiment.expect
        ]
    return document


def _override(own: Parameter, now: Parameter) -> Any:
    """What an experiment writes to turn the parameter `own` into `now`."""
    if (own.minimum, own.maximum, own.about) == (now.minimum, now.maximum, now.about):
        return now.value
    return {"value": now.value, "min": now.minimum, "max": now.maximum, "about": now.about}


def convention_word(convention: float) -> str | float:
    """The name of a convention, or its number between the named ones."""
    return next((word for word, value in CONVENTIONS.items() if value == convention), convention)


def optimizer_document(dynamics: Dynamics) -> str | Document:
    """The rule of the step as a preset writes it, with all of its numbers."""
    rule = RULES[dynamics.optimizer.name]
    if not rule.numbers:
        return rule.name
    numbers = {number.name: number.default for number in rule.numbers} | dict(dynamics.optimizer.numbers)
    return {rule.name: numbers}


def matrix_document(matrix: StepMatrix) -> Any:
    """A matrix of the step as a preset writes it."""
    entries = [text(entry) for entry in matrix.entries]
    if matrix.form == "isotropic":
        return entries[0]
    if matrix.form == "diagonal":
        return entries
    d = math.isqrt(len(entries))
    return [entries[row * d : (row + 1) * d] for row in range(d)]


def _dynamics(dynamics: Dynamics) -> Document:
    document: Document = {
        "kind": dynamics.kind,
        "eta": dynamics.eta,
        "batch": dynamics.batch,
        "momentum": dynamics.momentum,
        "convention": convention_word(dynamics.convention),
        "dt": dynamics.dt,
    }
    if dynamics.schedule is not None:
        document["schedule"] = text(dynamics.schedule)
    if dynamics.precision is not None:
        document["precision"] = dynamics.precision
    optimizer = optimizer_document(dynamics)
    if optimizer != "sgd":
        document["optimizer"] = optimizer
    if dynamics.dampening:
        document["dampening"] = dynamics.dampening
    for key in ("precondition", "inject"):
        matrix: StepMatrix | None = getattr(dynamics, key)
        if matrix is not None:
            document[key] = matrix_document(matrix)
    if dynamics.decay != RULES[dynamics.optimizer.name].decay:
        document["decay"] = dynamics.decay
    if dynamics.swarm is not None:
        document["swarm"] = {"size": dynamics.swarm.size, "coupling": dynamics.swarm.coupling}
    return document


def _space(experiment: Experiment) -> Document:
    space, system = experiment.space, experiment.system
    document: Document = {}
    if system.states is not None:
        return document
    if space.domain is not None and space.domain != inherited_domain(system, space.axes):
        document["domain"] = box_document(space.domain)
    if any(wall != Boundary() for wall in space.boundaries):
        walls = [
            {"reflect": system.variables[wall.flips[0]]} if wall.flips else wall.kind
            for wall in space.boundaries
        ]
        document["boundary"] = walls[0] if len(walls) == 1 else walls
    if space.axes != tuple(range(min(2, system.dimension))):
        document["axes"] = [system.variables[axis] for axis in space.axes]
    return document


def _start(experiment: Experiment) -> Document:
    start = experiment.start
    if start == default_start(experiment.system, experiment.space):
        return {}
    own = form_of(experiment.system).starts
    written = own.document(start) if own is not None else None
    if written is not None:
        return written
    match start:
        case At(point):
            return {"at": list(point)}
        case Uniform(box):
            return {"uniform": box_document(box)}
        case Normal(mean, deviation):
            return {"normal": {"mean": list(mean), "sd": list(deviation)}}


def _run(experiment: Experiment) -> Document:
    run: RunPlan = experiment.run
    document: Document = {
        "walkers": run.walkers,
        "burn_in": "auto" if run.burn_in is None else run.burn_in,
        "steps": "auto" if run.steps is None else run.steps,
        "every": run.every,
        "seed": run.seed,
    }
    if run.bins is not None and experiment.system.states is None:
        document["bins"] = run.bins
    return document
