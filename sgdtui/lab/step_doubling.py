"""The bias of dt where no prediction gives it: the same run once more with steps twice as long.

Euler's law is off by an amount that is nearly proportional to dt, so what changes from dt to 2 dt is about what is
left at dt (Richardson's extrapolation, Talay and Tubaro 1990).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.compare.effective_size import effective_samples, standard_errors
from sgdtui.compare.floor import floors
from sgdtui.lab.dt_bias import DtBias
from sgdtui.lab.pilot import Cancelled
from sgdtui.model.experiment import Experiment
from sgdtui.simulate.count.counts import Counts


def coarser(experiment: Experiment) -> Experiment:
    """The same experiment over the same time with steps twice as long; its burn-in and steps must be known."""
    run, dynamics = experiment.run, experiment.dynamics
    every = max(1, run.every // 2)
    plan = replace(
        run,
        burn_in=max(1, (run.burn_in or 0) // 2),
        steps=max(every, (run.steps or 0) // 2),
        every=every,
        seed=run.seed + 1,
    )
    return replace(experiment, run=plan, dynamics=replace(dynamics, dt=2 * dynamics.dt))


class Companion:
    """A second ensemble at 2 dt that keeps step with a simulation of an SDE, and the bias of dt that comes of both.

    experiment  the one that is simulated at dt, its burn-in known
    """

    def __init__(self, experiment: Experiment, threads: int | None) -> None:
        from sgdtui.simulate.ensemble import Ensemble

        self._experiment = experiment
        self._coarser = coarser(experiment)
        self._ensemble = Ensemble(self._coarser, threads=threads)
        self._left = self._coarser.run.burn_in or 0
        self.recorded = 0

    def lag(self, sampled: int) -> int:
        """Steps of 2 dt that are still to be taken beside `sampled` recorded steps of dt."""
        every = self._coarser.run.every
        wanted = max(every, sampled // 2)
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

    def bias(self, counts: Counts) -> DtBias | None:
        """The bias at dt, from `counts` at dt; None before anything was counted, or where walkers were lost."""
        longer = self._ensemble.counts()
        return bias_between(self._experiment, counts, longer) if longer.total and counts.total else None

    def close(self) -> None:
        """Let the walkers go."""
        self._ensemble.close()


def bias_between(experiment: Experiment, counts: Counts, longer: Counts) -> DtBias:
    """The bias of dt from what was counted at dt and, `longer`, at 2 dt, over about the same time.

    The total variation is what exceeds the noise of the two histograms.
    """
    one, two = standard_errors(counts), standard_errors(longer)
    shares = [c.histogram.sum(axis=0) / c.total for c in (counts, longer)]
    worth = 1 / (1 / effective_samples(counts) + 1 / effective_samples(longer))
    noise = floors(worth, shares[0], counts.edges, one.outside).tv or 0.0
    gap = 0.5 * float(np.abs(shares[1] - shares[0]).sum() + abs(two.outside - one.outside))
    change = two.observables - one.observables
    return DtBias(
        tv=max(0.0, gap - noise),
        mean=two.mean - one.mean,
        covariance=two.covariance - one.covariance,
        observables={name: float(change[i]) for i, (name, _) in enumerate(experiment.observe)},
        source="a run at 2 dt",
    )
