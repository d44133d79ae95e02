"""Everything that is predicted about one run, stage by stage, so that a face can show each as it comes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import afford
from sgdtui.lab.allowance import Allowance
from sgdtui.lab.dt_bias import DtBias, dt_bias
from sgdtui.lab.on_the_way import OnTheWay
from sgdtui.lab.passage import PassageForesight
from sgdtui.lab.snapshot import Observed
from sgdtui.model.experiment import Experiment
from sgdtui.model.plain import plain
from sgdtui.model.quantities import in_steps, waits_beside_steps
from sgdtui.predict.asymptotic.numbers import Numbers
from sgdtui.predict.asymptotic.registry import NUMBERS
from sgdtui.predict.diffusion.drift_vectors import DriftVectors
from sgdtui.predict.network.report import NetworkReport, network_report
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.question import MeasuredLaw, Question
from sgdtui.predict.registry import PREDICTIONS, PredictionKind, in_turn

_DRIFTS, _STEPS = "fokker-planck", "transfer"
"""The predictions that give the law of the drift vectors, and with it the bias of dt."""


PRECONDITIONED = (
    "preconditioned, the drift C·g is not the loss's gradient; exp(-L/T) needs Σ to be C's inverse"
)


@dataclass(frozen=True, slots=True, eq=False)
class Foresight:
    """What is predicted so far.

    `drift` belongs to the Fokker–Planck law (None until there is one); `passage_doubled` is the mean passage time of
    a run at 2 dt, where no prediction tells the bias of dt; `best_fit` is the temperature at which Gibbs comes
    closest to the measured law, and the KL left; `network` is the minimum of one; `numbers` are predicted beside the
    laws, or why they are not; `way` is p(x, t) through the
    burn-in, which only a live run asks for. `unknown` says why one of these others (drift vectors, passage times,
    best fit) is missing that there should be.
    """

    edges: tuple[Array, ...]
    predictions: dict[str, Prediction] = field(default_factory=dict)
    absences: dict[str, Absence] = field(default_factory=dict)
    drift: DriftVectors | None = None
    passage: PassageForesight = field(default_factory=PassageForesight)
    passage_doubled: Observed | None = None
    dt_bias: DtBias | None = None
    best_fit: tuple[float, float] | None = None
    way: OnTheWay | None = None
    unknown: dict[str, Absence] = field(default_factory=dict)
    network: NetworkReport | None = None
    numbers: dict[str, Numbers | Absence] = field(default_factory=dict)

    def but_for(self, found: object) -> Foresight:
        """The same, and a word on what was not found: an `Absence` of one of the others."""
        return (
            replace(self, unknown={**self.unknown, found.name: found}) if isinstance(found, Absence) else self
        )

    def with_law(self, law: Prediction | Absence) -> Foresight:
        """The same and one more prediction, or why it is absent; in the order of the registry."""
        predictions = {n: p for n, p in self.predictions.items() if n != law.name}
        absences = {n: a for n, a in self.absences.items() if n != law.name}
        if isinstance(law, Absence):
            absences[law.name] = law
        else:
            predictions[law.name] = law
        return replace(
            self,
            predictions={n: predictions[n] for n in PREDICTIONS.names if n in predictions},
            absences={n: absences[n] for n in PREDICTIONS.names if n in absences},
        )


def bin_edges(experiment: Experiment) -> tuple[Array, ...]:
    """The edges of the bins along each drawn axis, once the domain is known."""
    domain = experiment.space.domain
    if domain is None:
        raise ValueError("the domain is not known yet: resolve the experiment first")
    bins = experiment.run.bins_for(len(domain))
    return tuple(np.linspace(low, high, bins + 1) for low, high in domain)


def foresee(
    experiment: Experiment, edges: tuple[Array, ...], allowance: Allowance | None = None
) -> Iterator[Foresight]:
    """The predictions of an experiment whose domain is known, one stage after another; the last is complete.

    Each prediction that applies is there or is an absence with its reason, whatever happens to it (see `allowance`).
    What needs a measured law makes do with another prediction's until there is one (`with_measured`). Raises `Cancel`.
    """
    allowed = allowance or Allowance()
    preconditioned = experiment.dynamics.precondition is not None
    experiment = plain(experiment)
    so_far = Foresight(edges)
    for kind in in_turn(experiment, late=False):
        found = _law(kind, experiment, so_far, None, allowed)
        if isinstance(found, Absence) and found.reason == "no loss" and preconditioned:
            found = replace(found, detail=PRECONDITIONED)
        so_far = so_far.with_law(found)
        if kind.name == _DRIFTS:
            smooth = so_far.predictions.get(_DRIFTS)
            masses = None if smooth is None else smooth.probability
            so_far = _with_drift(experiment, so_far, masses, _DRIFTS, allowed)
        yield so_far
    report = allowed.attempt("network", experiment, lambda: network_report(experiment))
    so_far = so_far.but_for(report)
    if isinstance(report, NetworkReport):
        so_far = replace(so_far, network=report)
        yield so_far
    so_far = _with_numbers(experiment, so_far, allowed)
    if experiment.until is not None and not waits_beside_steps(experiment):
        so_far = _with_passage(experiment, so_far, allowed)
        yield so_far
    for kind in in_turn(experiment, late=True):
        so_far = so_far.with_law(_law(kind, experiment, so_far, None, allowed))
        if experiment.dynamics.is_sde and kind.name == _STEPS:
            bias = dt_bias(so_far.predictions.get(_STEPS), so_far.predictions.get(_DRIFTS))
            so_far = replace(so_far, dt_bias=bias)
        yield so_far


def _law(
    kind: PredictionKind,
    experiment: Experiment,
    so_far: Foresight,
    measured: MeasuredLaw | None,
    allowed: Allowance,
) -> Prediction | Absence:
    """What one prediction says, or why it says nothing."""
    asked = experiment if kind.samples else in_steps(experiment)
    question = Question(asked, so_far.edges, so_far.predictions, measured)

    def work() -> Prediction | Absence:
        if kind.cost is not None:
            afford(f"the prediction {kind.said}", seconds=kind.cost(experiment))
        return kind.law(question)

    return allowed.attempt(kind.name, experiment, work, f"predicting: {kind.said}")


def _with_numbers(experiment: Experiment, so_far: Foresight, allowed: Allowance) -> Foresight:
    """The same with the numbers that are predicted beside the laws."""
    found: dict[str, Numbers | Absence] = {}
    for kind in NUMBERS:
        told = allowed.attempt(
            kind.name, experiment, partial(kind.work, experiment), f"predicting: {kind.label}"
        )
        if told is not None:
            found[kind.name] = told
    return replace(so_far, numbers=found)


def _with_passage(experiment: Experiment, so_far: Foresight, allowed: Allowance) -> Foresight:
    """The same with what is predicted of first passages."""
    from sgdtui.predict.time.chain_passage import chain_passage_time
    from sgdtui.predict.time.first_passage import exit_averages, kramers_time, mean_passage_time

    times = {
        "passage time": mean_passage_time,
        "Kramers' time": kramers_time,
        "passage time of the chain": chain_passage_time,
    }
    known: list[float | None] = []
    for name, time in times.items():
        found = allowed.attempt(name, experiment, partial(time, experiment))
        so_far = so_far.but_for(found)
        known.append(None if isinstance(found, Absence) else _number(found))
    exits = allowed.attempt("exit averages", experiment, lambda: exit_averages(experiment))
    averages = None if isinstance(exits, Absence) else exits
    return replace(so_far.but_for(exits), passage=PassageForesight(known[0], known[1], known[2], averages))


def _with_drift(
    experiment: Experiment,
    foresight: Foresight,
    masses: Array | None,
    of: str,
    allowed: Allowance,
) -> Foresight:
    """The same with drift vectors of the law `masses` (bins…), or a word on why there are none."""
    from sgdtui.predict.diffusion.drift_vectors import drift_vectors

    found = allowed.attempt(
        "drift vectors", experiment, lambda: drift_vectors(experiment, foresight.edges, masses, of)
    )
    if isinstance(found, Absence):
        return foresight.but_for(found)
    return replace(foresight, drift=found)


def with_measured(
    experiment: Experiment, foresight: Foresight, measured: MeasuredLaw, allowance: Allowance | None = None
) -> Foresight:
    """The same predictions with all that depends on the measured law: the temperature by its rule, the best fit,
    the drift vectors where no prediction gives a law for their diffusive part. Raises `Cancel`.
    """
    from sgdtui.predict.gibbs.chosen_temperature import best_fit

    allowed = allowance or Allowance()
    experiment = plain(experiment)
    updated, edges = foresight, foresight.edges
    for kind in PREDICTIONS:
        if kind.applies(experiment) and kind.takes_measured(experiment):
            updated = updated.with_law(_law(kind, experiment, updated, measured, allowed))
    if "gibbs" in updated.predictions and experiment.dimension == len(edges):
        best = allowed.attempt("best fit", experiment, lambda: best_fit(experiment, edges, measured.masses))
        updated = updated.but_for(best)
        updated = replace(updated, best_fit=None if isinstance(best, Absence) else best)
    if _DRIFTS not in updated.predictions and "drift vectors" not in updated.unknown:
        updated = _with_drift(experiment, updated, measured.masses, "measured", allowed)
    return updated


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
