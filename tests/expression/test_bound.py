"""Lower bounds of expressions: known ones by hand, and never above the value for random trees."""

import math

import numpy as np
import pytest
from hypothesis import given

from sgdtui.expression import Node, parse
from sgdtui.expression.bound import UNKNOWN, least
from sgdtui.expression.numeric import evaluate
from tests.expression.test_properties import expression, mild_trees, seeded

POINTS = np.random.default_rng(3).normal(scale=2.0, size=(3, 200))


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("1 + x**2", 1.0),
        ("2 + x*x + abs(y)/3", 2.0),
        ("s**2*(1 + x**2)", 0.0),
        ("0.5*(1 + x**2)", 0.5),
        ("exp(x) + 1e-3", 1e-3),
        ("max(x, 0.25)", 0.25),
        ("where(x > 0, 2, 1 + y**4)", 1.0),
        ("min(3, 1 + x**2)", 1.0),
        ("(1 + x**2)**1.5", 0.0),
        ("x", UNKNOWN),
        ("x*y", UNKNOWN),
        ("x**3", UNKNOWN),
        ("1 - x**2", UNKNOWN),
        ("1 + sin(x)", UNKNOWN),  # its polynomial may say -1 - 1e-8
    ],
)
def test_what_is_known(text: str, bound: float) -> None:
    assert least(parse(text, ["x", "y", "s"]).node) == bound


@seeded
@given(mild_trees)
def test_no_value_is_below_the_bound(node: Node) -> None:
    bound = least(node)
    if bound == UNKNOWN:
        return
    found = np.asarray(evaluate(expression(node), dict(zip("xys", POINTS, strict=True))), dtype=float)
    assert not math.isnan(bound)
    assert not np.any(found < bound - 1e-12 * abs(bound))
