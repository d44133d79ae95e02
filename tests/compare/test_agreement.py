from dataclasses import replace

import numpy as np
import pytest

from sgdtui.compare.agreement import between, judge
from sgdtui.compare.groups import frequencies
from sgdtui.compare.p_value import p_value
from sgdtui.compare.step_bias import StepBias
from sgdtui.predict.prediction import Prediction
from tests.compare.drawn_laws import count, drawn, edges, gaussian

GIBBS = gaussian("gibbs", 0.05)
CHAIN = gaussian("transfer", 0.1 / 1.9)  # η/(2 - η) at η = .1
LAWS = {"gibbs": GIBBS, "transfer": CHAIN}


def one_walker(seed, steps=2000, eta=0.1):
    rng = np.random.default_rng(seed)
    x, path = 0.0, np.empty(steps + 200)
    for i, z in enumerate(rng.standard_normal(len(path))):
        x = (1 - eta) * x - eta * z
        path[i] = x
    kept = path[200:]
    groups = len(kept) // 31
    return count(kept[: groups * 31].reshape(groups, 31), GIBBS.edges, time_batched=True)


def test_one_walker_cannot_tell_gibbs_from_the_chain():
    for seed in range(60):
        result = judge(one_walker(seed), LAWS, settled=True)
        assert {c.agrees for c in result.values()} == {None}
        assert 10 < result["gibbs"].more_samples < 10_000


def test_enough_samples_call_gibbs_false_and_the_chain_true():
    result = judge(drawn(np.random.default_rng(2), 64, 20_000, CHAIN), LAWS, settled=True)
    assert result["gibbs"].agrees is False
    assert result["transfer"].agrees is True
    assert result["gibbs"].distances.tv == pytest.approx(between(GIBBS, CHAIN), abs=0.003)
    assert result["gibbs"].more_samples is None


def test_more_samples_is_what_it_takes():
    few = judge(drawn(np.random.default_rng(3), 64, 50, CHAIN), LAWS, settled=True)["transfer"]
    assert few.agrees is None
    enough = int(50 * few.more_samples * 1.5)
    assert (
        judge(drawn(np.random.default_rng(4), 64, enough, CHAIN), LAWS, settled=True)["transfer"].agrees
        is True
    )


def test_a_run_that_is_known_to_be_unsettled_says_nothing():
    result = judge(drawn(np.random.default_rng(2), 64, 20_000, CHAIN), LAWS, settled=False)
    assert {c.agrees for c in result.values()} == {None}
    assert result["gibbs"].p_value < 1e-3


def test_the_bias_of_dt_forgives_as_much_as_it_is():
    counts = drawn(np.random.default_rng(5), 64, 50_000, CHAIN)
    smooth = gaussian("fokker-planck", 0.05)
    lone = {"fokker-planck": smooth}
    assert judge(counts, lone, settled=True)["fokker-planck"].agrees is False
    shift = np.append(CHAIN.probability - smooth.probability, CHAIN.outside - smooth.outside)
    known = StepBias(0.5 * np.abs(shift).sum(), 1e-4, cells=shift)
    forgiven = judge(counts, lone, settled=True, dt_bias={"fokker-planck": known})["fokker-planck"]
    assert forgiven.agrees is True
    assert forgiven.p_value > 1e-3
    assert forgiven.numerical_error == pytest.approx(between(smooth, CHAIN), rel=1e-3)
    # The shift of another law does not.
    other = StepBias(0.01, 1e-4, cells=-shift)
    assert judge(counts, lone, settled=True, dt_bias=other)["fokker-planck"].agrees is False


def test_a_bias_that_hides_what_matters_leaves_it_open():
    counts = drawn(np.random.default_rng(5), 64, 50_000, CHAIN)
    lone = {"fokker-planck": gaussian("fokker-planck", 0.05)}
    hidden = judge(counts, lone, settled=True, dt_bias=0.02)["fokker-planck"]
    assert hidden.numerical_error == pytest.approx(0.02)
    assert hidden.agrees is None
    assert hidden.hindrance == "numerical error"
    unknown = judge(counts, lone, settled=True, dt_bias={"fokker-planck": None})["fokker-planck"]
    assert unknown.agrees is None
    assert unknown.hindrance == "bias of dt"
    # A law that the test does not speak against needs no excuse.
    right = judge(counts, {"transfer": CHAIN}, settled=True, dt_bias=0.02)["transfer"]
    assert right.agrees is True


