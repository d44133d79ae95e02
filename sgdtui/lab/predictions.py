"""Everything that is predicted about one run, stage by stage, so that a face can show each as it comes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.lab.allowance import Allowance
from sgdtui.lab.dt_bias import DtBias, dt_bias
from sgdtui.lab.on_the_way import OnTheWay
from sgdtui.lab.passage import PassageForesight
from sgdtui.lab.snapshot import Observed
from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.drift_vectors import DriftVectors
from sgdtui.predict.prediction import NAMES, Absence, Prediction

LABELS = {
    "gibbs": "Gibbs",
    "fokker-planck": "Fokker–Planck",
    "transfer": "the chain's own law",
    "gaussian": "Gaussian",
}
"""What a progress line calls each prediction."""


@dataclass(frozen=True, slots=True, eq=False)
class Foresight:
    """What is predicted so far.

    `drift` belongs to the Fokker–Planck law (None until there is one); `passage_doubled` is the mean passage time of a
    run at 2 dt, where no prediction tells the bias of dt; `best_fit` is the temperature at which Gibbs comes closest to
    the measured law, and the KL left; `way` is p(x, t) through the burn-in, which only a live run asks for. `unknown`
    says why one of these others (drift vectors, passage times, best fit) is missing that there should be.
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

    def but_for(self, found: object) -> Foresight:
        """The same, and a word on what was not found: an `Absence` of one of the others."""
        return (
            replace(self, unknown={**self.unknown, found.name: found}) if isinstance(found, Absence) else self
        )

    def with_law(self, law: Prediction | Absence) -> Foresight:
        """The same and one more prediction, or why it is absent; in the order of `NAMES`."""
        predictions = {n: p for n, p in self.predictions.items() if n != law.name}
        absences = {n: a for n, a in self.absences.items() if n != law.name}
        if isinstance(law, Absence):
            absences[law.name] = law
        else:
            predictions[law.name] = law
        return replace(
            self,
            predictions={n: predictions[n] for n in NAMES if n in predictions},
            absences={n: absences[n] for n in NAMES if n in absences},
        )


def bin_edges(experiment: Experiment) -> tuple[Array, ...]:
    """The edges of the bins along each drawn axis, once the domain is known."""
    domain = experiment.space.domain
    if domain is None:
        raise ValueError("the domain is not known yet: resolve the experiment first")
    bins = experiment.run.bins_for(len(domain))
    return tuple(np.linspace(low, high, bins + 1) for low, high in domain)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredLaw:
    """The law of `samples` as measured: `masses` (bins…) in the window, and where the walkers are, (walkers, d)."""

    masses: Array
    positions: Array
    samples: int = 0


def foresee(
    experiment: Experiment,
    edges: tuple[Array, ...],
    measured: MeasuredLaw | None = None,
    allowance: Allowance | None = None,
) -> Iterator[Foresight]:
    """The predictions of an experiment whose domain is known, one stage after another; the last is complete.

    Where the temperature of Gibbs needs a measured law (average, best-kl) it is taken from `measured`; without one
    the Fokker–Planck law stands in. Each prediction is there or is an absence with its reason, whatever happens to
    it (see `allowance`). Raises `Cancel`.
    """
    from sgdtui.predict.chain.law import transfer
    from sgdtui.predict.diffusion.drift_vectors import drift_vectors
    from sgdtui.predict.diffusion.law import fokker_planck
    from sgdtui.predict.linear.law import gaussian
    from sgdtui.predict.time.chain_passage import chain_passage_time
    from sgdtui.predict.time.disconnected import told_apart
    from sgdtui.predict.time.first_passage import exit_averages, kramers_time, mean_passage_time

    allowed = allowance or Allowance()

    def law(name: str, work: Callable[[], Prediction | Absence]) -> Prediction | Absence:
        return allowed.attempt(name, experiment, work, f"predicting: {LABELS[name]}")

    def time(name: str, work: Callable[[], float | None]) -> tuple[float | None, object]:
        found = allowed.attempt(name, experiment, work)
        return (None if isinstance(found, Absence) else _number(found)), found

    so_far = Foresight(edges)
    needs_law = experiment.temperature in ("average", "best-kl")
    if not needs_law:
        so_far = so_far.with_law(law("gibbs", lambda: gibbs_law(experiment, edges, None)))
        yield so_far
    smooth = law("fokker-planck", lambda: told_apart(experiment, fokker_planck(experiment, edges)))
    so_far = so_far.with_law(smooth)
    masses = smooth.probability if isinstance(smooth, Prediction) else None
    if needs_law:
        stand_in = measured or _stand_in(experiment, edges, masses)
        so_far = so_far.with_law(law("gibbs", lambda: gibbs_law(experiment, edges, stand_in)))
    so_far = _with_drift(experiment, so_far, masses, "fokker-planck", allowed, drift_vectors)
    yield so_far
    so_far = so_far.with_law(law("gaussian", lambda: gaussian(experiment, edges)))
    yield so_far
    if experiment.until is not None:
        passage, found = time("passage time", lambda: mean_passage_time(experiment))
        kramers, also = time("Kramers' time", lambda: kramers_time(experiment))
        of_chain, too = time("passage time of the chain", lambda: chain_passage_time(experiment))
        exits = allowed.attempt("exit averages", experiment, lambda: exit_averages(experiment))
        for missing in (found, also, too, exits):
            so_far = so_far.but_for(missing)
        averages = None if isinstance(exits, Absence) else exits
        so_far = replace(so_far, passage=PassageForesight(passage, kramers, of_chain, averages))
        yield so_far
    so_far = so_far.with_law(law("transfer", lambda: told_apart(experiment, transfer(experiment, edges))))
    if experiment.dynamics.is_sde:
        so_far = replace(
            so_far,
            dt_bias=dt_bias(so_far.predictions.get("transfer"), so_far.predictions.get("fokker-planck")),
        )
    yield so_far


