"""The direction of time in what was measured: area rates against linear theory, the test, its bound and its level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgdtui.compare.asymmetry import LEVEL, Asymmetry, asymmetry
from sgdtui.compare.verdict import verdict
from sgdtui.lab.pairs_in_time import LAGS, PairsInTime, tells_of_a_current
from sgdtui.lab.run import run
from sgdtui.predict.linear.law import gaussian
from sgdtui.predict.prediction import Absence
from sgdtui.preset.change import changed
from sgdtui.preset.load import load, load_text
from tests.compare.asymmetry_alarms import RING, SYSTEMS, measured, rotating

SEEDS = 4
"""Of each system; the level holds over 400, see `tests.compare.asymmetry_alarms`."""


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_circulates_is_seen_to_and_what_does_not_is_not(name):
    said = list(measured(SYSTEMS[name], range(SEEDS)))
    if SYSTEMS[name].equilibrium:
        assert min(one.p_value for one in said) > LEVEL
        assert True not in [one.circulates for one in said]
    else:
        assert np.median([one.p_value for one in said]) < LEVEL
        assert False not in [one.circulates for one in said]


def linear(turn: float, rng: np.random.Generator, walkers: int = 8192, steps: int = 257):
    """Places (steps, walkers, 3) of x' = x − .2 H x + √.2 ξ with H = 1 + turn·(0 1; −1 0) and one slower coordinate."""
    h = np.array([[1.0, turn, 0.0], [-turn, 1.0, 0.0], [0.0, 0.0, 0.5]])
    map_ = np.eye(3) - 0.2 * h
    covariance = np.zeros((3, 3))
    for _ in range(400):
        covariance = map_ @ covariance @ map_.T + 0.2 * np.eye(3)
    x = rng.normal(size=(walkers, 3)) @ np.linalg.cholesky(covariance).T
    places = [x]
    for _ in range(steps - 1):
        places.append(places[-1] @ map_.T + np.sqrt(0.2) * rng.normal(size=(walkers, 3)))
    return np.array(places), h, covariance


def pairs_of(places) -> PairsInTime:
    experiment = changed(load_text(rotating(3, 0.1)), {"dt": 0.2})
    pairs = PairsInTime(experiment, places.shape[1])
    for step, place in enumerate(places):
        if pairs.wanted(step):
            pairs.take(step, place)
    return pairs


def test_area_rates_are_those_of_linear_theory():
    """E[x x'ᵀ] = C(1 − .2 H)ᵀ, so that the area rate is HC − CHᵀ: within 4 standard errors, which are right to half."""
    places, h, covariance = linear(0.3, np.random.default_rng(0))
    found = asymmetry(pairs_of(places).sums())
    exact = h @ covariance - covariance @ h.T
    off_diagonal = ~np.eye(3, dtype=bool)
    z = (found.area_rate - exact)[off_diagonal] / found.area_rate_se[off_diagonal]
    assert np.abs(z).max() < 4
    # One pair of places a walker at this lag: 8192 of them, by hand.
    x, following = places[:2] - places[0].mean(axis=0)
    swept = (x[:, 0] * following[:, 1] - x[:, 1] * following[:, 0]) / 0.2
    assert found.area_rate[0, 1] == pytest.approx(swept.mean(), rel=1e-9)
    assert found.area_rate_se[0, 1] == pytest.approx(swept.std() / np.sqrt(len(swept)), rel=0.25)
    assert found.circulates is True


@pytest.mark.parametrize("turn", [0.02, 0.3])
def test_the_bound_holds_what_turns(turn):
    """Above what turns by some 5 standard errors: e/√(2·8192) = .021 radians for one pair of places a walker."""
    places, _, _ = linear(turn, np.random.default_rng(1))
    found = asymmetry(pairs_of(places).sums())
    turned = np.arctan(0.2 * turn / 0.8) / 0.2  # by the eigenvalues of the step, 1 − .2 (1 ± i turn)
    assert turned < found.bound < turned + 7 * 0.021


