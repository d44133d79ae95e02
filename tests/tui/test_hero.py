"""The picture has at least half of the rows at every size, and says in words and without colour what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.compare.comparison import Verdict
from sgdtui.expression import parse
from sgdtui.lab.misplaced import Misplaced, Share
from sgdtui.lab.snapshot import Observed, Snapshot
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import percent
from sgdtui.tui.panels.distribution import Distribution
from sgdtui.tui.panels.distribution_line import rows_of
from sgdtui.tui.panels.distribution_maps import WATCHED
from sgdtui.tui.panels.headline import contrast_of, headline_of
from sgdtui.tui.panels.line_labels import part_of
from sgdtui.tui.panels.verdict_row import draw_verdict_line
from sgdtui.tui.screens.laboratory import Laboratory
from sgdtui.tui.view import View
from tests.tui import synthetic
from tests.tui.stage import Stage, staged
from tests.tui.tour.lecture import lecture

SIZES = (
    (60, 20), (60, 24), (60, 30), (60, 60), (72, 20), (79, 35), (80, 20), (80, 24), (80, 30), (90, 50),
    (100, 30), (109, 40), (110, 20), (110, 29), (120, 36), (140, 49), (160, 50), (170, 24), (200, 60), (300, 90),
)  # fmt: skip
"""Twenty, every class of width and height among them."""


def hero_of(stage: Stage) -> Distribution:
    assert isinstance(stage.app.laboratory, Laboratory)
    return stage.app.laboratory.query_one(Distribution)


@pytest.mark.parametrize("scene", ["double-well", "rotating"])
async def test_it_has_half_of_the_rows_at_twenty_sizes(scene: str) -> None:
    snapshot = synthetic.double_well() if scene == "double-well" else synthetic.rotating_2d()
    async with staged(snapshot, SIZES[0]) as stage:
        for width, height in SIZES:
            await stage.pilot.resize_terminal(width, height)
            await stage.settle()
            hero = hero_of(stage)
            assert 2 * hero.size.height >= height, (width, height, hero.size)
            assert hero.box is not None
            assert 4 * hero.box.rows >= height, ("the plot itself has a quarter", width, height, hero.box)
            assert 3 * hero.box.columns >= min(width, 90), (width, height, hero.box)


@pytest.mark.parametrize("page", ["flat-or-quiet", "not-identity"])
async def test_it_has_half_of_the_rows_of_the_tour_at_twenty_sizes(page: str) -> None:
    async with lecture(SIZES[0], page=page) as stage:
        for width, height in SIZES:
            await stage.pilot.resize_terminal(width, height)
            await stage.settle()
            hero = stage.tour.query_one(Distribution)
            assert 2 * hero.size.height >= height, (width, height, hero.size)
            assert hero.box is not None
            assert 4 * hero.box.rows >= height, (width, height, hero.box)


def test_the_plot_has_half_of_the_picture() -> None:
    for height in range(3, 80):
        rows = rows_of(height, landscape=True)
        assert 2 * rows.plot >= height - 1, height
        assert rows.plot + rows.rule + rows.loss + rows.ribbon + rows.ticks == height


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (120, 36), (200, 60)])
@pytest.mark.parametrize("ascii", [False, True])
async def test_a_line_is_understood_without_colour(size: tuple[int, int], ascii: bool) -> None:
    """Which bars are SGD, which line is Gibbs, where the noise is loud, and how far Gibbs is off."""
    async with staged(synthetic.double_well(), size, colour="none", ascii=ascii) as stage:
        text, hero = stage.text, hero_of(stage)
        assert "NOT GIBBS" in stage.lines()[1]
        assert "96.7" in stage.lines()[1]
        assert "50 %" in stage.lines()[1]
        assert "SDE: 9" in text, "the bars are named"
        assert "Gibbs: 50 %" in text, "the line is named"
        assert text.index("quiet .50") < text.index("loud 1.5")
        assert hero.painted is not None
        drawn = "\n".join(hero.painted.lines)
        assert ("#" if ascii else "█") in drawn
        assert drawn.count("o" if ascii else "●") > 3, "walkers"


@pytest.mark.parametrize("ascii", [False, True])
async def test_the_plane_is_understood_without_colour(ascii: bool) -> None:
    async with staged(synthetic.rotating_2d(), (120, 36), colour="none", ascii=ascii) as stage:
        assert "NOT GIBBS, out of equilibrium" in stage.lines()[1]
        assert ".527(4) nats per t; Gibbs says 0." in stage.lines()[1]
        assert "Gibbs: 50" in stage.text
        assert "p(x)" in stage.text
        assert "p(y)" in stage.text


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (120, 36), (200, 60)])
async def test_there_are_arrows_at_forty_places(size: tuple[int, int]) -> None:
    async with staged(synthetic.rotating_2d(), size) as stage:
        stage.lab.show(sample=None)
        await stage.settle()
        hero = hero_of(stage)
        assert hero.painted is not None
        drawn = "".join(hero.painted.lines)
        assert sum(drawn.count(head) for head in "→↗↑↖←↙↓↘·") >= 40


async def test_one_line_at_a_time() -> None:
    async with staged(synthetic.double_well()) as stage:
        seen = []
        for _ in range(4):
            seen.append(stage.view.shown())
            await stage.press("p")
        assert seen == ["gibbs", "fokker-planck", "transfer", None]
        assert stage.view.shown() == "gibbs"
        await stage.press("p")
        assert "Fokker–Planck agrees" in stage.text


async def test_watched_walkers_are_where_the_run_has_them() -> None:
    async with staged(synthetic.rotating_2d(), colour="none") as stage:
        hero = hero_of(stage)
        sample = stage.lab.stored.sample
        assert sample is not None
        assert hero.box is not None
        assert hero.painted is not None
        for x, y in sample[:WATCHED]:
            column = hero.box.column_of(float(x))
            if column is None or not hero.box.bottom <= y <= hero.box.top:
                continue
            down = (hero.box.top - y) / (hero.box.top - hero.box.bottom) * hero.box.rows
            row = hero.box.y + min(hero.box.rows - 1, int(down))
            assert hero.painted.glyph[row, column] == ord("●")


async def test_one_step_is_drawn_from_where_each_walker_was() -> None:
    for snapshot in (synthetic.double_well(), synthetic.rotating_2d()):
        async with staged(snapshot) as stage:
            hero, lab = hero_of(stage), stage.lab
            sample = lab.stored.sample
            assert sample is not None
            lab.show(step=lab.stored.step + 1, sample=sample + 0.1)
            await stage.settle()
            assert hero.memory.before is not None
            assert np.array_equal(hero.memory.before, sample)
            assert hero.painted is not None
            braille = (hero.painted.glyph >= 0x2800) & (hero.painted.ink == Role.WALKER)
            assert braille.any()
            lab.show(step=lab.stored.step + 9, sample=sample)
            await stage.settle()
            assert hero.memory.before is None, "more than a step has gone by"
            braille = (hero.painted.glyph >= 0x2800) & (hero.painted.ink == Role.WALKER)
            assert not braille.any()


async def test_walkers_are_what_a_slow_link_drops_and_it_is_said() -> None:
    async with staged(synthetic.double_well()) as stage:
        laboratory = stage.app.laboratory
        assert isinstance(laboratory, Laboratory)
        laboratory.view = stage.view.but(walkers=False)
        laboratory.refresh_view()
        await stage.settle()
        assert "no walkers" in stage.lines()[0]
        hero = hero_of(stage)
        assert hero.painted is not None
        assert not any("●" in line for line in hero.painted.lines)


def test_a_condition_that_shows_nothing_gives_way_to_a_moment_that_does() -> None:
    snapshot = synthetic.rotating_2d()
    half = parse("x > 0", names={"x"})
    gibbs = replace(
        snapshot.predictions["gibbs"], observables={"right": 0.5}, covariance=np.diag([0.0278, 0.3])
    )
    told = replace(
        snapshot,
        experiment=replace(snapshot.experiment, observe=(("right", half),)),
        observables={"right": Observed(0.502, 0.001)},
        predictions={**snapshot.predictions, "gibbs": gibbs},
        verdict=Verdict("equilibrium, not gibbs", "Σ is constant, and so on: with numbers."),
    )
    headline = headline_of(View(snapshot=told))
    assert headline.sentence == "The variance of y is .1026(1); Gibbs says .300."


def test_a_current_that_only_the_order_of_places_shows_is_called_measured() -> None:
    """And where the entropy that is produced is known, that is told instead."""
    found = Asymmetry(statistic=123.4, freedom=36, p_value=1e-9, lag=4, bound=0.3, turning=0.3, slight=False)
    turning = replace(
        synthetic.double_well(), verdict=Verdict("nonequilibrium", "."), asymmetry=found, flow=None
    )
    told = headline_of(View(snapshot=turning))
    assert told.addition == ", out of equilibrium (measured)"
    assert told.sentence.startswith(
        "The cloud turns: the order of places in time shows it (T² = 123, by chance 36)"
    )
    known = replace(synthetic.rotating_2d(), verdict=Verdict("nonequilibrium", "."), asymmetry=found)
    assert "measured" not in headline_of(View(snapshot=known)).addition


def test_half_a_reason_is_not_told() -> None:
    snapshot = synthetic.double_well()
    long = "Σ is constant, so the SDE says Gibbs, but the step η = 0.5 is too long for the SDE limit: TV .2."
    view = View(snapshot=replace(snapshot, verdict=Verdict("equilibrium, not gibbs", long)))
    narrow, wide = Canvas(120, 1), Canvas(200, 1)
    draw_verdict_line(narrow, view)
    draw_verdict_line(wide, view)
    assert "constant" not in narrow.lines[0]
    assert "too long for the SDE limit." in wide.lines[0]


def narrow_difference() -> Snapshot:
    """Nothing observed tells much: the sentence speaks of an interval in the middle, Gibbs has more on both sides."""
    snapshot = synthetic.double_well()
    more, fewer = Share(-0.82, 0.84, 0.408, 1e-6, 0.356), Share(0.84, None, 0.273, 5e-4, 0.309)
    found = {**snapshot.misplaced, "gibbs": Misplaced(more, fewer)}
    experiment = replace(snapshot.experiment, observe=())
    return replace(snapshot, experiment=experiment, misplaced=found)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (120, 36), (200, 60)])
@pytest.mark.parametrize("scene", [synthetic.double_well, narrow_difference])
async def test_labels_and_sentence_tell_the_same_numbers_of_the_same_part(
    size: tuple[int, int], scene: Callable[[], Snapshot]
) -> None:
    snapshot = scene()
    contrast = contrast_of(snapshot, "gibbs")
    assert contrast is not None
    measured = percent(contrast.share.measured, contrast.share.se)
    says = percent(contrast.share.predicted)
    async with staged(snapshot, size, colour="none") as stage:
        assert measured in stage.lines()[1]
        assert says in stage.lines()[1]
        hero = hero_of(stage)
        assert hero.painted is not None
        drawn = "\n".join(hero.painted.lines)
        told = re.findall(r"[\d.]+(?:\(\d+\))? %", drawn)
        assert sorted(told) == sorted([measured, says]), "these two percentages and no other"
        if "here" in drawn.replace(" % here", ""):
            assert hero.box is not None
            rule = next(line for line in hero.painted.lines if "━" in line)
            part = part_of(snapshot, contrast, hero.box)
            begin, end = hero.box.x + int(part.argmax()), hero.box.x + len(part) - int(part[::-1].argmax())
            assert (rule.index("━"), rule.rindex("━") + 1) == (begin, end)


async def test_labels_keep_apart() -> None:
    async with staged(narrow_difference(), colour="none") as stage:
        hero = hero_of(stage)
        assert hero.painted is not None
        places = hero.painted.labelled
        assert len(places) == 2
        for one, (x, y, cells, rows) in enumerate(places):
            for left, upper, wide, high in places[one + 1 :]:
                beside = left >= x + cells + 3 or x >= left + wide + 3
                assert beside or upper > y + rows or y > upper + high, places


async def test_in_ascii_the_loss_is_not_drawn_like_the_prediction() -> None:
    async with staged(synthetic.double_well(), colour="none", ascii=True) as stage:
        hero = hero_of(stage)
        assert hero.painted is not None
        loss = hero.painted.glyph[hero.painted.ink == Role.LOSS]
        line = hero.painted.glyph[hero.painted.ink == Role.GIBBS]
        assert loss.size > 20
        assert set(loss.tolist()) == {ord(".")}
        assert ord("*") in line


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize(
    "produced", [Observed(0.527, 0.004), Observed(1234.5, 0.4), Observed(1.2e-7, 1e-9), Observed(0.0, None)]
)
async def test_the_sentence_of_a_plane_that_turns_fits(size: tuple[int, int], produced: Observed) -> None:
    snapshot = synthetic.rotating_2d()
    assert snapshot.flow is not None
    snapshot = replace(snapshot, flow=replace(snapshot.flow, entropy_production=produced))
    async with staged(snapshot, size) as stage:
        said = stage.lines()[1]
        assert "nats per t" in said
        assert said.rstrip().endswith(("Gibbs says 0.", "Gibbs 0."))


@pytest.mark.parametrize("width", [60, 66, 72, 80, 100, 120])
@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("low", [-0.84, None])
def test_the_sentence_never_loses_a_number(width: int, ascii: bool, low: float | None) -> None:
    """An interval and an error that take much room: words give way first, then the interval, the numbers never."""
    snapshot = narrow_difference()
    share = Share(low, 0.819, 0.4071, 6e-4, 0.356)
    found = {**snapshot.misplaced, "gibbs": Misplaced(share, snapshot.misplaced["gibbs"].fewer)}
    view = View(snapshot=replace(snapshot, misplaced=found), look=Look(ascii=ascii))
    canvas = Canvas(width, 1, view.look)
    draw_verdict_line(canvas, view)
    assert "NOT GIBBS" in canvas.lines[0]
    assert "40.71(6) %" in canvas.lines[0]
    assert "35.6 %." in canvas.lines[0]
    assert "x < .82" in canvas.lines[0] or "x < .819" in canvas.lines[0]


def test_the_sentence_of_a_moment_never_loses_a_number() -> None:
    snapshot = synthetic.rotating_2d()
    gibbs = replace(snapshot.predictions["gibbs"], covariance=np.diag([0.0278, 0.3]))
    verdict = Verdict("equilibrium, not gibbs", "Because.")
    told = replace(snapshot, predictions={**snapshot.predictions, "gibbs": gibbs}, verdict=verdict)
    for width in range(60, 130):
        canvas = Canvas(width, 1)
        draw_verdict_line(canvas, View(snapshot=told))
        assert re.search(r"\d\(\d+\)", canvas.lines[0]), canvas.lines[0]
        assert re.search(r"Gibbs(?: says|:) [\d.]+\.(?: |$)", canvas.lines[0]), canvas.lines[0]
