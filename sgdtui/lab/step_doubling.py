"""The bias of dt where no prediction gives it: the same run with steps twice, and four times, as long.

Euler's law is off by an amount that is nearly proportional to dt, so what changes from dt to 2 dt is about what is
left at dt (Richardson's extrapolation, Talay and Tubaro 1990). The run at 4 dt, a quarter of the work, takes off two
thirds of the variance of the extrapolated law, which the test wants, where the bias is below the noise.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distance import floors
from sgdtui.compare.effective_size import cumulative_effective_samples, effective_samples, standard_errors
from sgdtui.compare.groups import frequencies, variance_of_mean
from sgdtui.compare.step_bias import StepBias
from sgdtui.lab.dt_bias import KNOWN, DtBias
from sgdtui.lab.passage import PassageForesight, passage_report
from sgdtui.lab.pilot import Cancelled
from sgdtui.lab.snapshot import Observed
from sgdtui.model.experiment import Experiment
from sgdtui.simulate.count.counts import Counts

_ACCIDENTS = 1e-3
"""The share of walkers that a run with longer steps may lose: with more its law is not that of the run beside it."""


def coarser(experiment: Experiment, times: int = 2) -> Experiment:
    """The same experiment over the same time with steps `times` as long; its burn-in and steps must be known."""
    run, dynamics = experiment.run, experiment.dynamics
    every = max(1, run.every // times)
    plan = replace(
        run,
        burn_in=max(1, (run.burn_in or 0) // times),
        steps=max(every, (run.steps or 0) // times),
        every=every,
        seed=run.seed + times - 1,
    )
    return replace(experiment, run=plan, dynamics=replace(dynamics, dt=times * dynamics.dt))


class Companion:
    """A second ensemble with steps twice (or `times`) as long that keeps step with a simulation of an SDE.

    experiment  the one that is simulated at dt, its burn-in known
    """

    def __init__(self, experiment: Experiment, threads: int | None, times: int = 2) -> None:
        from sgdtui.simulate.ensemble import Ensemble

        self._experiment, self._times = experiment, times
        self._coarser = coarser(experiment, times)
        self._ensemble = Ensemble(self._coarser, threads=threads)
        self._left = self._coarser.run.burn_in or 0
        self.recorded = 0

    def lag(self, sampled: int) -> int:
        """Steps that are still to be taken beside `sampled` recorded steps of dt."""
        wanted = max(self._coarser.run.every, sampled // self._times)
        return self._left + max(0, wanted - self.recorded)

    def step(self, sampled: int, most: int, cancelled: Cancelled | None) -> int:
        """Take up to `most` of the steps that lag behind `sampled` steps of dt; the number taken."""
        steps = min(most, self.lag(sampled))
        settling = min(steps, self._left)
        done = self._ensemble.advance(settling, record=False, cancelled=cancelled)
        self._left -= done
        if done == settling and steps > settling:
            counted = self._ensemble.advance(steps - settling, record=True, cancelled=cancelled)
            self.recorded += counted
            done += counted
        return done

    def counts(self, beside: Counts) -> Counts | None:
        """What was counted so far; None if that is nothing, or more walkers were lost than `beside` it."""
        counts = self._ensemble.counts()
        lossy = counts.lost > beside.lost + _ACCIDENTS * self._coarser.run.walkers
        return counts if counts.total and not lossy else None

    def bias(self, counts: Counts, longest: Counts | None = None) -> DtBias | None:
        """The bias at dt, from `counts` at dt and, if given, those of a run with still longer steps.

        None before anything was counted, or where walkers were lost.
        """
        longer = self.counts(counts)
        if longer is None or not counts.total:
            return None
        return bias_between(self._experiment, counts, longer, longest)

    def passage_time(self) -> Observed | None:
        """The mean first passage time at 2 dt, in units of t; None where there is none to be had yet."""
        step = self._coarser.time_step
        report = passage_report(self._ensemble.counts().passage, step, PassageForesight())
        if report is None or report.mean_time is None:
            return None
        se = report.mean_steps.se
        return Observed(report.mean_time, None if se is None else se * step)

    def close(self) -> None:
        """Let the walkers go."""
        self._ensemble.close()


class Companions:
    """Companions at 2 dt and at 4 dt, and the bias of dt that comes of all."""

    def __init__(self, experiment: Experiment, threads: int | None) -> None:
        self._twice = Companion(experiment, threads)
        self._four_times = Companion(experiment, threads, times=4)

    def lag(self, sampled: int) -> int:
        """Steps of both that are still to be taken beside `sampled` recorded steps of dt."""
        return self._twice.lag(sampled) + self._four_times.lag(sampled)

    def step(self, sampled: int, most: int, cancelled: Cancelled | None) -> int:
        """Take up to `most` of the steps that lag behind `sampled` steps of dt; the number taken."""
        done = self._twice.step(sampled, most, cancelled)
        return done + self._four_times.step(sampled, most - done, cancelled)

    def bias(self, counts: Counts) -> DtBias | None:
        """The bias at dt, from `counts` at dt; None before anything was counted, or where 2 dt loses walkers."""
        return self._twice.bias(counts, self._four_times.counts(counts))

    def passage_time(self) -> Observed | None:
        """The mean first passage time at 2 dt, in units of t; None where there is none to be had yet."""
        return self._twice.passage_time()

    def close(self) -> None:
        """Let the walkers go."""
        self._twice.close()
        self._four_times.close()


def bias_between(
    experiment: Experiment, counts: Counts, longer: Counts, longest: Counts | None = None
) -> DtBias:
    """The bias of dt from what was counted at dt, at 2 dt (`longer`) and at 4 dt (`longest`), over about the same time.

    It is what changed from dt to 2 dt, with the standard errors of both runs. The noise of the two histograms adds to
    their distance in quadrature, as it does between a histogram and a law, so it is taken out in quadrature.
    """
    one, two = standard_errors(counts), standard_errors(longer)
    runs = [frequencies(c) for c in (counts, longer)]
    pooled = [np.tensordot(samples / samples.sum(), shares, axes=1) for samples, shares in runs]
    cells = pooled[1] - pooled[0]
    both = [
        1 / (1 / size(counts) + 1 / size(longer))
        for size in (effective_samples, cumulative_effective_samples)
    ]
    window = pooled[0][:-1].reshape(counts.histogram.shape[1:])
    noise = floors(both[0], window, counts.edges, one.outside, both[1]).tv or 0.0
    gap = 0.5 * float(np.abs(cells).sum())
    tv = float(np.sqrt(max(gap**2 - noise**2, 0.0)))
    # The error of the gap by the delta method; near zero a distance is no longer linear in the law.
    slope = np.sign(cells) / 2
    of_gap = float(np.sqrt(sum(variance_of_mean(shares @ slope, samples) for samples, shares in runs)))
    of_square = gap * of_gap
    tv_se = min(of_square / tv, np.sqrt(2 * of_square)) if tv > 0 else np.sqrt(2 * of_square)
    names = [name for name, _ in experiment.observe]
    return DtBias(
        tv=tv,
        mean=two.mean - one.mean,
        covariance=two.covariance - one.covariance,
        observables=_named(names, two.observables - one.observables),
        source="a run at 2 dt",
        tv_se=float(tv_se),
        mean_se=np.hypot(two.mean_se, one.mean_se),
        covariance_se=np.hypot(two.covariance_se, one.covariance_se),
        observables_se=_named(names, np.hypot(two.observables_se, one.observables_se)),
        step=StepBias(
            tv,
            float(tv_se),
            coarser=tuple(frequencies(c)[1] for c in (longer, longest) if c is not None),
            left=KNOWN,
        ),
    )


def _named(names: list[str], values: Array) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}
