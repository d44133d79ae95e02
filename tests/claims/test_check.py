import pytest

from sgdtui import run
from sgdtui.claims.check import check, problems
from sgdtui.claims.names import TOP, first_names
from sgdtui.expression import constant
from sgdtui.model.experiment import Expectation, Experiment, Variant
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.preset.load import load
from tests.claims.results import result


def experiment(*expect, variants=()):
    system = GradientSystem(Loss(constant(0.0)), Noise((constant(1.0),)))
    return Experiment(system, expect=expect, variants=variants, observe=(("left", constant(1.0)),))


def one(expectation, document=None, **options):
    (claim,) = check(experiment(expectation), document or result(), **options)
    return claim


def test_a_number_within():
    claim = one(Expectation("left", 0.752, within=0.003))
    assert claim.holds is True
    assert claim.measured == 0.75
    assert claim.se == 0.004
    assert claim.z == pytest.approx(-0.5)
    assert one(Expectation("left", 0.754, within=0.003)).holds is False


def test_a_number_without_within_is_exact():
    assert one(Expectation("lost", 0)).holds is True
    assert one(Expectation("lost", 1)).holds is False
    assert one(Expectation("left", 0.7500001)).holds is False


def test_texts_and_truth_values():
    assert one(Expectation("verdict", "equilibrium, not gibbs")).holds is True
    assert one(Expectation("verdict", "gibbs")).holds is False
    assert one(Expectation("gibbs.agrees", False)).holds is True
    assert one(Expectation("gibbs.agrees", 0.0, within=0.1)).holds is False
    assert one(Expectation("left", True)).holds is False


def test_what_is_null_or_missing_fails_and_says_why():
    assert one(Expectation("gibbs.w1", 0.0, within=10)).holds is False
    claim = one(Expectation("lefft", 0.75, within=1))
    assert claim.holds is False
    assert "did you mean left" in claim.problem
    assert "problem" in claim.document()


def test_at_a_time_of_the_series():
    assert one(Expectation("left", 0.2, within=1e-9, at=0.5)).se == 0.01
    assert one(Expectation("left", 0.2, within=1e-9, at=0.54)).holds is True  # within half a step of .1
    assert one(Expectation("left", 0.3, within=1e-9, at=0.75)).holds is True  # between two records
    assert one(Expectation("mean[0]", 3.0, within=1e-9, at=0.75)).se == pytest.approx(0.2)
    assert one(Expectation("gibbs.tv", 0.9, within=1e-9, at=0.1)).holds is True
    assert one(Expectation("covariance[1][1]", 1.0, within=1e-9, at=1.0)).holds is True
    outside = one(Expectation("left", 0.2, within=1, at=2.0))
    assert outside.holds is False
    assert "from 0.1 to 1" in outside.problem


def test_in_a_variant():
    other = result(observables={"left": {"value": 0.6, "se": 0.01}})
    document = result(variants={"anti_ito": other})
    claim = one(Expectation("left", 0.6, within=0.01, variant="anti_ito"), document)
    assert claim.holds is True
    assert claim.document()["variant"] == "anti_ito"
    assert one(Expectation("left - variants.anti_ito.left", 0, variant="anti_ito"), document).holds is True
    assert one(Expectation("left", 0.2, within=1e-9, at=0.5, variant="anti_ito"), document).holds is True
    assert one(Expectation("left", 0.6, within=1, variant="none"), document).problem


def test_while_a_run_goes_on():
    live = {"final": False}
    assert one(Expectation("gibbs.w1", 0.0, within=1), **live).holds is None
    assert one(Expectation("left", 0.75, within=0.001), **live).holds is True
    assert one(Expectation("left", 0.76, within=0.001), **live).holds is None  # 2.25 errors beyond
    assert one(Expectation("left", 0.9, within=0.001), **live).holds is False
    assert one(Expectation("verdict", "gibbs"), result(verdict="undecided"), **live).holds is None
    moving = result(settings={**result()["settings"], "settled": False})
    assert one(Expectation("left", 0.9, within=0.001), moving, **live).holds is None
    assert one(Expectation("left", 0.75, within=0.001), moving, **live).holds is None
    assert one(Expectation("fokker-planck.left", 0.9, within=0.001), moving, **live).holds is False


def test_a_first_passage_is_known_when_all_have_arrived():
    live = {"final": False}
    unsettled = {**result()["settings"], "settled": False}
    passage = {
        "mean_steps": 200.0,
        "mean_time": 20.0,
        "se_steps": 3.0,
        "fraction": 1.0,
        "predicted_time": 21.0,
    }

    def arrived(fraction):
        return result(settings=unsettled, first_passage={**passage, "fraction": fraction})

    mean, all_of_them = (
        Expectation("first_passage.mean_time", 20, within=1),
        Expectation("fraction", 1, within=1e-4),
    )
    assert one(mean, arrived(1.0), **live).holds is True
    assert one(mean, arrived(0.6), **live).holds is None
    assert one(Expectation("first_passage.fraction", 1, within=1e-4), arrived(0.6), **live).holds is None
    assert one(Expectation("first_passage.fraction", 1, within=1e-4), arrived(1.0), **live).holds is True
    assert one(Expectation("first_passage.fraction", 0, within=1e-7), arrived(0.0), **live).holds is True
    assert (
        one(Expectation("first_passage.predicted_time", 21, within=1e-7), arrived(0.6), **live).holds is True
    )
    assert one(all_of_them, arrived(0.6), **live).holds is None
    documents = result(settings=unsettled, variants={"cold": arrived(1.0), "cool": arrived(0.3)})
    assert one(Expectation("cold.first_passage.mean_time/2", 10, within=1), documents, **live).holds is True
    assert one(Expectation("cool.first_passage.mean_time/2", 10, within=1), documents, **live).holds is None


def test_problems_are_found_without_running():
    bad = experiment(
        Expectation("left +", 1.0),
        Expectation("left", 1.0, variant="b"),
        Expectation("left", 1.0, variant="a"),
        Expectation("2*lefft", 1.0),
        Expectation("gibs.tv", 1.0),
        Expectation("a.left - fokker-planck.left + fokker_planck.tv + eta", 1.0),
        variants=(Variant("a", ()),),
    )
    found = problems(bad)
    assert [expectation.that for expectation, _ in found] == ["left +", "left", "2*lefft", "gibs.tv"]
    assert found[0][1].offset == 6
    assert (found[2][1].offset, found[2][1].suggestion) == (2, "left")
    assert "did you mean gibbs?" in str(found[3][1])


@pytest.mark.parametrize("preset", ["stationary-law", "carousel", "escape"])
def test_the_names_known_beforehand_are_those_of_a_result(preset):
    document = run(preset, walkers=256, steps=20, burn_in=0).document()
    known = first_names(load(preset))
    assert set(document) == set(TOP)
    for section in ("settings", "first_passage", "flow", "predictions", "observables"):
        assert set(document[section] or ()) <= set(known), section
