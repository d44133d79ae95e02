"""What a run shows at one moment: everything that a panel or a line of JSON can say. Frozen; panels never compute."""

from __future__ import annotations

from dataclasses import dataclass, field

from sgdtui.arrays import Array
from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.compare.comparison import Comparison, Verdict
from sgdtui.lab.dt_bias import DtBias
from sgdtui.lab.misplaced import Misplaced
from sgdtui.lab.pulls import Pull
from sgdtui.model.experiment import Experiment
from sgdtui.predict.asymptotic.numbers import Numbers
from sgdtui.predict.diffusion.drift_vectors import DriftVectors
from sgdtui.predict.network.report import NetworkReport
from sgdtui.predict.prediction import Absence, Prediction

PHASES = ("compiling", "pilot", "settling", "sampling", "done", "stopped", "failed")


@dataclass(frozen=True, slots=True)
class Observed:
    """A measured number with its standard error (None where it is not known)."""

    value: float | None
    se: float | None = None


@dataclass(frozen=True, slots=True)
class FlowReport:
    """Measured entropy production and area rate per unit t with errors, beside the SDE's prediction.

    `displacement` is E[Δx | bin]/η, (axes, bins…), NaN in unvisited bins; `displacement_se` likewise. `curl` is the
    root mean square of the curl of F = -Σ⁻¹(2g/η + ∇·Σ) over the measured law, per unit area (on the plane, else None).
    """

    entropy_production: Observed
    predicted_entropy_production: float | None
    area_rate: Observed
    displacement: Array | None = None
    displacement_se: Array | None = None
    curl: float | None = None


@dataclass(frozen=True, slots=True)
class AtExit:
    """The average of an observed expression over the places where walkers arrived, beside the SDE's exact one."""

    measured: Observed
    predicted: float | None = None


@dataclass(frozen=True, slots=True)
class PassageReport:
    """First passage of the `until` condition. Times are in units of t; None is what is not known.

    mean_steps      over all walkers, those that are still on their way too; None for the reason `why_not`
    fraction        the share of walkers that have arrived
    predicted_time  the SDE's mean time, exactly (1-D); `kramers_time` Kramers' estimate of it
    chain_time      the predicted mean time of the steps that are simulated (1-D)
    bias_dt         for an SDE: what the steps' mean time has over the SDE's, and `sde_time` the measured time without
    censored        whether walkers are still on their way
    estimator       how the mean was found, in words
    observables     by name
    """

    mean_steps: Observed
    mean_time: float | None
    fraction: float
    predicted_time: float | None = None
    kramers_time: float | None = None
    chain_time: float | None = None
    bias_dt: Observed = Observed(None)
    sde_time: Observed = Observed(None)
    censored: bool = False
    estimator: str | None = None
    why_not: str = ""
    observables: dict[str, AtExit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class WellReport:
    """The wells of a system with more than one.

    places     (m, d) where walkers rest if the noise stops
    measured   (m,) the share of the walkers that are in each now, and `error` (m,) its standard error
    predicted  by the name of a law, (m,)
    crossing_time the mean time, in units of t, from the well with the most walkers to the one that lacks most; None:
               not known; `crossing_of` says by what
    found      whether the shares are those of a law, or have been seen to have stopped changing
    why        where they are not: the sentence
    """

    places: Array
    measured: Array
    error: Array
    predicted: dict[str, Array] = field(default_factory=dict)
    crossing_time: float | None = None
    crossing_of: str = ""
    found: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Transient:
    """The instantaneous histogram against p(x, t) of its own time: `tv` (n,) at `time` (n,), with the `floor` (n,)
    that sampling error alone would show and the `error` (n,) of p(x, t) itself: of its grid, and for an SDE the bias
    of dt (NaN where that is not known). `of` names the law: "transfer" (the chain's own) or "fokker-planck".
    """

    of: str
    time: Array
    tv: Array
    floor: Array
    error: Array


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Ensemble averages through time: `time` (n,), `mean` (n, d), `covariance` (n, d, d), `observables` name to
    (n,), `distance` prediction name to TV (n,) against the instantaneous histogram, and standard errors where
    they are known (`observables_se`, `mean_se`, `covariance_se`). `transient` is known of a finished run.
    """

    time: Array
    mean: Array
    covariance: Array
    observables: dict[str, Array]
    distance: dict[str, Array]
    mean_se: Array
    observables_se: dict[str, Array]
    covariance_se: Array | None = None
    transient: Transient | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One moment of one run.

    experiment         resolved: its domain, burn-in and steps are known
    phase              one of `PHASES`; `paused` besides
    generation         grows whenever the statistics restart, so that stale predictions can be dimmed
    predictions_of     the generation that `predictions` were made for
    settled            whether at least five relaxation times were burnt in; None: not known yet
    density, se        (bins…) the measured density since the statistics began and its standard error
    instant            (bins…) the density of the walkers right now
    expected           (bins…) p(x, t) at this time, while walkers settle that came from the start; else None
    effective_samples  independent samples worth as much
    rate               walker-steps per second of stepping alone
    message            one line for the status bar (a restart, a warning), or the failure
    relaxation_time    in units of t; None while it is not known
    dt_bias            of a simulated SDE; None where it is not known
    wells              of a system with more than one, where there is anything to say about them
    best_fit           temperature at which Gibbs is closest to the measured law, and the KL that is left
    sample             (n, axes) where a few walkers are now, the same ones as time goes on; not finite: lost
    misplaced          on the line, by prediction: where the walkers have most more and most fewer than it says
    foretold           by prediction: its distance from the process's own law, from the predictions alone
    network            of a network: its minimum, curvature beside noise
    asymmetry          what pairs of places in time tell of a current, where there may be one and pairs were counted
    numbers            predicted beside the laws, or why they are not, by name
    pulls              by drift vector: its mean length over the measured law and its largest
    """

    experiment: Experiment
    phase: str
    paused: bool
    generation: int
    predictions_of: int
    settled: bool | None
    step: int
    time: float
    seconds: float
    rate: float
    walkers: int
    lost: int
    samples: int
    effective_samples: float
    edges: tuple[Array, ...]
    density: Array
    density_se: Array
    instant: Array
    outside: float
    mean: Array
    mean_se: Array
    covariance: Array
    covariance_se: Array
    observables: dict[str, Observed] = field(default_factory=dict)
    predictions: dict[str, Prediction] = field(default_factory=dict)
    absences: dict[str, Absence] = field(default_factory=dict)
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    drift: DriftVectors | None = None
    flow: FlowReport | None = None
    passage: PassageReport | None = None
    verdict: Verdict | None = None
    series: Series | None = None
    message: str = ""
    relaxation_time: float | None = None
    dt_bias: DtBias | None = None
    best_fit: tuple[float, float] | None = None
    expected: Array | None = None
    sample: Array | None = None
    misplaced: dict[str, Misplaced] = field(default_factory=dict)
    pulls: dict[str, Pull] = field(default_factory=dict)
    wells: WellReport | None = None
    foretold: dict[str, float] = field(default_factory=dict)
    network: NetworkReport | None = None
    asymmetry: Asymmetry | None = None
    numbers: dict[str, Numbers | Absence] = field(default_factory=dict)
