"""The bias of dt from a run at twice the step."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.step_doubling import Companion, coarser
from sgdtui.preset.load import load_text
from sgdtui.simulate.ensemble import Ensemble

TEXT = """
loss: "x**2/2"
dynamics: {kind: sde, eta: 0.2, dt: 0.1}
space: {domain: [[-2, 2]]}
observe: {m2: "x**2"}
run: {walkers: 8192, burn_in: 80, steps: 2000, every: 4}
"""


def test_the_same_time_in_half_the_steps():
    run = coarser(load_text(TEXT)).run
    assert (run.burn_in, run.steps, run.every) == (40, 1000, 2)
    assert coarser(load_text(TEXT)).dynamics.dt == 0.2


def test_it_estimates_the_bias_of_euler():
    experiment = load_text(TEXT)
    ensemble = Ensemble(experiment)
    ensemble.advance(80, record=False)
    ensemble.advance(2000, record=True)
    counts = ensemble.counts()
    ensemble.close()
    companion = Companion(experiment, None)
    assert companion.lag(2000) == 40 + 1000
    assert companion.step(2000, 10_000, None) == 1040
    assert companion.lag(2000) == 0
    bias = companion.bias(counts)
    companion.close()
    # Euler's variance is T/(1 - dt/2): .105263 at .1, .111111 at .2; the change .005848 stands for .005263 at .1.
    # Each variance is known to .1053·√(2/n), n = 8192·100 relaxation times.
    error = 0.1053 * np.sqrt(2 / (8192 * 100)) * np.sqrt(2)
    assert bias.observables["m2"] == pytest.approx(0.005848, abs=4 * error)
    assert bias.covariance[0, 0] == pytest.approx(0.005848, abs=4 * error)
    # Half the relative change of the standard deviation, .0274, times 2φ(1) = .484.
    assert bias.tv == pytest.approx(0.0132, abs=0.003)
    assert bias.source == "a run at 2 dt"


def test_cancelled_it_says_nothing():
    experiment = load_text(TEXT)
    ensemble = Ensemble(experiment)
    ensemble.advance(10, record=True)
    counts = ensemble.counts()
    ensemble.close()
    companion = Companion(experiment, None)
    companion.step(10, 10_000, lambda: True)
    assert companion.bias(counts) is None
    companion.close()