def test_a_run_at_two_dt_counts_with_its_own_error():
    """Laws at dt and 2 dt off by 2 % and 4 % of the variance, both drawn: extrapolated, the law keeps its level."""
    rng = np.random.default_rng(11)
    right, wrong = gaussian("fokker-planck", 0.05), gaussian("gibbs", 0.05 * 1.05)
    at_dt, at_two = gaussian("a", 0.05 * 1.02), gaussian("b", 0.05 * 1.04)
    laws = {"fokker-planck": right, "gibbs": wrong}
    said, raw = {name: [] for name in laws}, []
    for _ in range(60):
        counts, longer = drawn(rng, 64, 10_000, at_dt), drawn(rng, 64, 10_000, at_two)
        bias = StepBias(between(at_dt, right), 1e-3, coarser=(frequencies(longer)[1],), left=0.25)
        for name, found in judge(counts, laws, settled=True, dt_bias=bias).items():
            said[name].append((found.agrees, found.p_value))
        raw.append(p_value(counts, right))
    p = np.array([value for _, value in said["fokker-planck"]])
    assert np.sum(p < 0.05) <= 3 + 4 * 1.7
    assert np.sum(p < 0.001) <= 1
    assert np.median(raw) < 1e-6  # without the bias taken out it would be refused
    assert [agrees for agrees, _ in said["fokker-planck"]].count(False) == 0
    assert np.median([value for _, value in said["gibbs"]]) < 1e-3


def test_a_sampled_prediction_counts_with_its_own_error():
    rng = np.random.default_rng(12)
    p, alone = [], []
    for _ in range(300):
        counts, other = drawn(rng, 64, 1_000, GIBBS), drawn(rng, 1, 20_000, GIBBS)
        share = other.histogram[0] / 20_000
        sampled = replace(GIBBS, probability=share, outside=1 - share.sum(), distribution=None)
        p.append(p_value(counts, replace(sampled, draws=20_000.0)))
        alone.append(p_value(counts, sampled))
    p = np.array(p)
    assert abs(np.sum(p < 0.05) - 15) <= 4 * 3.8
    assert np.sum(p < 0.001) <= 3
    assert np.sum(np.array(alone) < 0.001) > 100


def test_equal_laws_are_no_rivals():
    same = {"gibbs": GIBBS, "fokker-planck": gaussian("fokker-planck", 0.05, numerical_error=1e-6)}
    result = judge(drawn(np.random.default_rng(6), 64, 2_000, GIBBS), same, settled=True)
    assert [c.agrees for c in result.values()] == [True, True]
    nearly = {"gibbs": GIBBS, "gaussian": gaussian("gaussian", 0.05 * 1.0005)}
    result = judge(drawn(np.random.default_rng(6), 64, 2_000, GIBBS), nearly, settled=True)
    assert [c.agrees for c in result.values()] == [True, True]


def test_an_error_as_large_as_the_distance_hides_it():
    vague = {"gibbs": GIBBS, "transfer": gaussian("transfer", 0.1 / 1.9, numerical_error=0.5)}
    result = judge(drawn(np.random.default_rng(7), 64, 20_000, CHAIN), vague, settled=True)
    assert result["transfer"].agrees is None or result["transfer"].agrees is True
    assert result["gibbs"].agrees is False


def test_nothing_recorded_gives_no_comparisons():
    assert judge(drawn(np.random.default_rng(8), 64, 0, GIBBS), LAWS, settled=True) == {}


def test_a_law_that_has_only_moments_is_left_out():
    moments = Prediction("gaussian", (edges(),), None, mean=np.zeros(3), covariance=np.eye(3))
    result = judge(
        drawn(np.random.default_rng(8), 64, 100, GIBBS), {"gibbs": GIBBS, "gaussian": moments}, settled=True
    )
    assert set(result) == {"gibbs"}


def test_a_singular_law_is_judged_by_ks():
    # η = ½ with two targets ±1: uniform on [-1, 1]; known here by its distribution function only.
    at = edges(1.6, 160)
    flat = Prediction("transfer", (at,), None, 0.0, np.clip((at + 1) / 2, 0, 1), singular=True)
    gibbs = gaussian("gibbs", 0.25, at)
    x = np.random.default_rng(9).uniform(-1, 1, (64, 2000))
    result = judge(count(x, (at,)), {"transfer": flat, "gibbs": gibbs}, settled=True)
    assert result["transfer"].agrees is True
    assert result["transfer"].distances.tv is None
    assert result["transfer"].floor.tv is None
    assert result["transfer"].floor.ks == pytest.approx(0.8687 / np.sqrt(128_000), rel=0.15)
    assert result["gibbs"].agrees is False
    assert result["gibbs"].distances.ks == pytest.approx(0.091478, abs=0.005)


def test_the_right_law_is_hardly_ever_called_false():
    rng = np.random.default_rng(10)
    said = [judge(drawn(rng, 64, 3_000, CHAIN), LAWS, settled=True)["transfer"].agrees for _ in range(300)]
    assert said.count(False) <= 3
    assert said.count(True) >= 297
