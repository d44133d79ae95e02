"""A plane without colour: shades, contours, arrows and walkers stand apart by shape, and a key says which is what."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.tui.draw.roles import Role
from sgdtui.tui.panels.distribution import Distribution
from sgdtui.tui.screens.laboratory import Laboratory
from tests.tui import synthetic
from tests.tui.stage import Stage, staged

SIZES = [(60, 20), (80, 24), (100, 30), (120, 36), (200, 60)]
ARROWS = {True: set("<>^v-|."), False: set("→↗↑↖←↙↓↘─│╱╲·")}
SHADES = {True: set(".:%#"), False: set("░▒▓")}
HEADS = {True: "<>^v", False: "→↗↑↖←↙↓↘"}


def hero_of(stage: Stage) -> Distribution:
    assert isinstance(stage.app.laboratory, Laboratory)
    return stage.app.laboratory.query_one(Distribution)


def drawn(stage: Stage, role: Role) -> set[str]:
    """The characters of the map in an ink."""
    hero = hero_of(stage)
    assert hero.painted is not None
    assert hero.box is not None
    box = hero.box
    part = (slice(box.y, box.y + box.rows), slice(box.x, box.x + box.columns))
    found = hero.painted.glyph[part][hero.painted.ink[part] == role]
    return {chr(c) for c in found.tolist()} - {" "}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ascii", [False, True])
async def test_each_kind_has_its_own_shape(size: tuple[int, int], ascii: bool) -> None:
    async with staged(synthetic.rotating_2d(), size, colour="none", ascii=ascii) as stage:
        shades = drawn(stage, Role.SGD)
        assert shades <= SHADES[ascii]
        assert len(shades) >= 2, "the walkers' law is seen between what is drawn over it"
        lines = {c for c in drawn(stage, Role.GIBBS) if c == "*" or 0x2800 <= ord(c) < 0x2900}
        assert lines == {"*"} if ascii else len(lines) > 5
        assert drawn(stage, Role.WALKER) == {"o" if ascii else "●"}
        arrows = drawn(stage, Role.VELOCITY)
        assert arrows <= ARROWS[ascii]
        assert len(arrows & set(HEADS[ascii])) >= 4, "in every direction"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ascii", [False, True])
async def test_a_key_says_which_is_what(size: tuple[int, int], ascii: bool) -> None:
    async with staged(synthetic.rotating_2d(), size, colour="none", ascii=ascii) as stage:
        hero = hero_of(stage)
        assert hero.painted is not None
        said = " ".join(" ".join(hero.painted.lines).split())
        shade, walker, line, arrow = ("#", "o", "*", "->") if ascii else ("▒", "●", "⠶", "→")
        for words in (f"{shade} S", f"{walker} walkers", f"{line} Gibbs", f"{arrow} J/p"):
            assert words in said, words


@pytest.mark.parametrize("ascii", [False, True])
async def test_with_colour_there_is_no_key(ascii: bool) -> None:
    async with staged(synthetic.rotating_2d(), ascii=ascii) as stage:
        hero = hero_of(stage)
        assert hero.painted is not None
        assert not any("walkers" in line for line in hero.painted.lines[1:])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ascii", [False, True])
async def test_contours_are_whole(size: tuple[int, int], ascii: bool) -> None:
    """No arrow stands on a line: every cell of one goes on in two directions."""
    async with staged(synthetic.rotating_2d(), size, colour="none", ascii=ascii) as stage:
        stage.lab.show(sample=None)
        await stage.settle()
        hero = hero_of(stage)
        assert hero.painted is not None
        assert hero.box is not None
        assert hero.memory.contours is not None
        box, dots = hero.box, hero.memory.contours.dots
        part = (slice(box.y, box.y + box.rows), slice(box.x, box.x + box.columns))
        assert (dots > 0).sum() > 20
        assert np.array_equal(hero.painted.glyph[part][dots > 0], dots[dots > 0])


@pytest.mark.parametrize("ascii", [False, True])
async def test_arrows_have_a_margin(ascii: bool) -> None:
    async with staged(synthetic.rotating_2d(), (120, 36), colour="none", ascii=ascii) as stage:
        stage.lab.show(sample=None)
        await stage.settle()
        hero = hero_of(stage)
        assert hero.painted is not None
        assert hero.box is not None
        glyphs, ink = hero.painted.glyph, hero.painted.ink
        heads = 0
        for y in range(hero.box.y, hero.box.y + hero.box.rows):
            for x in range(hero.box.x + 1, hero.box.x + hero.box.columns - 1):
                if ink[y, x] == Role.VELOCITY and chr(glyphs[y, x]) in HEADS[ascii]:
                    heads += 1
                    for beside in (x - 1, x + 1):
                        shade = ink[y, beside] == Role.SGD and chr(glyphs[y, beside]) in SHADES[ascii]
                        assert not shade, (y, x)
        assert heads >= 20
