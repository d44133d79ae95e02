"""Interval bounds hold: no value at random places of an interval is outside them."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.expression.interval import enclosure
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.switches import turns

TEXTS = [
    "x**3 - x", "exp(3*x) - x", "cosh(5*x)/sinh(x + 9)", "sin(x)*cos(3*x)", "abs(x - 1) + x**2",
    "where(x < 1, x, 2 - x)", "min(x, 1 - x)*max(x, 0)", "floor(2*x) + mod(x, 0.7)", "sqrt(abs(x) + 1)",
    "log(1 + x**2)", "x/(1 + x**2)", "tanh(x) - atan(x) + erf(x)", "sign(x)*step(x - 1)", "tan(x/4)", "x**-2",
    "(x**2 + 1)**1.5", "log(x)", "sqrt(x)", "exp(x)/(1 + exp(x))", "not (x < 1) or x > 3", "x > 0 and x <= 2",
    "(1 + x**2)**x", "mod(-x, 1.5)*2", "x*x - x", "1/x",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_bounds_hold(text):
    rng = np.random.default_rng(len(text))
    expression = parse(text, {"x"})
    low = rng.uniform(-4, 4, 400)
    high = low + rng.exponential(0.7, 400)
    below, above = enclosure(expression, {"x": (low, high)})
    places = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 101)
    value = evaluate(expression, {"x": places})
    slack = 1e-9 * (1 + np.abs(value))
    assert not np.any(value < below[:, None] - slack)
    assert not np.any(value > above[:, None] + slack)
    # Where there is no number there is no finite bound.
    undefined = np.isnan(value).any(axis=1)
    assert not np.any(undefined & np.isfinite(below) & np.isfinite(above))
    # Bounds close in with the interval, but for jumps and poles.
    tight_below, tight_above = enclosure(expression, {"x": (low, low + 1e-9)})
    assert np.median(tight_above - tight_below) < 1e-6 or text in ("log(x)", "sqrt(x)")


def test_a_parameter_and_a_constant():
    expression = parse("s*x", {"x", "s"})
    below, above = enclosure(expression, {"s": -2.0, "x": (np.array([1.0]), np.array([3.0]))})
    assert (below[0], above[0]) == (-6, -2)
    below, above = enclosure(parse("2", set()), {}, (3,))
    assert below.tolist() == above.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("abs(x - 1)", ["x - 1"]),
        ("where(x < 2, x, a)", ["x - 2"]),
        ("min(x, 1 - x)", ["x - (1 - x)"]),
        ("floor(2*x)", ["2*x"]),
        ("mod(x, 3)", ["x/3"]),
        ("x**2 + exp(x)", []),
        ("sqrt(x)/(1 - x)", ["1 - x", "x"]),
        ("abs(a)", []),
        ("x**0.5 + x**-1", ["x"]),
    ],
)
def test_switches(text, found):
    seen = turns(parse(text, {"x", "a"}), {"x"})
    assert sorted(s.value.text for s in seen) == sorted(found)
