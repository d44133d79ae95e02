"""Presets with other numbers than the table's, by a stranger: rows 13 (hops) and 32 (goals that change)."""

from __future__ import annotations

import numpy as np
import pytest

from tests.acceptance.held import held, held_observable

HOPS = """
hops: {{states: {states}, rate: "{rate}", evaluate: {evaluate}}}
start: {{uniform: [[-0.5, {last}.5]]}}
observe: {{first: "x < 0.5", upper: "x > {last}/2"}}
run: {{walkers: 16384, burn_in: {burn_in}, steps: {steps}, every: 50, seed: 13}}
"""


@pytest.mark.parametrize(
    ("states", "rate", "of"),
    [
        pytest.param(6, "exp(x/2)", lambda k: np.exp(k / 2), id="exponential"),
        pytest.param(15, "1 + (x - 7)**2/10", lambda k: 1 + (k - 7) ** 2 / 10, id="slow-in-the-middle"),
        pytest.param(8, "2 + sin(2*x)", lambda k: 2 + np.sin(2 * k), id="wavy"),
        pytest.param(2, "1 + 4*x", lambda k: 1 + 4 * k, id="two-boxes"),
    ],
)
@pytest.mark.parametrize(
    "evaluate",
    ["source", *(pytest.param(rule, marks=pytest.mark.slow) for rule in ("symmetric", "destination", 0.3))],
)
def test_row_13_the_law_is_a_power_of_the_rate(printed, states, rate, of, evaluate):
    """Detailed balance of hops at D_source^(1-s)·D_dest^s: p ∝ D^(2s-1)."""
    s = {"source": 0.0, "symmetric": 0.5, "destination": 1.0}.get(evaluate, evaluate)
    k = np.arange(states)
    law = of(k) ** (2 * s - 1)
    law /= law.sum()
    document = printed(
        HOPS.format(states=states, rate=rate, evaluate=evaluate, last=states - 1, burn_in=2000, steps=4000)
    )
    transfer = document["predictions"]["transfer"]
    assert transfer["density"] == pytest.approx(law, abs=1e-9)  # bins of width one
    assert transfer["mean"][0] == pytest.approx(law @ k, abs=1e-7)
    spread = np.sqrt(law @ k**2 - (law @ k) ** 2)
    held(document["mean"][0], document["mean_se"][0], law @ k, at_most=0.01 * spread)
    held_observable(document, "first", law[0], at_most=0.005)
    held_observable(document, "upper", law[k > (states - 1) / 2].sum(), at_most=0.01)


GOALS = """
variables: [x]
loss: "{h}*(x - {far} + 2*{far}*mod(floor(k/{tau}), 2))**2/2"
noise: "0"
dynamics: {{eta: {eta}, batch: 1}}
space: {{domain: [[-{edge}, {edge}]]}}
start: {{at: [0]}}
observe: {{reach: "abs(x)"}}
run: {{walkers: 64, burn_in: {burn_in}, steps: {steps}, every: {tau}}}
"""


@pytest.mark.parametrize(
    ("tau", "eta", "h", "far"), [(1, 0.1, 1, 1), (3, 0.4, 1, 2), (20, 0.05, 1.5, 0.5), (7, 1.5, 1, 1)]
)
def test_row_32_how_far_the_weight_gets(printed, tau, eta, h, far):
    """At the flips |x| = far·(1 − a)/(1 + a) with a = (1 − ηh)^τ."""
    a = (1 - eta * h) ** tau
    text = GOALS.format(tau=tau, eta=eta, h=h, far=far, edge=2 * far, burn_in=200 * tau, steps=100 * tau)
    seen = printed(text)["observables"]["reach"]
    assert seen["value"] == pytest.approx(far * (1 - a) / (1 + a), rel=1e-9)
