"""Preconditioned Langevin without its divergence term, in three conventions."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import gaussian_chain, preset, simulated
from tests.acceptance.held import held_observable

DT = 0.01


def test_psgld_nogamma():
    x, mass = gaussian_chain(
        lambda x: x - DT * x / (1 + x**2), lambda x: np.sqrt(2 * DT / (1 + x**2)), [-11, 11], panels=220
    )
    second, tail = mass @ x**2, mass[np.abs(x) > 2].sum()
    assert second == pytest.approx(2, abs=0.02)  # the SDE's own
    document = run(preset("psgld_nogamma"), walkers=4096, variants=False).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["observables"]["m2"] == pytest.approx(second, rel=1e-6)
    assert transfer["observables"]["tail"] == pytest.approx(tail, abs=3e-3)  # nodes, not places, are counted
    assert transfer["agrees"]
    held_observable(document, "m2", second, at_most=0.02)
    assert document["verdict"] != "no stationary law"


@pytest.mark.parametrize(("variant", "exact"), [("strat", 1.417037), ("antiito", 1.0)])
def test_psgld_nogamma_in_other_conventions(variant, exact):
    from sgdtui.predict.chain.law import transfer
    from sgdtui.preset.change import variant as changed
    from sgdtui.preset.load import load

    found = transfer(changed(load(preset("psgld_nogamma")), variant), (np.linspace(-6, 6, 101),))
    assert found.observables["m2"] == pytest.approx(exact, abs=0.02)  # within the bias of a step of 0.01
    assert found.numerical_error < 1e-3
    amplitude = {"strat": 0.5, "antiito": 1.0}[variant]

    def step(x, rng):
        z = rng.standard_normal(len(x))
        own = np.sqrt(2 * DT / (1 + x**2))
        ahead = np.sqrt(2 * DT / (1 + (x + own * z) ** 2))
        return x - DT * x / (1 + x**2) + (own + amplitude * (ahead - own)) * z

    ((second, se),) = simulated(step, 0.0, [lambda x: x**2], walkers=8192, burn_in=1500, steps=1500)
    assert se < 0.015
    assert found.observables["m2"] == pytest.approx(second, abs=4 * se)
