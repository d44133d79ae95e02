import numpy as np
import pytest

from sgdtui.compare.motion import Losses, Motion
from sgdtui.compare.verdict import judge, verdict
from sgdtui.predict.prediction import Absence, Prediction
from tests.compare.drawn_laws import drawn, edges, gaussian

GIBBS = gaussian("gibbs", 0.05, temperature=0.05, rule="minimum")
CHAIN = gaussian("transfer", 0.1 / 1.9)
FLOW = gaussian("fokker-planck", 0.05, entropy_production=0.50625, relaxation_time=2.0)


def judged(law, predictions, n=20_000):
    return judge(
        drawn(np.random.default_rng(1), 64, n, law), {p.name: p for p in predictions}, settled=True
    ), {p.name: p for p in predictions}


def test_gibbs():
    comparisons, predictions = judged(GIBBS, [GIBBS, FLOW])
    v = verdict(comparisons, predictions, {}, settled=True, is_sde=True, variance_range=(1.0, 1.0))
    assert v.text == "gibbs"
    assert "Σ is 1 everywhere" in v.why
    assert "T = 0.05" in v.why


def test_unsettled_comes_first():
    comparisons, predictions = judged(GIBBS, [GIBBS])
    for settled in (False, None):
        assert verdict(comparisons, predictions, {}, settled=settled).text == "undecided"


def test_no_stationary_law_needs_no_settling():
    absent = {
        "gibbs": Absence("gibbs", "no loss"),
        "fokker-planck": Absence("fokker-planck", "not normalisable"),
    }
    for settled in (None, False, True):
        assert verdict({}, {}, absent, settled=settled, is_sde=True).text == "no stationary law"
    leaking = {"transfer": gaussian("transfer", 0.1, survival_loss=0.003, relaxation_time=4.0)}
    assert verdict({}, leaking, {}, settled=False).text == "undecided"
    assert verdict({}, leaking, {}, settled=True).text == "no stationary law"
    assert verdict({}, {}, {}, settled=True, escaping=True).text == "no stationary law"


def test_a_chain_that_loses_walkers_has_no_law_and_a_hair_is_nothing():
    leaking = gaussian("transfer", 0.1, survival_loss=0.003167)
    v = verdict({}, {"transfer": leaking}, {}, settled=True)
    assert v.text == "no stationary law"
    assert ".00317" in v.why
    comparisons, predictions = judged(CHAIN, [GIBBS, gaussian("transfer", 0.1 / 1.9, survival_loss=1e-30)])
    assert verdict(comparisons, predictions, {}, settled=True).text == "equilibrium, not gibbs"


def test_a_chain_whose_own_law_exists_is_not_condemned_by_the_sde():
    absent = {"fokker-planck": Absence("fokker-planck", "not normalisable")}
    comparisons, predictions = judged(CHAIN, [GIBBS, CHAIN])
    assert verdict(comparisons, predictions, absent, settled=True).text == "equilibrium, not gibbs"


def test_the_sde_limit_fails():
    fokker_planck = gaussian("fokker-planck", 0.05, entropy_production=0.0)
    comparisons, predictions = judged(CHAIN, [GIBBS, CHAIN, fokker_planck])
    v = verdict(comparisons, predictions, {}, settled=True, eta=0.1, variance_range=(1.0, 1.0))
    assert v.text == "equilibrium, not gibbs"
    assert "η = 0.1 is too long for the SDE limit" in v.why
    assert "the chain's own law holds" in v.why


def test_uneven_noise_is_named_as_the_reason():
    shifted = gaussian("fokker-planck", 0.05, mean=0.1)
    comparisons, predictions = judged(shifted, [GIBBS, shifted])
    v = verdict(comparisons, predictions, {}, settled=True, is_sde=True, variance_range=(0.5, 1.5))
    assert v.text == "equilibrium, not gibbs"
    assert "from 0.5 to 1.5" in v.why
    assert "TV to Gibbs 0.1" in v.why
    assert "Fokker–Planck holds within 0.0" in v.why


