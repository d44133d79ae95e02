"""What one run found: numpy arrays for Python, and the JSON document of the contract for everyone else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sgdtui
from sgdtui import __version__
from sgdtui.arrays import Array
from sgdtui.compare.comparison import Comparison
from sgdtui.compare.distances.registry import DISTANCES
from sgdtui.lab.document import _distances, _plain, _series, _start, preset_hash
from sgdtui.lab.misplaced import Misplaced
from sgdtui.lab.named import Named
from sgdtui.lab.snapshot import Observed, Snapshot
from sgdtui.lab.summary import summary
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.to_document import matrix_document, optimizer_document

_OF_A_LAW = (
    "temperature", "mean", "covariance", "numerical_error", "p_value", "agrees", "density", "entropy_production",
    "relaxation_time",
)  # fmt: skip
"""Entries of a predicted law that a prediction of mere numbers has not."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Result:
    """The last `Snapshot` of a run and what else its document tells. `variants` are further runs of the same preset.

    threads          that stepped the walkers
    relaxation_from  where the snapshot's relaxation time is from: "predicted", "pilot", None
    complete         False for a run that was interrupted
    kernel_source    the generated program that stepped the walkers
    """

    snapshot: Snapshot
    threads: int
    relaxation_from: str | None = None
    complete: bool = True
    variants: dict[str, Result] = field(default_factory=dict)
    kernel_source: str = ""

    @property
    def experiment(self) -> Experiment:
        """The experiment as it was run, its domain, burn-in and steps filled in."""
        return self.snapshot.experiment

    @property
    def mean(self) -> Array:
        """(d,)"""
        return self.snapshot.mean

    @property
    def mean_se(self) -> Array:
        """(d,), the standard error of `mean`; NaN where it is not known."""
        return self.snapshot.mean_se

    @property
    def covariance(self) -> Array:
        """(d, d)"""
        return self.snapshot.covariance

    @property
    def covariance_se(self) -> Array:
        """(d, d), the standard error of `covariance`; NaN where it is not known."""
        return self.snapshot.covariance_se

    @property
    def edges(self) -> tuple[Array, ...]:
        """Bin edges along each drawn axis."""
        return self.snapshot.edges

    @property
    def density(self) -> Array:
        """The measured density per unit length or area, (bins…)."""
        return self.snapshot.density

    @property
    def density_se(self) -> Array:
        """(bins…), the standard error of `density`."""
        return self.snapshot.density_se

    @property
    def predictions(self) -> dict[str, Prediction]:
        """The predicted laws, by name."""
        absent = {name: a.detail or a.reason for name, a in self.snapshot.absences.items()}
        return Named("prediction", self.snapshot.predictions, absent)

    @property
    def comparisons(self) -> dict[str, Comparison]:
        """Each prediction held against the measured law."""
        return self.snapshot.comparisons

    @property
    def observables(self) -> dict[str, Observed]:
        """The measured average of each observed expression: `.value` and `.se`."""
        return Named("observable", self.snapshot.observables)

    @property
    def verdict(self) -> str:
        """One of the verdicts of the contract."""
        return self.snapshot.verdict.text if self.snapshot.verdict else "undecided"

    def __repr__(self) -> str:
        """At most twelve lines, which read like those that `sgdtui run` prints."""
        return summary(self.snapshot, self.complete, self.variants)

    def to_dict(self) -> dict[str, Any]:
        """The same as `run --json`, as plain dicts, lists, numbers and texts."""
        return self.document()

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`: one row for each bin, with measured and predicted densities. Raises ImportError."""
        return sgdtui.to_pandas(self)

    def to_xarray(self) -> Any:
        """An `xarray.Dataset` of densities, mean and covariance with their errors. Raises ImportError."""
        return sgdtui.to_xarray(self)

    def plot(self) -> Any:
        """A `matplotlib.figure.Figure`: histogram, predictions and what is left over, or the plane with contours and
        arrows. Raises ImportError where Matplotlib is not installed.
        """
        return sgdtui.figure(self)

    def _repr_html_(self) -> str:
        """For notebooks: a picture, and the lines of `repr`."""
        return str(sgdtui.vignette(self))

    def document(self, claims: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """The JSON document of the contract: plain dicts, lists, numbers, texts; null in place of NaN and infinity.

        `claims` are put in as they are: they are checked by the room above.
        """
        s, experiment = self.snapshot, self.experiment
        absences = s.absences | {name: n for name, n in s.numbers.items() if isinstance(n, Absence)}
        return {
            "sgdtui": __version__,
            "preset": experiment.name,
            "title": experiment.title,
            "dimension": experiment.dimension,
            "settings": self._settings(),
            "time": _plain(s.time),
            "seconds": _plain(s.seconds),
            "walker_steps_per_second": _plain(s.rate),
            "samples": s.samples,
            "effective_samples": _plain(s.effective_samples),
            "lost": s.lost,
            "complete": self.complete,
            "mean": _plain(s.mean),
            "mean_se": _plain(s.mean_se),
            "covariance": _plain(s.covariance),
            "covariance_se": _plain(s.covariance_se),
            "observables": {
                name: {"value": _plain(seen.value), "se": _plain(seen.se)}
                for name, seen in s.observables.items()
            },
            "first_passage": self._first_passage(),
            "wells": self._wells(),
            "histogram": {
                "edges": [_plain(edges) for edges in s.edges],
                "density": _plain(s.density),
                "density_se": _plain(s.density_se),
                "outside": _plain(s.outside),
            },
            "predictions": {name: self._prediction(p) for name, p in s.predictions.items()} | self._numbers(),
            "why_not": {name: absence.reason for name, absence in absences.items()},
            "why_not_detail": {name: absence.detail for name, absence in absences.items() if absence.detail},
            "network": self._network(),
            "flow": self._flow(),
            "asymmetry": self._asymmetry(),
            "pulls": {
                kind: {"mean": _plain(p.mean), "largest": _plain(p.largest)} for kind, p in s.pulls.items()
            },
            "drift": self._drift(),
            "series": _series(s.series, experiment),
            "variants": {name: variant.document() for name, variant in self.variants.items()},
            "verdict": self.verdict,
            "why": s.verdict.why if s.verdict else "",
            "claims": claims if claims is not None else [],
        }

    def _settings(self) -> dict[str, Any]:
        experiment, dynamics, run = self.experiment, self.experiment.dynamics, self.experiment.run
        bias = self.snapshot.dt_bias
        swarm = dynamics.swarm
        return {
            "preset_hash": preset_hash(experiment),
            "form": experiment.system.form,
            "variables": list(experiment.variables),
            "kind": dynamics.kind,
            "eta": dynamics.eta,
            "batch": dynamics.batch,
            "momentum": dynamics.momentum,
            "optimizer": optimizer_document(dynamics),
            "dampening": dynamics.dampening,
            "decay": dynamics.decay,
            "precondition": None if dynamics.precondition is None else matrix_document(dynamics.precondition),
            "inject": None if dynamics.inject is None else matrix_document(dynamics.inject),
            "schedule": None if dynamics.schedule is None else dynamics.schedule.text,
            "convention": dynamics.convention,
            "dt": dynamics.dt if dynamics.is_sde or experiment.system.in_continuous_time else None,
            "time_step": experiment.time_step,
            "swarm": None if swarm is None else {"size": swarm.size, "coupling": swarm.coupling},
            "walkers": run.walkers,
            "steps": run.steps,
            "burn_in": run.burn_in,
            "every": run.every,
            "seed": run.seed,
            "bins": [len(edges) - 1 for edges in self.snapshot.edges],
            "threads": self.threads,
            "domain": _plain(experiment.space.domain),
            "boundary": [wall.kind for wall in experiment.space.boundaries],
            "axes": [experiment.variables[axis] for axis in experiment.space.axes],
            "start": _start(experiment),
            "temperature": experiment.temperature,
            "until": None if experiment.until is None else experiment.until.text,
            "parameters": {p.name: _plain(p.value) for p in experiment.parameters},
            "relaxation_time": _plain(self.snapshot.relaxation_time),
            "relaxation_from": self.relaxation_from,
            "settled": bool(self.snapshot.settled),
            "dt_bias": None
            if bias is None
            else {
                "tv": _plain(bias.tv),
                "tv_se": _plain(bias.tv_se),
                "mean": _plain(bias.mean),
                "mean_se": _plain(bias.mean_se),
                "covariance": _plain(bias.covariance),
                "covariance_se": _plain(bias.covariance_se),
                "observables": _plain(bias.observables),
                "observables_se": _plain(bias.observables_se),
                "source": bias.source,
            },
        }

    def _first_passage(self) -> dict[str, Any] | None:
        passage = self.snapshot.passage
        if passage is None:
            return None
        return {
            "mean_steps": _plain(passage.mean_steps.value),
            "mean_time": _plain(passage.mean_time),
            "se_steps": _plain(passage.mean_steps.se),
            "fraction": _plain(passage.fraction),
            "predicted_time": _plain(passage.predicted_time),
            "kramers_time": _plain(passage.kramers_time),
            "chain_time": _plain(passage.chain_time),
            "bias_dt": _plain(passage.bias_dt.value),
            "bias_dt_se": _plain(passage.bias_dt.se),
            "sde_time": _plain(passage.sde_time.value),
            "sde_time_se": _plain(passage.sde_time.se),
            "censored": passage.censored,
            "estimator": passage.estimator,
            "why_not": passage.why_not or None,
            "observables": {
                name: {
                    "value": _plain(there.measured.value),
                    "se": _plain(there.measured.se),
                    "predicted": _plain(there.predicted),
                }
                for name, there in passage.observables.items()
            },
        }

    def _wells(self) -> dict[str, Any] | None:
        wells = self.snapshot.wells
        if wells is None:
            return None
        return {
            "places": _plain(wells.places),
            "shares": _plain(wells.measured),
            "shares_se": _plain(wells.error),
            "predicted": _plain(wells.predicted),
            "crossing_time": _plain(wells.crossing_time),
            "crossing_of": wells.crossing_of or None,
            "settled": wells.found,
        }

    def _prediction(self, prediction: Prediction) -> dict[str, Any]:
        found = self.snapshot.comparisons.get(prediction.name)
        nothing = dict.fromkeys(DISTANCES.names)
        told: dict[str, Any] = {
            "temperature": _plain(prediction.temperature),
            "rule": prediction.rule,
            "mean": _plain(prediction.mean),
            "covariance": _plain(prediction.covariance),
            "observables": _plain(prediction.observables),
            "numerical_error": _plain(prediction.numerical_error if found is None else found.numerical_error),
            "p_value": _plain(found.p_value) if found else None,
            "distance": _distances(found.distances) if found else nothing,
            "distance_se": _distances(found.errors) if found and found.errors else nothing,
            "floor": _distances(found.floor) if found else nothing,
            "foretold": _plain(self.snapshot.foretold.get(prediction.name)),
            "misplaced": _misplaced(self.snapshot.misplaced.get(prediction.name)),
            "agrees": found.agrees if found else None,
            "more_samples": _plain(found.more_samples) if found else None,
            "density": _plain(prediction.density),
            "current": _plain(prediction.current),
            "distribution": _plain(prediction.distribution),
            "outside": _plain(prediction.outside),
            "singular": prediction.singular,
            "survival_loss": _plain(prediction.survival_loss),
            "entropy_production": _plain(prediction.entropy_production),
            "relaxation_time": _plain(prediction.relaxation_time),
            "notes": list(prediction.notes),
        }
        best_fit = self.snapshot.best_fit
        if prediction.name == "gibbs" and best_fit is not None:
            told["best_fit"] = {"temperature": _plain(best_fit[0]), "kl": _plain(best_fit[1])}
        return told

    def _numbers(self) -> dict[str, Any]:
        """What is predicted beside the laws; what a law would have besides is null, so that all can be read alike."""
        nothing = dict.fromkeys(DISTANCES.names)
        no_law: dict[str, Any] = dict.fromkeys(_OF_A_LAW) | {"observables": {}}
        no_law |= dict.fromkeys(("distance", "distance_se", "floor"), nothing)
        return {
            name: {**_plain(found.values), **no_law, "se": _plain(found.se), "notes": list(found.notes)}
            for name, found in self.snapshot.numbers.items()
            if not isinstance(found, Absence)
        }

    def _network(self) -> dict[str, Any] | None:
        """What is known at the minimum of a network; null of other systems."""
        found = self.snapshot.network
        if found is None:
            return None
        valley = found.valley
        return {
            "weights": found.weights,
            "loss": _plain(found.loss),
            "trH": _plain(found.trH),
            "trSigma": _plain(found.trSigma),
            "excess_loss": _plain(found.excess_loss),
            "spectrum": {
                "hessian": _plain(found.hessian),
                "noise": _plain(found.noise),
                "exponent": _plain(found.exponent),
            },
            "cosine": {"hessian": _plain(found.cosine_hessian), "identity": _plain(found.cosine_identity)},
            "valley": None
            if valley is None
            else {
                "rate": _plain(valley.rate),
                "fall": _plain(valley.fall),
                "time": _plain(valley.time),
                "trH": _plain(valley.trH),
            },
            "balance": _plain(found.balance),
            "why_not": dict(found.why_not),
        }

    def _flow(self) -> dict[str, Any] | None:
        flow = self.snapshot.flow
        if flow is None:
            return None
        return {
            "entropy_production": _plain(flow.entropy_production.value),
            "entropy_production_se": _plain(flow.entropy_production.se),
            "predicted_entropy_production": _plain(flow.predicted_entropy_production),
            "area_rate": _plain(flow.area_rate.value),
            "area_rate_se": _plain(flow.area_rate.se),
            "displacement": _plain(flow.displacement),
            "displacement_se": _plain(flow.displacement_se),
            "curl": _plain(flow.curl),
        }

    def _asymmetry(self) -> dict[str, Any] | None:
        """The test for a current by the order of places in time, and the rate of turning that it leaves possible."""
        found = self.snapshot.asymmetry
        if found is None:
            return None
        names = ("statistic", "freedom", "p_value", "lag", "bound", "turning", "area_rate", "area_rate_se")
        return {name: _plain(getattr(found, name)) for name in names}

    def _drift(self) -> dict[str, Any] | None:
        """The drift vectors on the bins, (axes, bins…), and the curl of F, as the panel shows them."""
        drift = self.snapshot.drift
        if drift is None:
            return None
        names = ("of", "gradient", "noise_induced", "diffusive", "velocity", "curl")
        return {name: _plain(getattr(drift, name)) for name in names}


def _misplaced(found: Misplaced | None) -> dict[str, Any] | None:
    """Where the walkers have most more and most fewer than is predicted; ends of the window are null."""
    if found is None:
        return None
    names = ("low", "high", "measured", "se", "predicted")
    sides = {"more": found.more, "fewer": found.fewer}
    return {side: {name: _plain(getattr(share, name)) for name in names} for side, share in sides.items()}
