"""Files that a stranger writes, run from the command line, against exact values.

Predictions to the digits given; measurements within four of their own standard errors, plus, for an SDE, the bias of
dt that the run itself reports. Exact values are by quadrature or linear algebra (CLAIMS rows 1, 4, 8, 11, 20, 22).
"""

from __future__ import annotations

import numpy as np
import pytest

FEWER = "run: {walkers: 8192}\n"
WELL = 'loss: "(x**2-1)**2/4"\nobserve: {left: "x < 0", m2: "x**2"}\nspace: {domain: [[-2.5, 2.5]]}\n'
SGD = "dynamics: {eta: 0.2}\n"
SDE = "dynamics: {kind: sde, eta: 0.2, dt: %g, convention: %s}\n"
POLLEN = """
drift: ["0"]
noise: "1 + 3*x"
start: {at: [0.5]}
space: {domain: [[0, 1]], boundary: reflect}
observe: {left: "x < 0.5"}
run: {walkers: 8192, bins: 100}
"""


def measured(document, name, exact, most_se):
    """Hold an observable to its exact value; its error must be small enough for that to mean something."""
    seen = document["observables"][name]
    assert seen["se"] < most_se, f"{name} is known to ±{seen['se']:.2g} only"
    bias = document["settings"]["dt_bias"]
    allowed = 4 * seen["se"] + (abs(bias["observables"][name]) if bias else 0.0)
    assert abs(seen["value"] - exact) < allowed, (
        f"{name} = {seen['value']:.6f} ± {seen['se']:.6f}, exactly {exact}"
    )


def density_at(document, prediction, x):
    edges = np.array(document["histogram"]["edges"][0])
    centres = (edges[1:] + edges[:-1]) / 2
    return np.interp(x, centres, document["predictions"][prediction]["density"])


def test_row_1_the_chain_is_neither_gibbs_nor_the_sde(printed):
    document = printed(WELL + SGD + FEWER)
    transfer, gibbs = document["predictions"]["transfer"], document["predictions"]["gibbs"]
    assert transfer["observables"]["m2"] == pytest.approx(0.843645, abs=1e-6)
    assert gibbs["observables"]["m2"] == pytest.approx(0.871363, abs=1e-6)
    assert gibbs["temperature"] == pytest.approx(0.1)
    measured(document, "m2", 0.843645, 0.002)
    exact = {"tv": 0.0694, "kl": 0.0199, "ks": 0.0259, "w1": 0.0331}
    for name, value in exact.items():
        slack = 0.002 + 3 * gibbs["floor"][name]
        assert gibbs["distance"][name] == pytest.approx(value, abs=slack), name
    assert transfer["agrees"] is True
    assert gibbs["agrees"] is False
    assert document["verdict"] == "equilibrium, not gibbs"


def test_row_1_the_sde_is_gibbs(printed):
    document = printed(WELL + SDE % (0.01, "ito") + FEWER)
    gibbs = document["predictions"]["gibbs"]
    assert gibbs["observables"]["m2"] == pytest.approx(0.871363, abs=1e-6)
    assert density_at(document, "gibbs", 0.0) == pytest.approx(
        0.065919, abs=2e-4
    )  # averaged over a bin of .025
    measured(document, "m2", 0.871363, 0.003)
    assert gibbs["agrees"] is not False


def test_row_4_langevin_settles_at_gibbs_with_half_the_learning_rate(printed):
    document = printed('loss: "x**2/2"\nspace: {domain: [[-2, 2]]}\n' + SDE % (0.01, "ito") + FEWER)
    assert document["verdict"] == "gibbs"
    assert document["predictions"]["gibbs"]["temperature"] == pytest.approx(0.1)
    bias = document["settings"]["dt_bias"]["covariance"][0][0]
    assert bias == pytest.approx(0.1 / 0.995 - 0.1, rel=0.02)
    variance, se = document["covariance"][0][0], document["covariance_se"][0][0]
    assert se < 0.001
    assert abs(variance - 0.1) < 4 * se + abs(bias)