def _with_drift(
    experiment: Experiment,
    foresight: Foresight,
    masses: Array | None,
    of: str,
    allowed: Allowance,
    vectors: Callable[[Experiment, tuple[Array, ...], Array | None, str], DriftVectors | None],
) -> Foresight:
    """The same with drift vectors of the law `masses` (bins…), or a word on why there are none."""
    found = allowed.attempt(
        "drift vectors", experiment, lambda: vectors(experiment, foresight.edges, masses, of)
    )
    if isinstance(found, Absence):
        return foresight.but_for(found)
    return replace(foresight, drift=found)


def gibbs_law(
    experiment: Experiment, edges: tuple[Array, ...], measured: MeasuredLaw | None
) -> Prediction | Absence:
    """Gibbs at the temperature that the experiment asks for; the rules that need a measured law fall back on the
    minimum's temperature without one.
    """
    from sgdtui.predict.gibbs.law import gibbs
    from sgdtui.predict.gibbs.temperature import average_temperature, minimum_temperature

    asked = experiment.temperature
    if not isinstance(asked, str):
        return gibbs(experiment, edges, float(asked), "given")
    temperature = float("nan")
    if asked == "average" and measured is not None:
        if experiment.dimension == len(edges):
            temperature = average_temperature(experiment, grid(edges), measured.masses.ravel())
        else:
            places = measured.positions[np.isfinite(measured.positions).all(axis=1)][:8192]
            temperature = average_temperature(experiment, places, np.ones(len(places)))
    elif asked == "best-kl" and measured is not None:
        best = best_fit(experiment, edges, measured.masses)
        temperature = float("nan") if best is None else best[0]
    if math.isfinite(temperature):
        return gibbs(experiment, edges, temperature, asked)
    return gibbs(experiment, edges, minimum_temperature(experiment), "minimum")


def best_fit(experiment: Experiment, edges: tuple[Array, ...], masses: Array) -> tuple[float, float] | None:
    """The temperature at which Gibbs is closest in KL to measured `masses` (bins…), and the KL that is left."""
    from sgdtui.predict.gibbs.temperature import best_fit_temperature

    if not masses.sum() > 0:
        return None
    found = best_fit_temperature(experiment, edges, masses)
    return found if all(math.isfinite(number) for number in found) else None


def with_measured(
    experiment: Experiment, foresight: Foresight, measured: MeasuredLaw, allowance: Allowance | None = None
) -> Foresight:
    """The same predictions with all that depends on the measured law: the temperature by its rule, the best fit,
    the drift vectors where no prediction gives a law for their diffusive part. Raises `Cancel`.
    """
    from sgdtui.predict.diffusion.drift_vectors import drift_vectors

    allowed = allowance or Allowance()
    updated, edges = foresight, foresight.edges
    if experiment.temperature in ("average", "best-kl"):
        gibbs = allowed.attempt("gibbs", experiment, lambda: gibbs_law(experiment, edges, measured))
        updated = updated.with_law(gibbs)
    if "gibbs" in updated.predictions and experiment.dimension == len(edges):
        best = allowed.attempt("best fit", experiment, lambda: best_fit(experiment, edges, measured.masses))
        updated = updated.but_for(best)
        updated = replace(updated, best_fit=None if isinstance(best, Absence) else best)
    if "fokker-planck" not in updated.predictions and "drift vectors" not in updated.unknown:
        updated = _with_drift(experiment, updated, measured.masses, "measured", allowed, drift_vectors)
    return updated


def grid(edges: tuple[Array, ...]) -> Array:
    """The middle of every bin, (bins, axes), the last axis running fastest."""
    middles = [(e[:-1] + e[1:]) / 2 for e in edges]
    return np.stack([g.ravel() for g in np.meshgrid(*middles, indexing="ij")], axis=1)


def _stand_in(experiment: Experiment, edges: tuple[Array, ...], masses: Array | None) -> MeasuredLaw | None:
    if masses is None or experiment.dimension != len(edges):
        return None
    return MeasuredLaw(masses, np.zeros((0, experiment.dimension)))


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
