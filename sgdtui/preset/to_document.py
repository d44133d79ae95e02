"""An `Experiment` back to the document of a preset file that builds it again. The inverse of `assemble`.

The loss and the noise are written out, so that the file stands by itself; what the rules for "left out" would give
again is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sgdtui.expression import Expression
from sgdtui.model.data import Distribution, Fresh
from sgdtui.model.drift import DriftSystem
from sgdtui.model.dynamics import CONVENTIONS, Dynamics
from sgdtui.model.experiment import Experiment, RunPlan
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.hops import EVALUATE, HopSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.parameter import Parameter
from sgdtui.model.sample import SampleSystem
from sgdtui.model.space import Boundary
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.model.tumble import TumbleSystem
from sgdtui.preset.forms.noise import COORDINATES, in_variables
from sgdtui.preset.space import default_start, inherited_domain

Document = dict[str, Any]


def describe(experiment: Experiment) -> Document:
    """The document of an experiment. Data stays a `Table` object in it; `sgdtui.preset.write` turns it into text."""
    document: Document = {}
    if experiment.title and experiment.title != experiment.name:
        document["title"] = experiment.title
    for key in ("story", "source"):
        if value := getattr(experiment, key):
            document[key] = value
    document |= _system(experiment)
    own = own_parameters(experiment)
    overriding = {}
    for p in experiment.parameters:
        if p.name not in own:
            overriding[p.name] = parameter_document(p)
        elif own[p.name] != p:
            overriding[p.name] = _override(own[p.name], p)
    if overriding:
        document["parameters"] = overriding
    sections = {
        "dynamics": {} if isinstance(experiment.system, HopSystem) else _dynamics(experiment.dynamics),
        "space": _space(experiment),
        "start": _start(experiment),
        "run": _run(experiment),
    }
    document |= {key: value for key, value in sections.items() if value}
    if experiment.temperature != "minimum":
        document["temperature"] = experiment.temperature
    regions = dict(experiment.system.loss.regions) if isinstance(experiment.system, GradientSystem) else {}
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


def text(expression: Expression) -> str | float:
    """An expression as a preset writes it: a bare number where it is one."""
    value = expression.constant_value if not expression.names and not expression.is_condition else None
    return expression.text if value is None else value


def parameter_document(parameter: Parameter) -> Any:
    """A parameter as a preset writes it: its bare value, or a mapping where there is more."""
    more = {
        key: value
        for key, value in (("min", parameter.minimum), ("max", parameter.maximum), ("about", parameter.about))
        if value is not None and value != ""
    }
    return {"value": parameter.value, **more} if more else parameter.value


def _override(own: Parameter, now: Parameter) -> Any:
    """What an experiment writes to turn the parameter `own` into `now`."""
    if (own.minimum, own.maximum, own.about) == (now.minimum, now.maximum, now.about):
        return now.value
    return {"value": now.value, "min": now.minimum, "max": now.maximum, "about": now.about}


def own_parameters(experiment: Experiment) -> dict[str, Parameter]:
    """The parameters that the loss and the noise brought, by name, with the values that they gave."""
    system = experiment.system
    own: tuple[Parameter, ...] = ()
    if isinstance(system, GradientSystem):
        own = (*system.loss.parameters, *system.noise.parameters)
    elif isinstance(system, DriftSystem):
        own = system.noise.parameters
    return {parameter.name: parameter for parameter in own}


def _system(experiment: Experiment) -> Document:
    system = experiment.system
    match system:
        case GradientSystem():
            return {"loss": loss_document(system.loss), "noise": noise_document(_own_names(system))}
        case DriftSystem():
            return {
                "variables": list(system.variables),
                "drift": [text(velocity) for velocity in system.velocity],
                "noise": noise_document(system.noise),
            }
        case SampleSystem():
            return {"sample": _sample(system)}
        case HopSystem():
            named_weights = {weight: word for word, weight in EVALUATE.items()}
            weight = system.destination_weight
            return {
                "hops": {
                    "states": system.states,
                    "rate": text(system.rate),
                    "evaluate": named_weights.get(weight, weight),
                }
            }
        case TumbleSystem():
            return {"tumble": {"speed": text(system.speed), "rate": text(system.rate)}}


def _own_names(system: GradientSystem) -> Noise:
    """The noise in the names that a noise in place would use for these variables."""
    if system.variables == COORDINATES[: system.dimension]:
        return system.noise
    return in_variables(system.noise, system.variables)


def loss_document(loss: Loss) -> Document:
    """A loss as a loss preset writes it, with the name it was taken from."""
    document: Document = {"title": loss.title, "about": loss.about, "name": loss.name}
    document = {key: value for key, value in document.items() if value}
    document |= {"variables": list(loss.variables), "loss": text(loss.expression)}
    if loss.parameters:
        document["parameters"] = {p.name: parameter_document(p) for p in loss.parameters}
    if loss.domain is not None:
        document["domain"] = _box(loss.domain)
    if loss.regions:
        document["regions"] = {name: text(condition) for name, condition in loss.regions}
    return document


def noise_document(noise: Noise) -> Document:
    """A noise as a noise preset writes it, with the name it was taken from."""
    document: Document = {"title": noise.title, "about": noise.about, "name": noise.name}
    document = {key: value for key, value in document.items() if value}
    entries = [text(entry) for entry in noise.covariance]
    if noise.form == "isotropic":
        document["covariance"] = entries[0]
    elif noise.form == "diagonal":
        document["covariance"] = entries
    else:
        d = round(len(entries) ** 0.5)
        document["covariance"] = [entries[row * d : (row + 1) * d] for row in range(d)]
    if noise.law.kind != "gaussian":
        document["law"] = (
            f"{noise.law.kind}({noise.law.shape!r})" if noise.law.shape is not None else noise.law.kind
        )
    if noise.parameters:
        document["parameters"] = {p.name: parameter_document(p) for p in noise.parameters}
    return document


def _sample(system: SampleSystem) -> Document:
    document: Document = {"model": system.model} if system.model else {"loss": text(system.loss)}  # type: ignore[arg-type]
    document |= {"variables": list(system.variables), "columns": list(system.data.columns)}
    if isinstance(system.data, Fresh):
        laws = zip(system.data.columns, system.data.distributions, strict=True)
        document["data"] = {column: _distribution(law) for column, law in laws}
    else:
        document["data"] = system.data
    if system.draw != "replacement":
        document["draw"] = system.draw
    if system.ridge:
        document["ridge"] = system.ridge
    if system.domain is not None:
        document["domain"] = _box(system.domain)
    return document


def _distribution(law: Distribution) -> str:
    a = law.arguments
    if law.kind == "choice":
        half = len(a) // 2
        return f"choice([{_numbers(a[:half])}], [{_numbers(a[half:])}])"
    return f"{law.kind}({_numbers(a)})"


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(repr(float(value)) for value in values)


def _box(box: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[low, high] for low, high in box]


def convention_word(convention: float) -> str | float:
    """The name of a convention, or its number between the named ones."""
    return next((word for word, value in CONVENTIONS.items() if value == convention), convention)


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
    if dynamics.swarm is not None:
        document["swarm"] = {"size": dynamics.swarm.size, "coupling": dynamics.swarm.coupling}
    return document


def _space(experiment: Experiment) -> Document:
    space, system = experiment.space, experiment.system
    document: Document = {}
    if isinstance(system, HopSystem):
        return document
    if space.domain is not None and space.domain != inherited_domain(system, space.axes):
        document["domain"] = _box(space.domain)
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
    match start:
        case At(point):
            return {"at": list(point)}
        case Uniform(box):
            return {"uniform": _box(box)}
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
    if run.bins is not None and not isinstance(experiment.system, HopSystem):
        document["bins"] = run.bins
    return document