@pytest.mark.parametrize(
    ("convention", "left"), [("ito", 0.660964), ("stratonovich", 0.581139), ("anti-ito", 0.5)]
)
def test_rows_8_and_11_pollen_and_the_rock_pile(printed, convention, left):
    # Noise sd per step sqrt(η·Σ·dt) ≤ .02: folding at the walls then biases little.
    dynamics = f"dynamics: {{kind: sde, eta: 0.02, dt: 0.005, convention: {convention}}}\n"
    document = printed(POLLEN + dynamics)
    smooth = document["predictions"]["fokker-planck"]
    assert smooth["observables"]["left"] == pytest.approx(left, abs=1e-6)
    measured(document, "left", left, 0.005)
    assert smooth["agrees"] is not False
    assert document["why_not"]["gibbs"] == "no loss"
    if convention == "anti-ito":
        assert np.allclose(smooth["density"], 1, atol=1e-6)


@pytest.mark.parametrize(
    ("convention", "left"), [("ito", 0.967101), ("stratonovich", 0.945022), ("anti-ito", 0.909463)]
)
def test_row_20_noise_decides_and_not_flatness(printed, convention, left):
    document = printed(WELL + 'noise: "1 + tanh(4*x)/2"\n' + SDE % (0.01, convention) + FEWER)
    predictions = document["predictions"]
    assert predictions["fokker-planck"]["observables"]["left"] == pytest.approx(left, abs=1e-6)
    assert predictions["gibbs"]["observables"]["left"] == pytest.approx(0.5, abs=1e-9)
    measured(document, "left", left, 0.005)
    assert predictions["fokker-planck"]["agrees"] is not False
    assert predictions["gibbs"]["agrees"] is False
    assert document["verdict"] == "equilibrium, not gibbs"


def test_row_20_of_sgd_itself(printed):
    document = printed(WELL + 'noise: "1 + tanh(4*x)/2"\n' + SGD + FEWER)
    assert document["predictions"]["transfer"]["observables"]["left"] == pytest.approx(0.964371, abs=1e-6)
    measured(document, "left", 0.964371, 0.002)
    assert document["predictions"]["transfer"]["agrees"] is True


LABELS = 'loss: "x**2/2"\nnoise: "1 + x**2"\nobserve: {m2: "x**2"}\nspace: {domain: [[-3, 3]]}\n'


def test_row_22_label_noise(printed):
    document = printed(LABELS + SDE % (0.005, "ito") + FEWER)
    smooth = document["predictions"]["fokker-planck"]
    assert density_at(document, "fokker-planck", 0.0) == pytest.approx(
        1.293450, rel=2e-3
    )  # over a bin of .03
    assert smooth["covariance"][0][0] == pytest.approx(1 / 9, abs=1e-7)
    measured(document, "m2", 1 / 9, 0.002)
    assert document["predictions"]["gibbs"]["temperature"] == pytest.approx(0.1)
    assert document["predictions"]["gibbs"]["agrees"] is False


def test_row_22_of_sgd_itself(printed):
    document = printed(LABELS + SGD + FEWER)
    transfer = document["predictions"]["transfer"]
    assert transfer["covariance"][0][0] == pytest.approx(1 / 8, rel=1e-5)
    assert density_at(document, "transfer", 0.0) == pytest.approx(1.20700, rel=2e-3)
    measured(document, "m2", 1 / 8, 0.001)
    assert transfer["agrees"] is True


STRANGER = """
loss: "(x**2-1)**2/4"
noise: "1 + tanh(4*x)/2"
dynamics: {kind: sde, eta: 0.2, dt: 0.005}
observe: {left: "x < 0"}
"""


@pytest.mark.parametrize(
    "arguments",
    [("--walkers", "8192"), pytest.param((), marks=pytest.mark.slow)],
)
def test_a_file_with_nothing_else(printed, arguments):
    document = printed(STRANGER, *arguments)
    measured(document, "left", 0.967101, 0.00967)
    settings = document["settings"]
    assert settings["settled"] is True
    assert settings["burn_in"] * settings["dt"] >= 5 * settings["relaxation_time"]
    assert settings["steps"] * settings["dt"] >= 5 * settings["relaxation_time"]
    assert document["predictions"]["fokker-planck"]["agrees"] is True
    assert document["predictions"]["gibbs"]["agrees"] is False
    assert document["histogram"]["outside"] < 1e-3
