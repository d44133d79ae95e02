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


def bias_by_companion(
    experiment: Experiment, counts: Counts, threads: int | None, cancelled: Cancelled | None
) -> DtBias | None:
    """The bias at the experiment's dt, from what it counted and a run at 2 dt; None if that was cancelled or lost.

    The total variation is what exceeds the noise of the two histograms.
    """
    from sgdtui.simulate.ensemble import Ensemble

    companion = coarser(experiment)
    ensemble = Ensemble(companion, threads=threads)
    try:
        ensemble.advance(companion.run.burn_in or 0, record=False, cancelled=cancelled)
        ensemble.advance(companion.run.steps or 0, record=True, cancelled=cancelled)
        if cancelled is not None and cancelled():
            return None
        longer = ensemble.counts()
    finally:
        ensemble.close()
    if not longer.total or not counts.total:
        return None
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