@pytest.mark.parametrize("is_sde", [False, True])
def test_uneven_noise_is_no_reason_where_fokker_planck_is_as_wrong(is_sde):
    chain, smooth = gaussian("transfer", 0.08), gaussian("fokker-planck", 0.051)
    comparisons, predictions = judged(chain, [GIBBS, smooth, chain])
    v = verdict(
        comparisons, predictions, {}, settled=True, is_sde=is_sde, variance_range=(1.0, 21.0), eta=0.2
    )
    assert v.text == "equilibrium, not gibbs"
    off = comparisons["fokker-planck"].distances.tv
    blamed = (
        f"too long for the SDE limit: Fokker–Planck, which knows how Σ changes, is off by TV {off:.3g}, Gibbs"
    )
    assert (blamed in v.why) is not is_sde
    assert ("quiet side" in v.why) is is_sde, "of an SDE the step is no reason"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "off"),
    [
        ("heavy-tail", 0.208),
        ({"loss": "x**4/4 + .3*cos(6*x)", "noise": "1 + x**2", "dynamics": {"eta": 0.2},
          "space": {"domain": [[-3, 3]]}, "run": {"burn_in": 1000, "steps": 1000}}, 0.391),
    ],
)  # fmt: skip
def test_the_step_is_named_where_it_is_too_long(preset, off):
    from sgdtui import run

    document = run(preset, walkers=16384, seed=1).document()
    assert document["predictions"]["fokker-planck"]["distance"]["tv"] == pytest.approx(off, abs=0.004)
    assert "too long for the SDE limit" in document["why"]
    assert "quiet side" not in document["why"]


def test_nonequilibrium():
    comparisons, predictions = judged(CHAIN, [GIBBS, FLOW])
    v = verdict(
        comparisons, predictions, {}, settled=True, dimension=2, entropy_production=(0.51, 0.01), curl=28.125
    )
    assert v.text == "nonequilibrium"
    assert "has curl 28.1" in v.why
    assert "0.506 nats" in v.why
    assert "0.51 ± 0.01" in v.why


def test_no_loss_on_a_closed_line_and_on_a_ring():
    absent = {"gibbs": Absence("gibbs", "no loss")}
    law = Prediction("fokker-planck", (edges(),), np.full(200, 1 / 200), entropy_production=3.0)
    comparisons, predictions = judged(law, [law])
    kept = {"settled": True, "is_sde": True}
    assert verdict(comparisons, predictions, absent, **kept).text == "equilibrium, not gibbs"
    assert verdict(comparisons, predictions, absent, periodic=True, **kept).text == "nonequilibrium"
    assert verdict(comparisons, predictions, absent, momentum=0.9, **kept).text == "nonequilibrium"


def test_undecided_where_the_sample_or_the_predictions_do_not_say():
    few, predictions = judged(CHAIN, [GIBBS, CHAIN], n=20)
    v = verdict(few, predictions, {}, settled=True)
    assert v.text == "undecided"
    assert "times more would tell" in v.why
    comparisons, predictions = judged(CHAIN, [GIBBS, CHAIN])
    assert verdict(comparisons, predictions, {}, settled=True, dimension=2).text == "undecided"
    assert verdict({}, predictions, {}, settled=True).text == "undecided"


@pytest.mark.parametrize("production", [0.0, 1e-9])
def test_the_error_of_a_grid_is_no_current(production):
    still = gaussian("fokker-planck", 0.1 / 1.9, entropy_production=production, relaxation_time=1.0)
    comparisons, predictions = judged(CHAIN, [GIBBS, still])
    v = verdict(comparisons, predictions, {}, settled=True, is_sde=True, dimension=2, isotropic=False)
    assert v.text == "equilibrium, not gibbs"
    assert "no one temperature" in v.why


NOT_NORMALISABLE = {"fokker-planck": Absence("fokker-planck", "not normalisable", "it does not die out")}


def test_what_stands_still_does_not_spread():
    still = Motion(still=True, steps=1000, walkers=4096)
    v = verdict({}, {}, NOT_NORMALISABLE, settled=True, is_sde=True, motion=still)
    assert v.text == "undecided"
    assert "stand still" in v.why
    assert "for ever" not in v.why
    moving = Motion(still=False, steps=1000, walkers=4096)
    assert (
        verdict({}, {}, NOT_NORMALISABLE, settled=None, is_sde=True, motion=moving).text
        == "no stationary law"
    )


@pytest.mark.parametrize("reason", ["not found", "too costly", "not one- or two-dimensional", "unsettled"])
def test_a_method_that_failed_shows_nothing(reason):
    for is_sde in (False, True):
        absent = {name: Absence(name, reason) for name in ("transfer", "fokker-planck", "gibbs")}
        for still in (None, False, True):
            v = verdict(
                {},
                {},
                absent,
                settled=still,
                is_sde=is_sde,
                motion=Motion(still=still, steps=9, walkers=9),
            )
            assert v.text != "no stationary law"
            assert v.text == "undecided" or reason not in ("not found", "too costly")


def test_of_a_chain_the_sdes_integral_counts_only_beside_averages_that_move():
    for still, said in ((False, "no stationary law"), (None, "undecided"), (True, "undecided")):
        motion = Motion(still=still, steps=1000, walkers=4096)
        absent = {**NOT_NORMALISABLE, "transfer": Absence("transfer", "not found")}
        assert verdict({}, {}, absent, settled=still, motion=motion).text == said


