"""Vectors in presets: variables, columns and parameters by their lengths, and the mistakes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.model.fields import fields
from sgdtui.model.sample import SampleSystem
from sgdtui.preset.load import load_text
from sgdtui.preset.write import to_yaml
from tests.preset.preset_reading import mistakes, read

BOWL = """
    variables: {w: 3, b: 1}
    loss: dot(c, w**2)/2 + (b - w[1])**2/2
    parameters: {c: [1, 2, 3]}
    noise: 1 + b**2
    observe: {size: norm(w), far: "norm(w) > 1"}
    space: {axes: ["w[2]", b]}
"""


def test_a_vector_is_its_numbers() -> None:
    found = read(BOWL)
    assert found.variables == ("w[0]", "w[1]", "w[2]", "b")
    assert found.values == {"c[0]": 1.0, "c[1]": 2.0, "c[2]": 3.0}
    assert found.space.axes == (2, 3)
    x = np.array([[1.0, 2.0, -1.0, 0.5]])
    system = fields(found)
    np.testing.assert_allclose(system.loss(x), [0.5 + 4 + 1.5 + 1.125])
    np.testing.assert_allclose(system.gradient(x), [[1.0, 4 + 1.5, -3.0, -1.5]])
    hessian = np.diag([1.0, 3.0, 3.0, 1.0])
    hessian[1, 3] = hessian[3, 1] = -1.0
    np.testing.assert_allclose(system.hessian(x)[0], hessian)


def test_it_is_written_and_read_again() -> None:
    found = read(BOWL)
    assert found.document["loss"]["variables"] == {"w": 3, "b": 1}
    again = load_text(to_yaml(found), name="test")
    assert (again.variables, again.values, again.space.axes) == (
        found.variables,
        found.values,
        found.space.axes,
    )


NETWORK = """
    sample:
      variables: {{w: 2, b: 1}}
      columns: {columns}
      data: {data}
      loss: (tanh(dot(w, a)) + b - y)**2/2
"""
TABLE = "one,two,mass\n1,2,3\n4,5,6\n7,8,10\n"


@pytest.mark.parametrize(
    ("columns", "order"),
    [
        ("{a: 2, y: 1}", [0, 1, 2]),
        ("{a: [two, one], y: mass}", [1, 0, 2]),
        ("{a: [mass, one], y: two}", [2, 0, 1]),
    ],
)
def test_columns_by_their_number_or_by_the_header(tmp_path: Path, columns: str, order: list[int]) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    system = read(NETWORK.format(columns=columns, data="t.csv"), tmp_path).system
    assert isinstance(system, SampleSystem)
    assert isinstance(system.data, Table)
    assert system.data.columns == ("a[0]", "a[1]", "y")
    rows = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 10]])[:, order]
    np.testing.assert_array_equal(system.data.rows, rows)


def test_the_gradient_over_a_table_is_that_of_the_formula() -> None:
    found = read(
        NETWORK.format(columns="{a: 2, y: 1}", data="[[0.1, 0.2, 1], [0.4, -0.3, 2], [0.5, 0.6, 0]]")
    )
    rows = np.array([[0.1, 0.2, 1], [0.4, -0.3, 2], [0.5, 0.6, 0]])
    w, b = np.array([0.7, -0.4]), 0.3
    t = np.tanh(rows[:, :2] @ w)
    r = t + b - rows[:, 2]
    each = np.column_stack([(r * (1 - t**2))[:, None] * rows[:, :2], r])
    x = np.array([[*w, b]])
    system = fields(found)
    np.testing.assert_allclose(system.gradient(x)[0], each.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(system.covariance(x)[0], np.cov(each.T, ddof=0), rtol=1e-9, atol=1e-15)
    slope = (1 - t**2) ** 2 - 2 * r * t * (1 - t**2)
    features = rows[:, :2]
    np.testing.assert_allclose(
        system.hessian(x)[0][:2, :2], np.einsum("e,ei,ej->ij", slope, features, features) / 3, rtol=1e-11
    )


def test_a_drawn_vector_has_one_law_for_each_number() -> None:
    found = read(NETWORK.format(columns="{a: 2, y: 1}", data='{a: "normal(0, 1)", y: "uniform(0, 1)"}'))
    assert isinstance(found.system, SampleSystem)
    assert [law.kind for law in found.system.data.distributions] == ["normal", "normal", "uniform"]
    again = load_text(to_yaml(found), name="test")
    assert isinstance(again.system, SampleSystem)
    assert again.system.data == found.system.data


@pytest.mark.parametrize(
    ("change", "words", "line"),
    [
        (("{w: 3, b: 1}", "{w: 0, b: 1}"), "0 numbers in 'w'", 2),
        (("{w: 3, b: 1}", "{w: many, b: 1}"), "a whole number", 2),
        (("{w: 3, b: 1}", '["w[0]", "w[2]", b]'), "in order", 2),
        (("dot(c, w**2)", "dot(c, w**2) + w[3]"), "w[0] to w[2]", 3),
        (("dot(c, w**2)/2", "c*w"), "one number is wanted", 3),
        (("dot(c, w**2)", "dot(d, w**2)"), "unknown name 'd'", 3),
        (("[1, 2, 3]", "[1, 2]"), "a vector of 2 numbers beside one of 3", 3),
        (("{c: [1, 2, 3]}", "{c: [1, 2, 3], w: 1}"), "'w' is a variable", 4),
        (('"w[2]", b', '"w[3]", b'), "there is no variable 'w[3]'", 7),
    ],
)
def test_mistakes_are_told_where_they_are(change: tuple[str, str], words: str, line: int) -> None:
    found = mistakes(BOWL.replace(*change))
    told = [p for p in found if words in p.message]
    assert told, [p.message for p in found]
    assert told[0].line == line
