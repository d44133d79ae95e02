"""Arrays to cells, exactly."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.tui.draw.arrows import draw_line_arrows, draw_map_arrows, lengths, sample_line
from sgdtui.tui.draw.bars import columns_of, draw_bars, draw_sideways
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.contours import contour_dots, mass_levels
from sgdtui.tui.draw.curves import curve_dots, draw_curve, draw_sideways_curve
from sgdtui.tui.draw.frame import Box, Line, draw_frame, draw_lines, sane
from sgdtui.tui.draw.labels import place_label
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.maps import draw_map, draw_signed_map, resample
from sgdtui.tui.draw.ribbon import draw_ribbon
from sgdtui.tui.draw.roles import DIVERGES, SHADES, Role
from sgdtui.tui.draw.scale import SteadyTop, count, number, tick_labels, ticks, with_error
from sgdtui.tui.draw.steady import Steady
from sgdtui.tui.draw.strip import draw_strip
from sgdtui.tui.draw.walkers import draw_walkers

MONO = Look(colours=0)
ASCII = Look(ascii=True, colours=0)


def test_bars_in_eighths() -> None:
    canvas = Canvas(5, 2)
    draw_bars(canvas, 0, 0, 5, 2, np.array([0.0, 1 / 16, 0.5, 0.75, 1.0]), 1.0)
    assert canvas.lines == ["   ▄█", " ▁███"]
    assert canvas.ink[1, 1] == Role.SGD


def test_bars_survive_numbers_that_are_none() -> None:
    canvas = Canvas(3, 1)
    draw_bars(canvas, 0, 0, 3, 1, np.array([np.nan, np.inf, -1.0]), 1.0)
    assert canvas.lines == [" █ "]


def test_bars_in_ascii() -> None:
    canvas = Canvas(3, 2, ASCII)
    draw_bars(canvas, 0, 0, 3, 2, np.array([0.25, 0.5, 1.0]), 1.0)
    assert canvas.lines == ["  #", ":##"]


def test_columns_keep_the_mass() -> None:
    edges = np.linspace(-1, 1, 8)
    density = np.arange(7.0)
    for columns in (3, 7, 20):
        average = columns_of(edges, density, -1.0, 1.0, columns)
        assert average.sum() * 2 / columns == pytest.approx((density * np.diff(edges)).sum())


def test_a_curve_in_braille() -> None:
    dots = curve_dots(np.array([0.0, 0.0, 1.0, 1.0]), 2, 1)
    assert "".join(chr(d) for d in dots[0]) == "⣀⡏"[:1] + chr(dots[0, 1])
    assert chr(dots[0, 0]) == "⣀"
    flat = curve_dots(np.full(4, 1.0), 2, 1, (1, 0, 0))
    assert "".join(chr(d) for d in flat[0]) == "⠁⠈"


def test_a_curve_has_gaps_where_it_is_not_a_number_and_is_cut_at_the_box() -> None:
    dots = curve_dots(np.array([np.nan, np.nan, 5.0, -5.0, 0.0, np.inf]), 3, 2)
    assert (dots[:, 0] == 0).all()
    assert chr(dots[1, 2]) == "⡀"


def test_a_bar_stays_behind_a_curve() -> None:
    canvas = Canvas(1, 2)
    draw_bars(canvas, 0, 0, 1, 2, np.array([1.0]), 1.0)
    draw_curve(canvas, 0, 0, 1, 2, np.array([0.9, 0.9]), Role.GIBBS)
    assert canvas.ground[0, 0] == Role.SGD
    assert canvas.ink[0, 0] == Role.GIBBS
    assert canvas.lines[1] == "█"


def test_curves_differ_without_colour() -> None:
    marks = set()
    for kind in ("solid", "dotted", "dashed", "dash-dot"):
        unicode, ascii = Canvas(12, 1, MONO), Canvas(12, 1, ASCII)
        for canvas in (unicode, ascii):
            draw_curve(canvas, 0, 0, 12, 1, np.full(24, 0.5), Role.GIBBS, kind)
        marks.add((unicode.lines[0], ascii.lines[0]))
        assert ascii.lines[0].isascii()
    assert len({u for u, _ in marks}) == len({a for _, a in marks}) == 4


def test_resampling_keeps_the_average_and_turns_y_up() -> None:
    values = np.zeros((4, 4))
    values[0, 3] = 16.0
    small = resample(values, 2, 2)
    assert small.tolist() == [[4.0, 0.0], [0.0, 0.0]]
    assert resample(values, 7, 3).mean() == pytest.approx(1.0)


def test_a_map_has_two_shades_a_cell() -> None:
    canvas = Canvas(1, 1)
    draw_map(canvas, 0, 0, 1, 1, np.array([[0.0, 1.0]]), 1.0)
    assert canvas.lines == ["▀"]
    assert (canvas.ink[0, 0], canvas.ground[0, 0]) == (Role.SHADE + SHADES - 1, Role.SHADE)


def test_a_map_without_colour_is_a_ramp() -> None:
    for look, ramp in ((MONO, " ░▒▓"), (ASCII, " .:%#")):
        canvas = Canvas(2, 1, look)
        draw_map(canvas, 0, 0, 2, 1, np.array([[0.0], [1.0]]), 1.0)
        assert canvas.lines == [ramp[0] + ramp[-1]]


def test_a_signed_map_is_calm_at_nought() -> None:
    canvas = Canvas(3, 1)
    draw_signed_map(canvas, 0, 0, 3, 1, np.array([[-9.0], [0.0], [9.0]]), 4.0)
    assert canvas.ground[0].tolist() == [
        Role.DIVERGE,
        Role.DIVERGE + DIVERGES // 2,
        Role.DIVERGE + DIVERGES - 1,
    ]


def test_lengths_of_arrows() -> None:
    assert lengths(np.array([0.0, 0.1, 0.3, 1.0, np.nan]), 1.0).tolist() == [0, 1, 2, 3, -1]
    assert lengths(np.array([0.0, np.nan]), 0.0).tolist() == [0, -1]


def test_arrows_along_a_line() -> None:
    canvas = Canvas(20, 1)
    draw_line_arrows(canvas, 0, 0, 20, np.array([1.0, -1.0, 0.3, -0.1, 0.0]), 1.0, Role.GRADIENT)
    assert canvas.lines == ["──→ ←──  ─→  ←   ·  ".replace(" ─→  ←", " ─→  ←")]
    twin = Canvas(20, 1, ASCII)
    draw_line_arrows(twin, 0, 0, 20, np.array([1.0, -1.0, 0.3, -0.1, 0.0]), 1.0, Role.GRADIENT)
    assert twin.lines[0].isascii()
    assert twin.lines[0].startswith("--> <--")


@pytest.mark.parametrize(
    ("direction", "head"),
    [((1, 0), "→"), ((1, 1), "↗"), ((0, 1), "↑"), ((-1, 1), "↖"),
     ((-1, 0), "←"), ((-1, -1), "↙"), ((0, -1), "↓"), ((1, -1), "↘")],
)  # fmt: skip
def test_arrows_of_a_map_point_in_eight_directions(direction: tuple[int, int], head: str) -> None:
    canvas = Canvas(8, 4)
    field = np.array(direction, float)[:, None, None] * np.ones((2, 4, 4))
    draw_map_arrows(canvas, 0, 0, 8, 4, field, (1.0, 1.0), float(np.hypot(*direction)), Role.VELOCITY)
    drawn = set("".join(canvas.lines)) - set(" ─│╱╲")
    assert drawn == {head}


def test_nobody_no_arrow() -> None:
    canvas = Canvas(10, 4)
    weight = np.zeros((2, 2))
    weight[0] = 1.0
    draw_map_arrows(canvas, 0, 0, 10, 4, np.ones((2, 2, 2)), (1.0, 1.0), 1.5, Role.VELOCITY, weight)
    assert "↗" in "".join(line[:5] for line in canvas.lines)
    assert "↗" not in "".join(line[5:] for line in canvas.lines)


def test_sampling_a_field_along_a_line() -> None:
    edges = np.array([0.0, 1.0, 2.0])
    assert sample_line(edges, np.array([5.0, 7.0]), 0.0, 2.0, 2).tolist() == [5.0, 7.0]
    assert np.isnan(sample_line(edges, np.array([5.0, 7.0]), 0.0, 4.0, 2)[1])


def test_a_bold_line_is_two_dots_thick_and_unbroken() -> None:
    flat = curve_dots(np.full(4, 0.5), 2, 2, bold=True)
    assert [int(code - 0x2800).bit_count() for code in flat[0]] == [2, 2], "the upper row of dots"
    assert [int(code - 0x2800).bit_count() for code in flat[1]] == [2, 2], "the lower one"
    steep = curve_dots(np.linspace(0.0, 1.0, 8), 4, 4, bold=True)
    assert (steep > 0).any(axis=0).all()
    assert (steep > 0).any(axis=1).all()


def test_a_bold_line_in_ascii_goes_on_where_it_is_steep() -> None:
    canvas = Canvas(5, 6, ASCII)
    draw_curve(canvas, 0, 0, 5, 6, np.repeat([0.0, 0.0, 1.0, 1.0, 0.5], 2), Role.GIBBS, bold=True)
    assert canvas.lines == ["  ** ", "  * *", "  * *", "  * *", "  *  ", "**   "]
    thin = Canvas(5, 6, ASCII)
    draw_curve(thin, 0, 0, 5, 6, np.repeat([0.0, 0.0, 1.0, 1.0, 0.5], 2), Role.LOSS)
    assert sum("*" in line for line in thin.lines) == 3


def test_bars_that_lie() -> None:
    canvas = Canvas(2, 3)
    draw_sideways(canvas, 0, 0, 2, 3, np.array([0.5, 0.75, np.nan]), 1.0)
    assert canvas.lines == ["█ ", "█▌", "  "]
    draw_sideways_curve(canvas, 0, 0, 2, 3, np.full(12, 1.0), Role.GIBBS)
    assert [line[1] for line in canvas.lines] == ["⢸", "⢸", "⢸"]


def test_a_strip_says_more_and_fewer_and_never_how_many_errors() -> None:
    for look, drawn in ((MONO, "▀⠉·⣀▄ "), (ASCII, "#+.-= ")):
        canvas = Canvas(6, 1, look)
        differences = np.array([1.0, 0.05, 0.5, -0.05, -1.0, np.nan])
        draw_strip(canvas, 0, 0, differences, np.array([True, True, False, True, True, True]), 1.0)
        assert canvas.lines == [drawn]
    assert canvas.ink[0, 0] > canvas.ink[0, 1] > canvas.ink[0, 3] > canvas.ink[0, 4]


def test_a_ribbon_from_quiet_to_loud() -> None:
    canvas = Canvas(40, 1)
    draw_ribbon(canvas, 0, 0, 40, np.linspace(1.0, 2.0, 40))
    said = canvas.lines[0]
    assert said.index("quiet 1.0") < said.index("▒") < said.index("▓") < said.index("loud 2.0")
    draw_ribbon(canvas, 0, 0, 40, np.full(40, 3.0))
    assert " 3.00 everywhere " in canvas.lines[0]


def test_contours_hold_the_mass_that_they_are_named_after() -> None:
    edge = np.linspace(-4, 4, 81)
    x, y = np.meshgrid((edge[1:] + edge[:-1]) / 2, (edge[1:] + edge[:-1]) / 2, indexing="ij")
    density = np.exp(-(x**2 + y**2) / 2)
    for level, share in zip(mass_levels(density, (0.5, 0.9, 0.99)), (0.5, 0.9, 0.99), strict=True):
        inside = density[density >= level].sum() / density.sum()
        assert inside == pytest.approx(share, abs=0.01)
        assert level == pytest.approx(1 - share, abs=0.02), "of a Gaussian in the plane"
    ring = contour_dots(density, 40, 20, mass_levels(density, (0.5,)))
    assert ring[10, 20] == 0, "hollow"
    assert (ring > 0).sum(axis=1).max() < 20


def test_words_go_to_the_nearest_empty_place_and_stay_there() -> None:
    canvas = Canvas(20, 4)
    canvas.fill(0, 0, 20, 2, "█")
    box = Box(0, 0, 20, 4)
    place = place_label(canvas, box, 10, 0, [("hello", Role.TEXT)])
    assert place is not None
    assert place[1] == 2
    again = Canvas(20, 4)
    assert place_label(again, box, 11, 2, [("hello", Role.TEXT)], (7, 2)) == (7, 2)
    assert place_label(again, box, 10, 1, [("far too long for this box", Role.TEXT)]) is None


def test_walkers_stand_at_their_places_and_lost_ones_nowhere() -> None:
    canvas = Canvas(10, 5)
    box = Box(0, 0, 10, 5, 0.0, 1.0, 0.0, 1.0)
    draw_walkers(canvas, box, np.array([0.05, 0.95, np.nan, 2.0]), np.array([0.95, 0.05, 0.5, 0.5]))
    assert canvas.lines == ["●         ", " " * 10, " " * 10, " " * 10, "         ●"]


def test_a_frame_has_ticks_and_names() -> None:
    canvas = Canvas(40, 8)
    box = draw_frame(canvas, 0, 0, 40, 8, (-2.0, 2.0), (0.0, 1.0), x_name="x", y_name="p(x)", gutter=6)
    text = "\n".join(canvas.lines)
    assert canvas.lines[0].startswith("  p(x)│")
    assert canvas.lines[-1].endswith("x")
    assert "−2" in text
    assert "└" in text
    assert (box.x, box.columns, box.rows) == (7, 33, 6)
    assert box.column_of(-2.0) == 7
    assert box.column_of(2.0) == 39
    assert box.column_of(3.0) is None


def test_a_frame_in_ascii() -> None:
    canvas = Canvas(40, 8, ASCII)
    draw_frame(canvas, 0, 0, 40, 8, (-2.0, 2.0), (0.0, 1.0), x_name="θ", y_name="p(θ)", gutter=6)
    assert all(line.isascii() for line in canvas.lines)


def test_plotext_gets_sane_numbers_only() -> None:
    x, y = sane(np.array([1.0, 2.0, np.nan, 4.0]), np.array([np.inf, 1e300, 1.0, 5.0]))
    assert x.tolist() == [2.0, 4.0]
    assert y.tolist() == [1e9, 5.0]
    x, y = sane(np.array([1.0, 2.0, 3.0]), np.array([0.0, -1.0, 100.0]), logarithmic=True)
    assert (x.tolist(), y.tolist()) == ([3.0], [2.0])


def test_a_line_panel_by_plotext_survives_anything() -> None:
    time = np.arange(50.0)
    lines = [
        Line(time, np.where(time % 7 == 0, np.nan, 1 / (1 + time)), Role.GIBBS, "dotted", "Gibbs"),
        Line(time, np.full(50, np.inf), Role.TRANSFER, "solid", "transfer"),
        Line(time, np.zeros(50), Role.TRANSFER, "solid", "none"),
    ]
    canvas = Canvas(40, 10)
    box = draw_lines(canvas, 0, 0, 40, 10, lines, x_name="t", y_name="TV", logarithmic=True)
    assert isinstance(box, Box)
    assert any(0x2800 < ord(c) < 0x2900 for c in "".join(canvas.lines))
    assert draw_lines(canvas, 0, 0, 40, 10, lines[1:2], x_name="t", y_name="TV") is None


def test_hysteresis_keeps_a_step_until_it_is_left() -> None:
    steady = Steady(0.75)
    assert steady.of(np.array([1.0, 1.0])).tolist() == [1, 1]
    assert steady.of(np.array([1.6, 1.8])).tolist() == [1, 2]
    assert steady.of(np.array([1.3, np.nan])).tolist() == [1, 0]
    assert steady.of(np.array([3.0])).tolist() == [3]


def test_the_top_of_an_axis_is_steady() -> None:
    top = SteadyTop()
    first = top.of(1.0)
    assert top.of(1.05) == first
    assert top.of(0.8) == first
    assert top.of(2.0) > 2.0
    assert top.of(0.5) < 1.0
    assert top.of(float("nan")) == top.top


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0694, ".0694"), (1.25, "1.25"), (5.1e6, "5.1e6"), (1.8e-5, "1.8e-5"),
     (0, "0"), (None, "—"), (float("nan"), "—"), (-0.5, "-.500")],
)  # fmt: skip
def test_numbers_are_short(value: float | None, text: str) -> None:
    assert number(value) == text


def test_counts_errors_and_ticks() -> None:
    assert (count(950), count(65536), count(2.1e9)) == ("950", "65.5 k", "2.1 G")
    assert with_error(0.96712, 0.00041) == ".96712 ± .00041"
    assert with_error(1.5, None) == "1.5"
    assert ticks(-2, 2, 5) == [-2, -1, 0, 1, 2]
    assert tick_labels([-0.5, 0.0, 0.5]) == ["−0.5", "0.0", "0.5"]
    assert ticks(1, 1, 5) == []
    assert ticks(float("nan"), 1, 5) == []
