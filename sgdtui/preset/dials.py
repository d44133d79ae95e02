"""Every number of an experiment that a person can turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sgdtui.model.experiment import Experiment
from sgdtui.model.rules.registry import RULES
from sgdtui.preset.dial import Dial, number
from sgdtui.preset.forms.form import owned_parameters
from sgdtui.preset.forms.registry import form_of


def dials(experiment: Experiment) -> tuple[Dial, ...]:
    """All dials: the parameters in their order, then the dynamics', then the run's."""
    found = (
        *_parameters(experiment),
        *(_wide_enough(d) for d in (*_dynamics(experiment), *_run(experiment))),
    )
    return tuple(found)


def _wide_enough(dial: Dial) -> Dial:
    """A dial whose ends hold its value and its default; one that reaches 0 cannot be logarithmic."""
    values = [v for v in (dial.value, dial.default) if v is not None]
    low = min([v for v in (dial.minimum,) if v is not None] + values, default=None)
    high = max([v for v in (dial.maximum,) if v is not None] + values, default=None)
    positive = low is not None and low > 0
    return replace(dial, minimum=low, maximum=high, logarithmic=dial.logarithmic and positive)


def _parameters(experiment: Experiment) -> list[Dial]:
    defaults = _parameter_defaults(experiment)
    return [
        Dial(
            name=p.name,
            value=p.value,
            minimum=p.minimum,
            maximum=p.maximum,
            about=p.about,
            logarithmic=bool(p.minimum and p.maximum and p.minimum > 0 and p.maximum / p.minimum >= 50),
            integer=False,
            default=defaults.get(p.name, p.value),
        )
        for p in experiment.parameters
    ]


def _parameter_defaults(experiment: Experiment) -> dict[str, float]:
    defaults = {p.name: p.value for p in owned_parameters(experiment.system)}
    for name, given in experiment.document.get("parameters", {}).items():
        value = given.get("value") if isinstance(given, Mapping) else given
        if value is not None:
            defaults[name] = float(value)
    return defaults


def _dynamics(experiment: Experiment) -> list[Dial]:
    system, dynamics = experiment.system, experiment.dynamics
    given = experiment.document.get("dynamics", {})
    form = form_of(system)
    if not form.has_dynamics:
        return form.dials(experiment)

    def dial(
        name: str, value: float, low: float, high: float, about: str, *, log: bool, integer: bool = False
    ) -> Dial:
        return Dial(name, value, low, high, about, log, integer, number(given.get(name), value))

    found = []
    if system.has_fields:
        found.append(dial("eta", dynamics.eta, 1e-4, 4.0, "learning rate η", log=True))
        most = system.rows_without_replacement or 4096
        found.append(dial("batch", dynamics.batch, 1, most, "examples a step, B", log=True, integer=True))
    if dynamics.is_sde or system.in_continuous_time:
        found.append(dial("dt", dynamics.dt, 1e-5, 1.0, "time step of the SDE", log=True))
    if dynamics.is_sde:
        about = "convention: Itô 0, Stratonovich ½, anti-Itô 1"
        default = {"ito": 0.0, "stratonovich": 0.5, "anti-ito": 1.0}.get(str(given.get("convention")))
        value = dynamics.convention
        default = default if default is not None else number(given.get("convention"), value)
        found.append(Dial("convention", value, 0.0, 1.0, about, False, False, default))
    elif system.has_fields:
        found.extend(_of_rule(experiment, dial))
    if dynamics.swarm is not None:
        swarm = given.get("swarm") or {}
        size, coupling = dynamics.swarm.size, dynamics.swarm.coupling
        found.append(
            Dial("swarm", size, 1, 64, "workers in a group", True, True, number(swarm.get("size"), size))
        )
        pull = "pull of a worker to its group's mean"
        default = number(swarm.get("coupling"), coupling)
        found.append(Dial("coupling", coupling, 0.0, max(100.0, coupling), pull, False, False, default))
    found.extend(form.dials(experiment))
    return found


def _of_rule(experiment: Experiment, dial: Callable[..., Dial]) -> list[Dial]:
    """Momentum, and the numbers of the rule of the step; decay and dampening where there is any."""
    dynamics, given = experiment.dynamics, experiment.document.get("dynamics", {})
    rule = RULES[dynamics.optimizer.name]
    found = []
    if rule.carried is not None:
        found.append(dial("momentum", dynamics.momentum, 0.0, 0.99, "momentum β", log=False))
    own = given.get("optimizer")
    first = own.get(rule.name) if isinstance(own, Mapping) else None
    now = dict(dynamics.optimizer.numbers)
    for of in rule.numbers:
        value = now.get(of.name, of.default)
        low = of.low if not of.open_low else value / 100
        high = 0.9999 if of.high == 1.0 else of.high if of.high is not None else max(100 * value, 1.0)
        default = number((first or {}).get(of.name), value)
        found.append(Dial(of.name, value, low, high, of.about, of.open_low, False, default))
    if dynamics.dampening:
        found.append(dial("dampening", dynamics.dampening, 0.0, 1.0, "dampening of the gradient", log=False))
    if dynamics.decay:
        most = max(1.0, dynamics.decay)
        found.append(dial("decay", dynamics.decay, 0.0, most, "decoupled weight decay λ", log=False))
    return found


def _run(experiment: Experiment) -> list[Dial]:
    run, given = experiment.run, experiment.document.get("run", {})

    def dial(
        name: str, value: float | None, low: float, high: float, about: str, *, log: bool = True
    ) -> Dial:
        return Dial(name, value, low, high, about, log, True, number(given.get(name), value))

    found = [
        dial("walkers", run.walkers, 256, 2**24, "independent walkers"),
        dial("burn_in", run.burn_in, 1, 1e7, "steps that record nothing (auto: five relaxation times)"),
        dial("steps", run.steps, 1, 1e7, "steps recorded (auto: five relaxation times)"),
        dial("every", run.every, 1, 1e4, "recorded after every this many steps"),
        dial("seed", run.seed, 0, 2**31 - 1, "the same seed gives the same numbers", log=False),
    ]
    if experiment.system.states is None:
        axes = len(experiment.space.axes)
        bins = Dial(
            "bins",
            run.bins_for(axes),
            8,
            1024 if axes == 1 else 256,
            "bins an axis",
            True,
            True,
            number(given.get("bins"), 200 if axes == 1 else 64),
        )
        found.append(bins)
    if isinstance(experiment.temperature, int | float):
        t = float(experiment.temperature)
        default = number(experiment.document.get("temperature"), t)
        found.append(Dial("temperature", t, t / 100, t * 100, "temperature of Gibbs", True, False, default))
    return found
