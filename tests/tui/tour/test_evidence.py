"""Claims are held against the runs that they name, and wait for those that were not looked at."""

from __future__ import annotations

from typing import Any

from sgdtui.model.experiment import Experiment
from sgdtui.preset.load import load_text
from sgdtui.tui.tour.evidence import OWN, Evidence, same_run

PRESET = """
title: Two runs
loss: "x**2/2"
dynamics: {kind: sde, eta: 0.2, dt: 0.02}
observe: {left: "x < 0"}
variants:
  fine: {dynamics.dt: 0.01}
  warm-start: {start.at: [1]}
expect:
  - {that: left, is: 0.5, within: 0.01}
  - {that: "2*fine.left - left", is: 0.5, within: 0.01}
  - {that: left, is: 0.4, within: 0.01, variant: warm-start}
  - {that: verdict, is: gibbs}
"""


def preset() -> Experiment:
    return load_text(PRESET, name="two")


def document(left: float, verdict: str = "gibbs") -> dict[str, Any]:
    return {
        "settings": {"settled": True},
        "observables": {"left": {"value": left, "se": 0.001}},
        "verdict": verdict,
    }


def standing(evidence: Evidence) -> dict[tuple[str, str], tuple[bool | None, tuple[str, ...]]]:
    return {(c.run, c.claim.that): (c.claim.holds, c.waits) for c in evidence.claims()}


def test_before_any_run_everything_waits() -> None:
    assert standing(Evidence(preset())) == {
        (OWN, "left"): (None, (OWN,)),
        (OWN, "verdict"): (None, (OWN,)),
        ("fine", "2*fine.left - left"): (None, ("fine", OWN)),
        ("warm-start", "left"): (None, ("warm-start",)),
    }


def test_own_run_ticks_what_needs_no_other() -> None:
    shown = standing(Evidence(preset()).seen(OWN, document(0.503)))
    assert shown[OWN, "left"] == (True, ())
    assert shown[OWN, "verdict"] == (True, ())
    assert shown["fine", "2*fine.left - left"] == (None, ("fine",))
    assert shown["warm-start", "left"] == (None, ("warm-start",))


def test_what_several_runs_show_together_is_checked_once_all_were_seen() -> None:
    evidence = Evidence(preset()).seen(OWN, document(0.52)).seen("fine", document(0.51))
    shown = standing(evidence)
    assert shown["fine", "2*fine.left - left"] == (True, ())
    assert shown[OWN, "left"][0] is False, "0.52 is twenty standard errors away"


def test_a_claim_that_fails_is_crossed_and_the_latest_document_counts() -> None:
    evidence = Evidence(preset()).seen("warm-start", document(0.6))
    assert standing(evidence)["warm-start", "left"] == (False, ())
    assert standing(evidence.seen("warm-start", document(0.401)))["warm-start", "left"] == (True, ())


def test_a_deviation_that_may_be_chance_is_not_yet_known() -> None:
    assert standing(Evidence(preset()).seen(OWN, document(0.512)))[OWN, "left"] == (None, ())


def test_runs_are_the_variants_with_the_claims_times_kept() -> None:
    evidence = Evidence(preset())
    assert evidence.runs == (OWN, "fine", "warm-start")
    fine = evidence.run_of("fine")
    assert fine.dynamics.dt == 0.01
    assert fine.expect == evidence.experiment.expect


def test_same_run_sees_every_change_that_a_claim_depends_on() -> None:
    from sgdtui.preset.change import changed

    evidence = Evidence(preset())
    own = evidence.experiment
    assert same_run(own, changed(own, {"run.seed": 7}))
    assert not same_run(own, changed(own, {"eta": 0.1}))
    assert not same_run(own, evidence.run_of("fine"))
    assert not same_run(own, evidence.run_of("warm-start"))
    assert not same_run(own, changed(own, {"noise": "2"}))
    assert same_run(own, changed(changed(own, {"eta": 0.1}), {"eta": 0.2}))
