"""How a step is taken, and how many: the dynamics and run sections."""

from __future__ import annotations

from collections.abc import Collection

from sgdtui.model.dynamics import Dynamics, Swarm
from sgdtui.model.experiment import RunPlan
from sgdtui.model.rules.registry import RULES
from sgdtui.model.step_terms import StepMatrix
from sgdtui.model.system import System, law_of
from sgdtui.preset.forms.noise import read_entries
from sgdtui.preset.forms.registry import form_of
from sgdtui.preset.memory import available_memory, bytes_per_walker
from sgdtui.preset.schema import DynamicsSection, RunSection
from sgdtui.preset.text.report import Report


def read_dynamics(
    section: DynamicsSection, system: System, names: Collection[str], report: Report
) -> Dynamics:
    """The dynamics of a system. `names` are the parameters, which a schedule may use."""
    schedule = None
    if section.schedule is not None:
        schedule = report.expression(("dynamics", "schedule"), section.schedule, {*names, "eta", "k", "t"})
    if not form_of(system).has_dynamics:
        for key in sorted(section.model_fields_set):
            report.error(
                ("dynamics", key),
                f"{system.form} need no dynamics: they run in continuous time",
                "remove it",
                key=True,
            )
        return Dynamics()
    is_sde, noise = section.kind == "sde", system.exchangeable_noise
    if is_sde and section.momentum:
        report.error(
            ("dynamics", "momentum"), "momentum belongs to sgd", "write the velocity as a variable of a drift"
        )
    if not is_sde:
        if section.convention:
            report.warn(
                ("dynamics", "convention"), "a convention matters only for the sde; sgd itself is Itô"
            )
    elif section.convention and noise is not None and noise.form == "full":
        report.error(
            ("dynamics", "convention"),
            "conventions other than Itô need an isotropic or diagonal Σ",
            "write convention: ito",
        )
    law = law_of(system)
    if is_sde and law is not None and not law.has_variance:
        report.error(
            ("dynamics", "kind"), f"the noise of an sde is Gaussian; {law} has no variance", "write kind: sgd"
        )
    count = system.rows_without_replacement
    if count is not None and section.batch > count:
        report.error(
            ("dynamics", "batch"),
            f"{section.batch} examples without replacement from {count}",
            f"allowed: 1 <= batch <= {count}",
        )
    if section.precision == "single" and not form_of(system).has_single_precision:
        report.error(
            ("dynamics", "precision"),
            f"{system.form} is simulated in double precision only",
            "remove it",
            key=True,
        )
    _check_rule(section, system, report)
    swarm = Swarm(section.swarm.size, section.swarm.coupling) if section.swarm is not None else None
    return Dynamics(
        kind=section.kind,
        eta=section.eta,
        batch=section.batch,
        momentum=section.momentum,
        schedule=schedule,
        convention=section.convention,
        dt=section.dt,
        swarm=swarm,
        precision=section.precision,
        optimizer=section.optimizer,
        dampening=section.dampening,
        precondition=_matrix("precondition", section.precondition, system, names, report),
        inject=_matrix("inject", section.inject, system, names, report),
        decay=RULES[section.optimizer.name].decay if section.decay is None else section.decay,
    )


def _matrix(
    key: str, given: object, system: System, names: Collection[str], report: Report
) -> StepMatrix | None:
    """A (d, d) matrix of a step, of the variables, the parameters, k and t; injected noise may name eta."""
    if given is None:
        return None
    known = {*system.variables, *names, "k", "t", *(("eta",) if key == "inject" else ())}
    entries, form = read_entries(given, known, report, ("dynamics", key))
    d = system.dimension
    wanted = {"isotropic": 1, "diagonal": d, "full": d * d}[form]
    if len(entries) != wanted:
        report.error(
            ("dynamics", key), f"{len(entries)} entries in {d} dimensions", f"write {wanted} of them"
        )
        return None
    variances = entries[:: d + 1] if form == "full" else entries
    if key == "inject" and any((entry.constant_value or 0.0) < 0 for entry in variances):
        report.error(("dynamics", key), "a negative variance", "allowed: 0 <= inject")
    return StepMatrix(entries, form)


