"""Where each row of a table stands, and which cells show it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sgdtui.sweeps.table import SweepTable, read_table
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.map.axis import axis_of, short
from sgdtui.tui.map.chart import chart_of, first_choice, holding, point_of
from sgdtui.tui.map.drawing import draw_axes
from sgdtui.tui.map.levels import first_level, levels_of
from tests.tui.map import tables


@pytest.fixture
def table(tmp_path: Path) -> SweepTable:
    return read_table(tables.write(tmp_path / "map.csv", tables.rows()))


def test_the_first_look(table: SweepTable) -> None:
    choice = first_choice(table)
    assert (choice.x, choice.y, choice.measure, dict(choice.held)) == ("eta", "batch", "gibbs.tv", {"s": 1})
    chart = chart_of(table, choice)
    assert len(chart.rows) == 48, "s = 2 is not shown"
    assert chart.x.log
    assert chart.y.log
    assert np.isnan(chart.values).sum() == 1
    assert chart.verdicts.count("failed") == 1


def test_every_cell_belongs_to_its_point(table: SweepTable) -> None:
    chart = chart_of(table, first_choice(table))
    owner = chart.nearest(48, 8)
    assert (owner >= 0).all()
    top = [table.columns["batch"][chart.rows[entry]] for entry in owner[0]]
    assert set(top) == {8}
    assert [table.columns["eta"][chart.rows[entry]] for entry in owner[0][::4]] == tables.ETAS


def test_what_was_not_run_is_empty_and_refined_points_share_cells(tmp_path: Path) -> None:
    entries = list(tables.rows((1.0,)))
    half = read_table(tables.write(tmp_path / "half.csv", entries[:24]))
    chart = chart_of(half, first_choice(half))
    assert (chart.nearest(48, 8) >= 0).all(), "the axes are those of what is there"
    few = [row for row in entries if row[1] in tables.ETAS[::4] and row[2] in (1, 8)]
    few = [row for row in few if (row[1], row[2]) != (tables.ETAS[4], 8)]
    middle = next(row for row in entries if (row[1], row[2]) == (tables.ETAS[2], 1))
    chart = chart_of(
        *(lambda t: (t, first_choice(t)))(read_table(tables.write(tmp_path / "few.csv", [*few, middle])))
    )
    owner = chart.nearest(60, 8)
    assert (owner < 0).any(), "the point that is missing leaves its cell empty"
    assert len(set(owner.ravel().tolist()) - {-1}) == len(chart.rows)


def test_held_settings_and_axes_change(table: SweepTable) -> None:
    choice = holding(table, replace(first_choice(table), x="s", y="eta", held={"batch": 4}))
    chart = chart_of(table, choice)
    assert len(chart.rows) == 24
    assert {table.columns["batch"][row] for row in chart.rows} == {4}
    gone = holding(table, replace(choice, held={"batch": 5}))
    assert gone.held == {"batch": 1}


def test_axes_of_words_and_of_numbers() -> None:
    kinds = axis_of("kind", ["sgd", "sde", "sgd"])
    assert kinds.kinds == ("sde", "sgd")
    assert kinds.position("sgd") == 1
    assert [label for _, label in kinds.ticks(5)] == ["sde", "sgd"]
    assert not axis_of("r", [-1.0, 0.0, 5.0], log=True).log, "no logarithm of what is not positive"
    assert axis_of("eta", [0.01, 1.0]).log
    assert not axis_of("eta", [0.01, 1.0], log=False).log
    alone = axis_of("eta", [0.1])
    assert alone.limits[0] < alone.position(0.1) < alone.limits[1]
    labels = [label for _, label in axis_of("eta", [0.01, 0.1, 1.0]).ticks(6)]
    assert {".01", ".1", "1"} <= set(labels)


@pytest.mark.parametrize("height", range(10, 40))
def test_labels_of_the_upright_axis_never_overlap(tmp_path: Path, height: int) -> None:
    heights = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9]
    entries = [
        [*row[:2], rise, *row[3:-1], f"{row[1]}-{rise}"]
        for row in tables.rows((1.0,))
        if row[2] == 1
        for rise in heights
    ]
    found = read_table(tables.write(tmp_path / "rises.csv", entries))
    canvas = Canvas(80, height, Look())
    box = draw_axes(canvas, chart_of(found, first_choice(found)), 0)
    gutter = [line[: box.x - 1].strip() for line in canvas.lines]
    labels = [label for label in gutter[box.y : box.y + box.rows] if label]
    assert len(labels) >= 3
    assert set(labels) <= {*map(short, heights), *(f"{tenth / 10:.1f}" for tenth in range(11))}


def test_the_cursor_goes_to_the_next_point(table: SweepTable) -> None:
    chart = chart_of(table, first_choice(table))

    def at(entry: int) -> tuple[float, float]:
        row = chart.rows[entry]
        return table.columns["eta"][row], table.columns["batch"][row]

    start = next(i for i in range(len(chart.rows)) if at(i) == (tables.ETAS[3], 2))
    assert at(chart.towards(start, 1, 0)) == (tables.ETAS[4], 2)
    assert at(chart.towards(start, -1, 0)) == (tables.ETAS[2], 2)
    assert at(chart.towards(start, 0, 1)) == (tables.ETAS[3], 4)
    assert at(chart.towards(start, 0, -1)) == (tables.ETAS[3], 1)
    corner = next(i for i in range(len(chart.rows)) if at(i) == (tables.ETAS[0], 1))
    assert chart.towards(corner, -1, 0) == corner


def test_a_row_gives_its_point(table: SweepTable) -> None:
    assert point_of(table, 0) == (("eta", 0.01), ("batch", 1), ("s", 1))


def test_levels_are_round_and_inside() -> None:
    assert levels_of(0.004, 0.3) == [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
    assert first_level(levels_of(0.004, 0.3)) == 0.05
    assert all(-1 < level < 1 for level in levels_of(-1, 1))
    assert levels_of(0.0, 0.0) == []
    assert first_level([]) is None
