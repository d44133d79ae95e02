"""Whether it is the scheme that loses walkers of an SDE, or the equation: the same stretch of time in finer steps.

Walkers that a diverging step throws out are no walkers that escape. What the equation itself sends to infinity leaves
at the same rate however fine the steps are.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from sgdtui.compare.motion import Losses
from sgdtui.lab.pilot import Cancelled
from sgdtui.model.experiment import Experiment

if TYPE_CHECKING:
    from sgdtui.simulate.ensemble import Ensemble

_WALKERS = 4096
_FINER = (1, 4, 16)
"""How many steps stand for one, trial by trial."""
_ENOUGH = 200
"""Losses at the coarsest dt that are enough to see that finer steps lose fewer."""
_LOOKS = 256
"""How often at most it is looked whether there are enough."""


class FinerSteps:
    """Trials at dt, dt/4 and dt/16 from the start, over the time in which the coarsest loses about `_ENOUGH` walkers.

    Args:
        experiment: the one that is simulated at dt, its window known.
        steps: how many it took; the trials take no longer.
        threads: that step the walkers.
    """

    def __init__(self, experiment: Experiment, steps: int, threads: int | None) -> None:
        self._experiment = experiment
        self._threads = threads
        self._steps = self._most = max(1, steps)
        self._trial = 0
        self._ensemble: Ensemble | None = None
        self._shares: list[float] = []

    @property
    def losses(self) -> Losses | None:
        """What was found; None before all trials are done."""
        if len(self._shares) < len(_FINER):
            return None
        dt = self._experiment.dynamics.dt
        return Losses(tuple(dt / finer for finer in _FINER), tuple(self._shares), _WALKERS)

    def step(self, most: int, cancelled: Cancelled | None) -> None:
        """Take up to `most` steps of the trials that are left."""
        if self.losses is not None:
            return
        finer = _FINER[self._trial]
        ensemble = self._begun(finer)
        left = self._steps * finer - ensemble.step
        if finer == 1:
            most = min(most, math.ceil(self._most / _LOOKS))
        ensemble.advance(min(most, left), record=False, cancelled=cancelled)
        if finer == 1 and ensemble.lost >= _ENOUGH:
            self._steps = ensemble.step
        if ensemble.step >= self._steps * finer:
            self._shares.append(ensemble.lost / ensemble.walkers)
            self._trial += 1
            self.close()

    def _begun(self, finer: int) -> Ensemble:
        from sgdtui.simulate.ensemble import Ensemble

        if self._ensemble is None:
            e = self._experiment
            swarm = e.dynamics.swarm
            walkers = _WALKERS - (_WALKERS % swarm.size if swarm else 0)
            tried = replace(
                e,
                dynamics=replace(e.dynamics, dt=e.dynamics.dt / finer),
                run=replace(e.run, walkers=walkers, seed=e.run.seed + 2 + self._trial, burn_in=0),
                until=None,
            )
            self._ensemble = Ensemble(tried, threads=self._threads)
        return self._ensemble

    def close(self) -> None:
        """Let the walkers go."""
        if self._ensemble is not None:
            self._ensemble.close()
            self._ensemble = None
