"""One run from beginning to end, and its document."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from sgdtui.lab.run import run
from sgdtui.preset.load import load_text

QUADRATIC = """
title: A quadratic
loss: "x**2/2"
noise: "s"
parameters: {s: 1}
dynamics: {eta: 0.2}
start: {at: [2]}
observe: {right: "x > 0"}
space: {domain: [[-2, 2]]}
run: {walkers: 2048, burn_in: 200, steps: 1000, every: 5}
"""

CONTRACT = {
    "sgdtui", "preset", "title", "dimension", "settings", "time", "seconds", "walker_steps_per_second", "samples",
    "effective_samples", "lost", "mean", "mean_se", "covariance", "covariance_se", "observables", "first_passage",
    "histogram", "predictions", "flow", "series", "variants", "verdict", "claims", "why_not",
}  # fmt: skip


@pytest.fixture(scope="module")
def quadratic():
    return run(load_text(QUADRATIC), threads=1)


def test_measured_is_the_chain_and_not_gibbs(quadratic):
    variance = 0.2 / 1.8
    snapshot = quadratic.snapshot
    assert abs(quadratic.covariance[0, 0] - variance) < 4 * snapshot.covariance_se[0, 0]
    assert abs(quadratic.mean[0]) < 4 * snapshot.mean_se[0]
    assert snapshot.covariance_se[0, 0] < 0.01 * variance
    assert quadratic.verdict == "equilibrium, not gibbs"
    assert quadratic.comparisons["transfer"].agrees is True
    assert quadratic.comparisons["gibbs"].agrees is False
    assert np.isclose(quadratic.predictions["transfer"].covariance[0, 0], variance, rtol=1e-5)


def test_the_document_has_every_key_and_no_nan(quadratic):
    document = quadratic.document()
    assert set(document) >= CONTRACT
    json.dumps(document, allow_nan=False)
    assert document["settings"]["eta"] == 0.2
    assert document["settings"]["parameters"] == {"s": 1}
    assert document["settings"]["settled"] is True
    assert document["claims"] == []
    assert document["first_passage"] is None
    assert document["histogram"]["outside"] == 0
    gibbs = document["predictions"]["gibbs"]
    assert set(gibbs["distance"]) == set(gibbs["floor"]) == {"tv", "kl", "hellinger", "ks", "w1"}
    assert gibbs["temperature"] == pytest.approx(0.1)
    assert gibbs["best_fit"]["temperature"] == pytest.approx(1 / 9, rel=0.02)
    assert quadratic.document(claims=[{"that": "x"}])["claims"] == [{"that": "x"}]


def test_density_integrates_to_what_is_inside(quadratic):
    edges = quadratic.edges[0]
    assert np.sum(quadratic.density * np.diff(edges)) + quadratic.snapshot.outside == pytest.approx(1)


def test_series_follows_the_exact_transient(quadratic):
    series = quadratic.snapshot.series
    k = np.rint(series.time / 0.2)
    exact = 2 * 0.8**k
    assert series.time[0] == 0
    assert series.mean[0, 0] == 2
    early = (k > 0) & (k < 40)
    z = (series.mean[early, 0] - exact[early]) / series.mean_se[early, 0]
    assert np.abs(z).max() < 4.5  # about forty correlated looks
    variance = 0.2 / 1.8 * (1 - 0.8 ** (2 * k[early]))
    z = (series.covariance[early, 0, 0] - variance) / series.covariance_se[early, 0, 0]
    assert np.abs(z).max() < 4.5


def test_same_seed_same_numbers_for_any_threads(quadratic):
    again = run(load_text(QUADRATIC), threads=2)
    one, two = quadratic.document(), again.document()
    for timing in ("seconds", "walker_steps_per_second"):
        one.pop(timing), two.pop(timing)
    one["settings"].pop("threads"), two["settings"].pop("threads")
    assert one == two


def test_another_seed_other_numbers(quadratic):
    other = run(load_text(QUADRATIC), **{"run.seed": 1})
    assert other.mean[0] != quadratic.mean[0]


def test_changes_are_dials(quadratic):
    hotter = run(load_text(QUADRATIC), s=4)
    assert hotter.document()["settings"]["parameters"] == {"s": 4}
    assert hotter.covariance[0, 0] == pytest.approx(4 * quadratic.covariance[0, 0], rel=0.05)


def test_variants_are_run_with_their_changes():
    text = QUADRATIC + "variants: {sde: {dynamics.kind: sde, dynamics.dt: 0.1}}\n"
    result = run(load_text(text))
    document = result.document()
    sde = document["variants"]["sde"]
    assert sde["settings"]["kind"] == "sde"
    assert sde["settings"]["dt_bias"]["tv"] > 0
    # Euler's chain of the SDE at T = .1: variance T/(1 - dt/2).
    assert abs(sde["covariance"][0][0] - 0.1 / 0.95) < 4 * sde["covariance_se"][0][0]
    assert sde["settings"]["dt_bias"]["covariance"][0][0] == pytest.approx(0.1 / 0.95 - 0.1, rel=0.01)
    assert run(load_text(text), variants=False).variants == {}


def test_the_bias_of_dt_is_no_disagreement():
    text = QUADRATIC.replace("{eta: 0.2}", "{kind: sde, eta: 0.2, dt: 0.1}").replace("2048", "16384")
    result = run(load_text(text))
    assert result.comparisons["gibbs"].agrees is not False
    assert result.comparisons["gibbs"].numerical_error > 0.005
    assert result.comparisons["transfer"].numerical_error < 0.005


def test_a_claimed_time_is_hit_exactly():
    text = QUADRATIC + "expect: [{that: 'mean[0]', is: 0, at: 17.4}]\n"
    times = run(load_text(text)).snapshot.series.time
    assert np.min(np.abs(times - 17.4)) < 1e-9


def test_progress_goes_from_nothing_to_all():
    told = []
    run(load_text(QUADRATIC), progress=lambda share, doing: told.append((share, doing)))
    shares = [share for share, _ in told]
    assert shares[0] == 0
    assert max(shares) == 1
    assert shares == sorted(shares)
    assert {doing for _, doing in told} >= {"pilot run", "settling", "sampling"}


def test_a_cancelled_run_gives_what_there_is():
    looks = iter(range(10**9))
    result = run(load_text(QUADRATIC), cancelled=lambda: next(looks) > 40)
    assert result.complete is False
    assert 0 < result.snapshot.step < 1200
    assert result.verdict == "undecided"
    json.dumps(result.document(), allow_nan=False)


def test_cancelled_before_the_first_step():
    text = QUADRATIC.replace("space: {domain: [[-2, 2]]}\n", "")
    result = run(load_text(text), cancelled=lambda: True)
    assert result.complete is False
    assert result.snapshot.samples == 0
    json.dumps(result.document(), allow_nan=False)


def test_walkers_that_all_diverge_are_counted_and_nothing_is_nan():
    result = run(load_text(QUADRATIC), eta=3.0)
    document = result.document()
    assert document["lost"] == 2048
    assert document["verdict"] in ("no stationary law", "undecided")
    assert document["mean"] == [None]
    json.dumps(document, allow_nan=False)


def test_an_explicit_burn_in_below_five_relaxation_times_is_undecided():
    result = run(load_text(QUADRATIC), **{"run.burn_in": 3})
    assert result.document()["settings"]["settled"] is False
    assert result.verdict == "undecided"
    assert all(p["agrees"] is None for p in result.document()["predictions"].values())


def test_a_window_that_nobody_chose_holds_the_walkers():
    text = QUADRATIC.replace("space: {domain: [[-2, 2]]}\n", "")
    result = run(load_text(text))
    ((low, high),) = result.experiment.space.domain
    sd = math.sqrt(0.2 / 1.8)
    assert result.snapshot.outside < 1e-3
    assert -6.5 * sd < low < -3.2 * sd
    assert 3.2 * sd < high < 6.5 * sd


def test_average_temperature_is_of_the_measured_law():
    text = QUADRATIC.replace('noise: "s"', 'noise: "s + x**2"') + "temperature: average\n"
    result = run(load_text(text))
    gibbs = result.predictions["gibbs"]
    assert gibbs.rule == "average"
    second = result.covariance[0, 0] + result.mean[0] ** 2
    assert gibbs.temperature == pytest.approx(0.1 * (1 + second), rel=2e-3)  # bins are .02 wide
