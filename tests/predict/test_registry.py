"""One more prediction is one entry: it is in the JSON, the comparisons, the text, the claims and the app's choice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from sgdtui.claims.check import check
from sgdtui.cli.report import report
from sgdtui.lab.allowance import Allowance
from sgdtui.lab.predictions import bin_edges, foresee
from sgdtui.lab.run import run
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.question import Question
from sgdtui.predict.registry import PREDICTIONS, PredictionKind, in_turn, on_its_way
from sgdtui.preset.load import build
from sgdtui.tui.draw.curves import PATTERNS
from sgdtui.tui.draw.predictions import ink_of, label_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.view import View

PRESET = {
    "loss": "x**2/2",
    "dynamics": {"eta": 0.1},
    "space": {"domain": [[-1, 1]]},
    "run": {"walkers": 512, "burn_in": 100, "steps": 100},
}


def flat(question: Question) -> Prediction | Absence:
    """Every bin as likely as any other."""
    (edges,) = question.edges
    bins = len(edges) - 1
    return Prediction(
        "flat-law", question.edges, np.full(bins, 1 / bins), mean=np.zeros(1), covariance=np.eye(1) / 3
    )


def kind(**changes: object) -> PredictionKind:
    words = {"name": "flat-law", "label": "the flat law", "short": "flat", "said": "the flat law"}
    return PredictionKind(**{**words, "role": "FURTHER_1", "line": "sparse", "law": flat, **changes})  # type: ignore[arg-type]


@pytest.fixture
def dummy() -> Iterator[None]:
    PREDICTIONS.add(kind())
    yield
    PREDICTIONS.remove("flat-law")


@pytest.mark.usefixtures("dummy")
def test_a_registered_prediction_is_everywhere() -> None:
    result = run(build(PRESET), threads=1)
    told = result.document()
    assert list(told["predictions"]) == ["gibbs", "fokker-planck", "transfer", "gaussian", "flat-law"]
    assert told["predictions"]["flat-law"]["agrees"] is False
    # The normal law of variance .1/1.9 is above 1/2 where |x| < .3623, and has .8857 there; four standard errors.
    assert result.comparisons["flat-law"].distances.tv == pytest.approx(0.8857 - 0.3623, abs=0.02)
    assert "  the flat law " in report(told)
    (claim,) = check(build({**PRESET, "expect": [{"that": "flat-law.mean[0]", "is": 0}]}), told)
    assert claim.holds
    view = View(result.snapshot)
    assert view.drawable() == ["gibbs", "fokker-planck", "transfer", "gaussian", "flat-law"]
    assert (label_of("flat-law"), ink_of("flat-law")) == ("the flat law", Role.FURTHER_1)


def test_it_is_gone_when_it_is_removed() -> None:
    assert "flat-law" not in PREDICTIONS
    told = run(build(PRESET), threads=1).document()
    assert list(told["predictions"]) == ["gibbs", "fokker-planck", "transfer", "gaussian"]


@pytest.fixture
def experiment() -> Experiment:
    return build(PRESET)


def with_one(one: PredictionKind, experiment: Experiment) -> tuple[dict[str, Prediction], dict[str, Absence]]:
    PREDICTIONS.add(one)
    try:
        *_, found = foresee(experiment, bin_edges(experiment), Allowance(5.0))
    finally:
        PREDICTIONS.remove(one.name)
    return found.predictions, found.absences


def test_what_is_too_dear_is_not_begun(experiment: Experiment) -> None:
    def never_called(question: Question) -> Prediction:
        raise AssertionError(question)

    there, absent = with_one(kind(cost=lambda _: 7200.0, law=never_called), experiment)
    assert "flat-law" not in there
    assert absent["flat-law"].reason == "too costly"
    assert "the flat law would take about 7.2e+03 s of one core" in absent["flat-law"].detail


def test_what_does_not_apply_is_neither_there_nor_absent(experiment: Experiment) -> None:
    there, absent = with_one(kind(applies=lambda _: False), experiment)
    assert "flat-law" not in {*there, *absent}


def test_what_needs_another_law_comes_after_it(experiment: Experiment) -> None:
    seen: list[str] = []

    def law(question: Question) -> Prediction | Absence:
        seen.extend(question.laws)
        return flat(question)

    with_one(kind(law=law, needs=lambda _: ("transfer",), late=True), experiment)
    assert "transfer" in seen
    average = build({**PRESET, "temperature": "average"})
    assert [k.name for k in in_turn(average, late=False)] == ["fokker-planck", "gibbs", "gaussian"]


def test_names_are_taken_once() -> None:
    with pytest.raises(ValueError, match="a prediction named 'gibbs' already"):
        PREDICTIONS.add(kind(name="gibbs"))


def test_every_prediction_can_be_drawn() -> None:
    for one in PREDICTIONS:
        assert one.role in Role.__members__
        assert one.line in PATTERNS
        assert len(one.label) <= 16
        assert len(one.short) <= 7


def test_the_law_on_its_way_is_the_process_s_own(experiment: Experiment) -> None:
    of_chain, of_sde = on_its_way(experiment), on_its_way(build({**PRESET, "dynamics": {"kind": "sde"}}))
    assert of_chain is not None
    assert of_sde is not None
    assert (of_chain[0], of_sde[0]) == ("transfer", "fokker-planck")
