"""What the screen says of what was typed, undecided, remembered or turned: never of what was there before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sgdtui.compare.comparison import Verdict
from sgdtui.model.experiment import Expectation
from sgdtui.model.parameter import Parameter
from sgdtui.predict.prediction import Absence
from sgdtui.preset import library
from sgdtui.preset.load import load
from sgdtui.tui.controller.claim_lines import claims_apply, lines_of
from sgdtui.tui.controller.dial_list import dials_of, turned
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import formula
from sgdtui.tui.draw.scale import parenthesised, percent
from sgdtui.tui.glossary import TERMS, page
from sgdtui.tui.panels.claims import draw_claims
from sgdtui.tui.panels.decider import decider_of
from sgdtui.tui.panels.loss import LossList
from sgdtui.tui.panels.status import draw_status
from sgdtui.tui.panels.try_next import draw_try_next
from sgdtui.tui.panels.verdict import why_of
from sgdtui.tui.panels.verdict_row import draw_verdict_line
from sgdtui.tui.screens.commands import ABOUT, first_sentence
from sgdtui.tui.tour.claims import _value
from sgdtui.tui.view import View
from tests.tui import synthetic
from tests.tui.stage import LOSSES, staged


def test_a_typed_loss_is_not_described_by_another() -> None:
    losses = LossList()
    losses.offer(LOSSES, "double-well", "")
    assert losses.selected == 1
    losses.offer(LOSSES, "", "x**4/4 + .3*cos(6*x)")
    assert losses.selected == -1, "none of the list is selected, so none is described"
    canvas = Canvas(40, 12)
    losses.paint(canvas)
    assert not any(choice.about in "\n".join(canvas.lines) for choice in LOSSES)


async def test_what_was_typed_stands_under_its_panels_title_and_the_title_says_changed() -> None:
    async with staged(synthetic.double_well()) as stage:
        assert "changed" not in stage.lines()[0]
        stage.bench.change({"loss": "x**4/4 + .3*cos(6*x)"})
        await stage.settle()
        assert "x⁴/4 + .3·cos(6·x)" in stage.text.replace("0.3", ".3")
        assert " · changed" in stage.lines()[0]
        await stage.press("u")
        assert "changed" not in stage.lines()[0]


async def test_undo_and_redo() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("plus")
        assert stage.bench.experiment is not None
        turned_to = stage.bench.experiment.dynamics.eta
        await stage.press("u")
        assert stage.bench.experiment.dynamics.eta == 0.2
        await stage.press("U")
        assert stage.bench.experiment.dynamics.eta == turned_to
        await stage.press("u", "minus", "U")
        assert stage.bench.experiment.dynamics.eta < 0.2, "a new change leaves nothing to redo"


def test_a_resumed_run_knows_that_its_dials_were_turned() -> None:
    """A checkpoint holds the preset with its dials as they stand; what they were goes with it."""
    from sgdtui.preset.change import changed
    from sgdtui.preset.load import load, load_text
    from sgdtui.preset.write import to_yaml

    given = load("double-well-tanh")
    assert claims_apply(given)
    now = changed(given, {"eta": 0.1, "r": 0.3})
    initials = turned(now)
    assert initials == {"eta": 0.2, "r": 0.5}
    resumed = load_text(to_yaml(now), name=now.name)
    kept = json.loads(json.dumps(initials))
    assert not claims_apply(resumed, kept)
    assert turned(resumed, kept) == initials, "and so does one that is resumed twice"
    assert claims_apply(changed(resumed, {"eta": 0.2, "r": 0.5}), kept)


def test_no_two_dials_are_called_the_same() -> None:
    experiment = synthetic.double_well_experiment()
    sde = replace(experiment, parameters=(*experiment.parameters, Parameter("a", 1.0, 0.0, 2.0)))
    labels = [dial.label for dial in dials_of(sde)]
    assert len(labels) == len(set(labels)), labels
    assert {"a", "convention"} <= set(labels)
    for name in library.names("experiment"):
        from sgdtui.preset.load import load

        labels = [dial.label for dial in dials_of(load(f"experiment/{name}"))]
        assert len(labels) == len(set(labels)), (name, labels)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"normal": {"mean": [0.0], "sd": 1.0}}, "normal mean 0 sd 1"),
        ({"at": [0, 0.25]}, "at 0 0.25"),
        (0.5, "0.5"),
    ],
)
def test_a_change_of_a_variant_is_in_words(value: object, said: str) -> None:
    assert _value(value) == said


def test_a_long_name_never_touches_its_number() -> None:
    snapshot = synthetic.double_well()
    experiment = replace(snapshot.experiment, expect=())
    observed = {"mean_of_w_intercept_and_more": snapshot.observables["left"]}
    view = View(snapshot=replace(snapshot, experiment=experiment, observables=observed))
    for width in (22, 27, 34):
        canvas = Canvas(width, 6)
        draw_claims(canvas, view)
        assert " .96710 ± .00040" in canvas.lines[1]


def test_claims_are_named_by_coordinates() -> None:
    experiment = replace(
        synthetic.rotating_2d().experiment,
        expect=(
            Expectation("covariance[0][1]", 0.025, 1e-3),
            Expectation("predictions.gaussian.covariance[1][1]", 0.1, 1e-3),
            Expectation("mean[1]", 0.0, 1e-3),
        ),
    )
    assert [line.that for line in lines_of(experiment, None)] == ["cov x y", "gaussian var y", "mean y"]


def _undecided(**changes: object) -> View:
    snapshot = synthetic.double_well()
    verdict = Verdict("undecided", "Not settled: fewer than five relaxation times have passed.")
    return View(snapshot=replace(snapshot, verdict=verdict, **changes))  # type: ignore[arg-type]


def test_undecided_says_what_would_decide_it_and_which_key_does_it() -> None:
    view = _undecided(settled=False, relaxation_time=400.0)
    decider = decider_of(view)
    assert decider is not None
    assert decider.changes == {"burn_in": 400_000}, "five relaxation times of 400 in steps of .005"
    canvas = Canvas(120, 1)
    draw_verdict_line(canvas, view)
    assert "UNDECIDED" in canvas.lines[0]
    assert "400 k steps of burn-in would decide" in canvas.lines[0]
    assert "(d does it)" in canvas.lines[0]
    assert why_of(view).count("Not settled") == 1


def test_too_few_samples_are_waited_for_or_made_more() -> None:
    snapshot = synthetic.double_well()
    gibbs = replace(snapshot.comparisons["gibbs"], agrees=None, more_samples=3.0)
    comparisons = {**snapshot.comparisons, "gibbs": gibbs}
    soon = decider_of(_undecided(settled=True, comparisons=comparisons, seconds=10.0))
    assert soon is not None
    assert not soon.changes
    assert "about 20 s more" in soon.what
    late = decider_of(_undecided(settled=True, comparisons=comparisons, seconds=500.0))
    assert late is not None
    assert late.changes == {"walkers": 262_144}
    assert decider_of(View(snapshot=snapshot)) is None


def test_beyond_the_plane_no_grid_decides_but_walkers_do() -> None:
    experiment = load({"loss": "x**2/2 + y**2/2 + z**2/2", "noise": "1 + x**2", "variables": ["x", "y", "z"]})
    absences = {"gibbs": Absence("gibbs", "too costly")}
    view = _undecided(settled=True, comparisons={}, absences=absences, experiment=experiment, walkers=65_536)
    decider = decider_of(view)
    assert decider is not None
    assert (
        decider.what
        == "Gibbs is not known here (too costly). More samples would decide: 262 k walkers, or wait"
    )
    assert decider.changes == {"walkers": 262_144}
    many = decider_of(_undecided(settled=True, comparisons={}, experiment=experiment, walkers=1_000_000))
    assert many is not None
    assert many.what == "Only a longer run would decide: let it go on."
    assert not many.changes


def test_in_the_plane_of_a_chain_a_finer_grid_does() -> None:
    snapshot = synthetic.rotating_2d()
    verdict = Verdict("undecided", "")
    experiment = load({"loss": "x**2/2 + y**2/2", "variables": ["x", "y"]})
    chain = replace(snapshot, experiment=experiment, verdict=verdict, settled=True, comparisons={})
    decider = decider_of(View(snapshot=chain))
    assert decider is not None
    assert decider.changes == {"bins": 2 * (snapshot.edges[0].size - 1)}


async def test_the_key_does_it() -> None:
    view = _undecided(settled=False, relaxation_time=50.0)
    assert view.snapshot is not None
    async with staged(view.snapshot) as stage:
        await stage.press("d")
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.run.burn_in == 50_000


def test_every_preset_in_the_palette_is_described_by_its_own_words() -> None:
    said = [entry.about or first_sentence(entry.story) for entry in library.entries("experiment")]
    assert all(said)
    assert len(set(said)) == len(said)
    assert all(len(about) <= ABOUT or entry for about, entry in zip(said, said, strict=True))


async def test_the_palette_has_all_commands() -> None:
    async with staged(synthetic.double_well()) as stage:
        titles = {command.title for command in stage.app.get_system_commands(stage.app.screen)}
        assert {"Compare", "Maximise", "Tour", "Redo", "Jump"} <= titles


def test_the_docs_use_the_glossary_of_the_help() -> None:
    file = Path(__file__).parents[2] / "docs" / "glossary.md"
    assert file.read_text(encoding="utf-8") == page()
    said = " ".join(sign for sign, _ in TERMS)
    for sign in ("F–P", "chain", "kT", "T", "n_eff", "floor", "TV", "KL", "W₁", "J/p", "curl", "Φ", "kind"):
        assert sign in said


async def test_the_help_has_the_glossary() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("question_mark")
        text = stage.app.screen.text(200)  # type: ignore[attr-defined]
        for sign, meaning in TERMS:
            assert f"{sign:<9} {meaning}" in text


@pytest.mark.parametrize(
    ("share", "se", "text"),
    [(0.964, 1e-4, "96.4 %"), (0.9644, 6e-4, "96.44(6) %"), (0.5, None, "50 %"), (4e-4, 1e-5, ".040 %"),
     (1.0, 0.0, "100 %"), (0.036, 0.01, "4(1) %")],
)  # fmt: skip
def test_percentages(share: float, se: float | None, text: str) -> None:
    assert percent(share, se) == text


@pytest.mark.parametrize(
    ("value", "se", "text"),
    [(0.9644, 2e-4, ".9644(2)"), (12.34, 0.4, "12.3(4)"), (0.517, 0.0096, ".52(1)"), (523.0, 40.0, "523(40)"),
     (-0.0246, 0.0036, "-.025(4)"), (1.0, None, "1")],
)  # fmt: skip
def test_errors_in_brackets(value: float, se: float | None, text: str) -> None:
    assert parenthesised(value, se) == text


def test_formulas_are_printed_rather_than_typed() -> None:
    assert formula("h*(x**2 - 1)**2/4") == "h·(x² - 1)²/4"
    assert formula("x**-1 + 2**x + x**0.5") == "x**-1 + 2**x + x**0.5"


async def test_the_distance_is_foretold_before_the_walkers_have_settled() -> None:
    async with staged(synthetic.double_well(phase="settling")) as stage:
        assert "Foretold: Gibbs will be off by TV .51." in stage.lines()[1]
        assert "Gibbs   foretold to be off by TV .51" in stage.text
        assert "chain   foretold to be off by TV .02" in stage.text


async def test_what_to_try_next_is_worked_out() -> None:
    async with staged(synthetic.double_well()) as stage:
        assert "s → 0: back to Gibbs" in stage.text
        assert "TV of Gibbs .51 → 0" in stage.text
        await stage.press("plus")
        assert "back to Gibbs" not in stage.text, "from where the dials stand now nothing is known yet"


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("width", [22, 27, 34])
def test_what_to_try_where_nothing_is_worked_out_is_never_cut(width: int, ascii: bool) -> None:
    canvas = Canvas(width, 3, Look(ascii=ascii))
    draw_try_next(canvas, View(look=canvas.look))
    assert "or" in canvas.lines[1]
    assert canvas.lines[1].rstrip()[-1] == "o", canvas.lines[1]


@pytest.mark.parametrize("remote", [False, True])
def test_the_answer_to_a_key_is_read_beside_a_warning_and_the_facts_give_way(remote: bool) -> None:
    shot = synthetic.double_well()
    view = View(
        shot, notice="not smoothed", title="Colder on the left", walkers=False, remote=remote,
        fps=5, bandwidth=2000, round_trip=0.207,
    )  # fmt: skip
    canvas = Canvas(120, 1)
    draw_status(canvas, view)
    assert "not smoothed" in canvas.lines[0]
    assert "slow link: no walkers" in canvas.lines[0]
    quiet = Canvas(120, 1)
    draw_status(quiet, view.but(notice=""))
    assert "rtt 207 ms" in quiet.lines[0] or not remote