def _check_rule(section: DynamicsSection, system: System, report: Report) -> None:
    """Note what does not go with the rule of the step, or the rule with."""
    rule = RULES[section.optimizer.name]
    wanted = {
        "optimizer": rule.name != "sgd",
        "dampening": section.dampening != 0.0,
        "decay": bool(section.decay),
        "precondition": section.precondition is not None,
        "inject": section.inject is not None,
    }
    for key in (key for key, is_wanted in wanted.items() if is_wanted):
        if section.kind == "sde" and key in ("optimizer", "dampening"):
            report.error(("dynamics", key), f"{key} belongs to sgd", "write kind: sgd", key=True)
        elif not form_of(system).has_rules:
            report.error(
                ("dynamics", key), f"{system.form} is stepped by plain sgd only", "remove it", key=True
            )
        elif section.swarm is not None:
            report.error(("dynamics", key), "a swarm is of workers of plain sgd", "remove it", key=True)
    noise = system.exchangeable_noise
    for key in (key for key in ("precondition", "inject") if wanted[key]):
        if noise is None and form_of(system).has_rules:
            report.error(
                ("dynamics", key), f"{key} belongs to a loss or a drift with its noise", "remove it", key=True
            )
        if section.convention:
            report.error(
                ("dynamics", key), f"{key} goes with Itô's convention", "write convention: ito", key=True
            )
    folded = ("precondition", "inject", *(("decay",) if section.kind == "sde" else ()))
    for key in (key for key in folded if wanted[key]):
        if noise is not None and not noise.names_alike(system.variables):
            report.error(
                ("dynamics", key),
                f"{key} goes with a noise whose x and y are the variables x and y",
                "give the first variable the name x, the second y",
                key=True,
            )
    if wanted["inject"] and noise is not None and noise.law.kind != "gaussian":
        report.error(
            ("dynamics", "inject"),
            f"injected noise is gaussian; that of the gradient is {noise.law}",
            key=True,
        )
    if section.dampening and not (section.momentum and rule.name == "sgd"):
        report.error(
            ("dynamics", "dampening"), "dampening is of momentum, and of sgd alone", "remove it", key=True
        )
    if section.momentum and rule.carried is None:
        hint = f"it has {', '.join(number.name for number in rule.numbers)}" if rule.numbers else "remove it"
        report.error(
            ("dynamics", "momentum"), f"{rule.title} has no momentum beside its own memory", hint, key=True
        )
    if not section.momentum and rule.formulas is None:
        report.error(
            ("dynamics", "optimizer"), f"{rule.title} needs a momentum", "write momentum: 0.9", key=True
        )


def _remembered(dynamics: Dynamics) -> int:
    """How many numbers the rule of the step remembers of each coordinate."""
    rule = RULES[dynamics.optimizer.name]
    return len(rule.carries if dynamics.momentum else rule.moments)


def read_run(section: RunSection, system: System, dynamics: Dynamics, axes: int, report: Report) -> RunPlan:
    """The plan of a run, refused where it needs more memory than there is."""
    walkers, bins = section.walkers, section.bins
    size = dynamics.swarm.size if dynamics.swarm is not None else 1
    if walkers % size:
        fitting = max(size, walkers - walkers % size)
        if "walkers" in section.model_fields_set:
            report.error(
                ("run", "walkers"),
                f"{walkers} walkers do not make groups of {size}",
                f"write walkers: {fitting}",
            )
        walkers = fitting
    needed, available = (
        walkers * bytes_per_walker(system.dimension, _remembered(dynamics)),
        available_memory(),
    )
    if available is not None and needed > available:
        report.error(
            ("run", "walkers"),
            f"{walkers} walkers need {needed / 1e9:.2f} GB of memory; {available / 1e9:.2f} GB are free",
            f"allowed here: at most {int(walkers * available / needed)}",
        )
    if system.states is not None:
        if bins is not None and bins != system.states:
            report.error(("run", "bins"), "hops have one bin a state", "remove it", key=True)
        bins = system.states
    elif bins is not None and axes > 1 and bins > 1024:
        report.error(("run", "bins"), f"{bins} bins an axis in two dimensions", "allowed: 2 <= bins <= 1024")
    if section.steps == 0:
        report.error(("run", "steps"), "no steps: nothing would be recorded", "allowed: 1 <= steps, or auto")
    return RunPlan(walkers, section.burn_in, section.steps, section.every, section.seed, bins)
