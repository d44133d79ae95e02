"""A slow ensemble in plain numpy with the interface of `simulate.ensemble.Ensemble`: what the lab is tested with.

It knows gradient systems with isotropic Gaussian noise, on an open line or plane, Itô.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from sgdtui.expression.numeric import evaluate
from sgdtui.model.fields import fields
from sgdtui.model.start import At, Uniform
from sgdtui.simulate.count.counts import Counts

GROUPS = 16


class NumpyEnsemble:
    """Walkers in numpy; `fail_at` raises at that step, `gate` (if set) is waited for before every advance."""

    compiled = 0
    fail_at = None
    gate: threading.Event | None = None
    living: list[NumpyEnsemble] = []  # noqa: RUF012

    def __init__(self, experiment, threads=None):
        assert experiment.space.domain is not None
        self.experiment = experiment
        self.threads = threads
        self.walkers = experiment.run.walkers
        self.kernel_source = "x = x - eta * g"
        self.closed = False
        NumpyEnsemble.living.append(self)
        self._take(experiment)
        self.restart()

    def _take(self, experiment):
        self.experiment = experiment
        self.fields = fields(experiment)
        bins = experiment.run.bins_for(len(experiment.space.domain))
        self.edges = tuple(np.linspace(*interval, bins + 1) for interval in experiment.space.domain)

    def compile(self):
        type(self).compiled += 1

    def restart(self):
        self.rng = np.random.default_rng(self.experiment.run.seed)
        self.step, self.time, self.lost, self.seconds, self.walker_steps = 0, 0.0, 0, 0.0, 0
        self.x = np.zeros((self.walkers, self.experiment.dimension))
        self.scatter(self.experiment.start)
        self.clear()

    def scatter(self, start):
        if isinstance(start, At):
            self.x[:] = start.point
        elif isinstance(start, Uniform):
            low, high = np.array(start.box).T
            self.x[:] = self.rng.uniform(low, high, self.x.shape)
        else:
            self.x[:] = self.rng.normal(start.mean, start.deviation, self.x.shape)
        self.clear()

    def adopt(self, positions):
        self.x[:] = positions
        self.clear()

    def change(self, experiment):
        if experiment.system != self.experiment.system or experiment.run.walkers != self.walkers:
            return False
        self._take(experiment)
        self.clear()
        return True

    def clear(self):
        d, m = self.experiment.dimension, len(self.experiment.observe)
        shape = tuple(len(e) - 1 for e in self.edges)
        self.counted = [
            np.zeros(GROUPS, dtype=np.int64),
            np.zeros((GROUPS, *shape), dtype=np.int64),
            np.zeros(GROUPS, dtype=np.int64),
            np.zeros((GROUPS, d)),
            np.zeros((GROUPS, d, d)),
            np.zeros((GROUPS, m)),
        ]

    def advance(self, steps, record=True, cancelled=None):
        if type(self).gate is not None:
            type(self).gate.wait(10)
        dynamics = self.experiment.dynamics
        scale = dynamics.eta * self.experiment.noise_scale
        for done in range(steps):
            if cancelled is not None and done % 8 == 0 and cancelled():
                return done
            if type(self).fail_at is not None and self.step >= type(self).fail_at:
                raise RuntimeError("the walkers tripped")
            sigma = np.sqrt(self.fields.covariance(self.x)[:, 0, :1])
            noise = sigma * self.rng.standard_normal(self.x.shape)
            h = self.experiment.time_step
            kick = (
                np.sqrt(scale * h) if dynamics.is_sde else dynamics.eta * np.sqrt(self.experiment.noise_scale)
            )
            self.x = self.x - h * self.fields.gradient(self.x) + kick * noise
            far = ~(np.abs(self.x) < 1e12).all(axis=1)
            self.x[far] = np.nan
            self.lost = int(far.sum())
            self.step += 1
            self.time += h
            self.walker_steps += self.walkers
            self.seconds += 1e-6
            if record and self.step % self.experiment.run.every == 0:
                self._record()
        return steps

    def _record(self):
        names = {**self.experiment.values, "k": 0.0, "t": 0.0}
        names |= {v: self.x[:, i] for i, v in enumerate(self.experiment.variables)}
        seen = [evaluate(e, names) for _, e in self.experiment.observe]
        group = np.arange(self.walkers) * GROUPS // self.walkers
        alive = np.isfinite(self.x).all(axis=1)
        for g in range(GROUPS):
            x = self.x[(group == g) & alive]
            drawn = x[:, list(self.experiment.space.axes)]
            histogram = np.histogramdd(drawn, self.edges)[0].astype(np.int64)
            self.counted[0][g] += len(x)
            self.counted[1][g] += histogram
            self.counted[2][g] += len(x) - histogram.sum()
            self.counted[3][g] += x.sum(axis=0)
            self.counted[4][g] += x.T @ x
            for i, values in enumerate(seen):
                self.counted[5][g, i] += values[(group == g) & alive].sum()

    def counts(self):
        copies = [array.copy() for array in self.counted]
        return Counts(self.edges, *copies, lost=self.lost)

    def positions(self):
        return self.x.copy()

    def state(self):
        counted = {f"counted{i}": array.copy() for i, array in enumerate(self.counted)}
        return {"x": self.x.copy(), "step": self.step, "time": self.time, **counted}

    def restore(self, state):
        self.x = np.array(state["x"])
        self.counted = [np.array(state[f"counted{i}"]) for i in range(len(self.counted))]
        self.step, self.time = int(state["step"]), float(state["time"])

    def close(self):
        self.closed = True


def small(experiment, **plan):
    """An experiment cut down to what numpy steps in no time."""
    return replace(experiment, run=replace(experiment.run, **{"walkers": 512, "every": 5, **plan}))