def test_pairs_go_on_where_they_were_saved():
    places, _, _ = linear(0.1, np.random.default_rng(2), walkers=1024, steps=600)
    whole, begun, resumed = (pairs_of(places[:1]) for _ in range(3))
    for step in range(1, 600):
        if whole.wanted(step):
            whole.take(step, places[step])
            (begun if step <= 300 else resumed).take(step, places[step])
        if step == 300:
            resumed.restore(begun.state())
    one, other = whole.sums(), resumed.sums()
    for name in ("turned", "pairs", "kept", "size"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    # Two walkers a group: of the three stretches that began the last was not ended.
    assert one.pairs[:, 0].tolist() == [6, 6, 6, 6, 4]


def test_few_walkers_and_lost_ones():
    places, _, _ = linear(0.3, np.random.default_rng(3), walkers=1024)
    places[2:, ::2] = np.nan
    sums = pairs_of(places).sums()
    assert sums.pairs[0].sum() == 1024
    assert sums.pairs[1].sum() == 512
    assert np.isfinite(sums.turned).all()
    assert asymmetry(sums) is not None
    few, _, _ = linear(0.3, np.random.default_rng(3), walkers=16)
    assert asymmetry(pairs_of(few).sums()) is None


def test_places_that_are_wanted_are_those_after_each_lag():
    pairs = PairsInTime(load_text(rotating(3, 0.1)), 64)
    wanted = [step for step in range(600) if pairs.wanted(step)]
    assert wanted == [s + lag for s in (0, 256, 512) for lag in (0, *LAGS[:-1]) if s + lag < 600]
    late = [step for step in range(8192, 8192 + 2049) if pairs.wanted(step)]
    assert late == [8192 + s + lag for s in (0, 1024) for lag in (0, *LAGS)] + [10_240]


def test_where_there_is_nowhere_to_circulate():
    line = load_text('loss: "x**2"\nspace: {domain: [[-3, 3]]}')
    assert not tells_of_a_current(line)
    assert tells_of_a_current(load_text(RING))
    assert not tells_of_a_current(changed(load_text(rotating(3, 0.1)), {"until": "x0 > 1"}))
    assert run(line, walkers=64, burn_in=16, steps=32).document()["asymmetry"] is None


@pytest.mark.parametrize(
    ("p_value", "turning", "slight", "text", "sentence"),
    [
        (1e-5, 0.3, False, "nonequilibrium", "Nonequilibrium (measured): time has a direction"),
        (
            0.2,
            0.05,
            False,
            "equilibrium, not gibbs",
            "Measured: no circulation above 0.02 radians per unit t",
        ),
        (0.2, 0.5, False, "undecided", "nor do the walkers yet, which may turn by up to 0.02 radians"),
        (
            1e-5,
            0.005,
            True,
            "equilibrium, not gibbs",
            "Measured: no circulation above 0.02 radians per unit t",
        ),
    ],
)
def test_it_gives_the_verdict_where_no_prediction_does(p_value, turning, slight, text, sentence):
    found = Asymmetry(
        statistic=50.0, freedom=3, p_value=p_value, lag=4, bound=0.02, turning=turning, slight=slight
    )
    no_loss = {"gibbs": Absence("gibbs", "no loss")}
    given = verdict({}, {}, no_loss, settled=True, dimension=3, asymmetry=found)
    assert given.text == text
    assert sentence in given.why
    assert verdict({}, {}, no_loss, settled=False, dimension=3, asymmetry=found).text == "undecided"


@pytest.mark.slow
def test_penguins_turn_as_the_exact_covariance_says():
    """E[x x'ᵀ] = C(1 − ηH)ᵀ in a linear regression, whatever the noise; C by the exact equations of moments."""
    experiment = load("real-data")
    result = run(experiment, variants=False, on_the_way=False)
    document = result.document()
    assert document["verdict"] == "nonequilibrium"
    assert "measured" in document["why"]
    from sgdtui.model.fields import fields

    exact = gaussian(result.experiment, result.edges)
    hessian = fields(experiment).hessian(exact.mean[None, :])[0]
    rate = hessian @ exact.covariance - exact.covariance @ hessian
    found = result.snapshot.asymmetry
    off_diagonal = ~np.eye(3, dtype=bool)
    z = (found.area_rate - rate)[off_diagonal] / found.area_rate_se[off_diagonal]
    assert np.abs(z).max() < 3.5
    assert np.abs(rate).max() > 3 * found.area_rate_se[0, 1]


@pytest.mark.slow
def test_irises_circulate():
    experiment = load("real-data-logistic")
    smaller = replace(experiment, run=replace(experiment.run, walkers=16_384, steps=4500))
    document = run(smaller, variants=False, on_the_way=False).document()
    assert document["verdict"] == "nonequilibrium"
    assert document["asymmetry"]["p_value"] < 1e-6