def test_a_stable_linear_system_has_a_law_whatever_else_is_said():
    linear = gaussian("gaussian", 0.1, entropy_production=3.0, relaxation_time=2.0)
    absent = {**NOT_NORMALISABLE, "gibbs": Absence("gibbs", "no loss")}
    v = verdict({}, {"gaussian": linear}, absent, settled=True, is_sde=True, dimension=2)
    assert v.text == "nonequilibrium"


def test_a_predicted_loss_that_nobody_suffered_is_no_proof():
    leaking = {"transfer": gaussian("transfer", 0.1, survival_loss=0.003)}
    kept = Motion(still=True, lost=0.0, steps=5000, walkers=4096)
    assert verdict({}, leaking, {}, settled=True, motion=kept).text == "undecided"
    gone = Motion(still=True, lost=0.9, steps=5000, walkers=4096)
    assert verdict({}, leaking, {}, settled=True, motion=gone).text == "no stationary law"


def test_all_have_arrived():
    v = verdict({}, {}, {}, settled=False, motion=Motion(arrived=True))
    assert v.text == "undecided"
    assert v.why.startswith("Converged")


@pytest.mark.parametrize(
    ("shares", "text", "said"),
    [
        ((0.9, 0.0, 0.0), "undecided", "at dt = 0.025 fewer"),
        ((0.05, 0.03, 0.015), "undecided", "The scheme is unstable"),
        ((0.05, 0.05, 0.051), "no stationary law", "escape for good"),
        ((0.01, 0.009, 0.008), "undecided", "to tell whether"),
    ],
)
def test_losses_of_the_scheme_and_of_the_equation(shares, text, said):
    losses = Losses((0.1, 0.025, 0.00625), shares, 4096)
    motion = Motion(lost=shares[0], rate=1e-5, losses=losses, steps=1000, walkers=4096)
    v = verdict({}, {}, {}, settled=True, is_sde=True, escaping=True, motion=motion)
    assert (v.text, said in v.why) == (text, True)


def test_the_trend_of_the_losses_tells_a_dt():
    """A loss that falls as the square root of dt: a share of a thousandth at dt/100."""
    losses = Losses((0.1, 0.025, 0.00625), (0.01, 0.005, 0.0025), 4096)
    assert losses.stable_dt == pytest.approx(0.001)
    assert Losses((0.1, 0.00625), (0.01, 0.0099), 4096).stable_dt is None


def test_beyond_a_noise_without_a_mean_nobody_has_escaped():
    v = verdict({}, {}, {}, settled=True, escaping=True, far_noise=True, motion=Motion(lost=0.5))
    assert v.text == "undecided"
    assert "so heavy a tail" in v.why


def test_constant_noise_in_three_dimensions_has_no_current():
    comparisons, predictions = judged(CHAIN, [GIBBS, CHAIN])
    known = {"settled": True, "dimension": 3, "eta": 0.1}
    v = verdict(comparisons, predictions, {}, variance_range=(1.0, 1.0), **known)
    assert v.text == "equilibrium, not gibbs"
    assert "η = 0.1 is too long" in v.why
    assert (
        verdict(comparisons, predictions, {}, variance_range=(1.0, 1.0), isotropic=False, **known).text
        == "undecided"
    )
    assert verdict(comparisons, predictions, {}, variance_range=(0.9, 1.0), **known).text == "undecided"


def test_reshuffling_is_not_a_step_too_long():
    fokker_planck = gaussian("fokker-planck", 0.05, entropy_production=0.0)
    comparisons, predictions = judged(CHAIN, [GIBBS, CHAIN, fokker_planck])
    v = verdict(
        comparisons,
        predictions,
        {},
        settled=True,
        eta=0.1,
        variance_range=(1.0, 1.0),
        reshuffled=True,
    )
    assert "Every epoch visits each example once" in v.why
    assert "too long" not in v.why


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_a_current_is_judged_by_what_it_makes_in_a_relaxation_time_not_in_a_unit_of_t(unit):
    """A hundredth of a nat in each relaxation time is a current, a millionth is the error of a grid."""
    for produced, text in ((1e-2, "nonequilibrium"), (1e-6, "equilibrium, not gibbs")):
        law = gaussian("fokker-planck", 0.1 / 1.9, entropy_production=produced / unit)
        comparisons, predictions = judged(CHAIN, [GIBBS, law])
        v = verdict(
            comparisons, predictions, {}, settled=True, is_sde=True, dimension=2, relaxation_time=unit
        )
        assert v.text == text
