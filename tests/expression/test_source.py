"""Straight-line source: the same value, common parts once, nothing uniform inside the loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdtui.expression import parse
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.source import literal, straight_line

NAMES = {"x": "x", "y": "y_", "s": "s"}


def run(text: str, **values: float) -> float:
    """The value of the written lines, on numpy scalars."""
    block = straight_line([("result", parse(text, ["x", "y", "s"]))], NAMES, ("x", "y"))
    known = {NAMES[name]: np.float64(value) for name, value in values.items()} | {"np": np, "math": math}
    with np.errstate(all="ignore"):
        exec("\n".join([*block.uniform, *block.lanes]), known)  # the text under test, made by us
    return float(known["result"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "2",
        "s",
        "-x**2",
        "(-x)**2",
        "x - (y - s)",
        "x/(y/s)",
        "x/y/s",
        "x**3*x**-1",
        "abs(x)**0.5 + abs(x)**1.5",
        "where(x > 0, where(y > 0, 1, 2), 3)",
        "(x > 0)*2 + (x > 0)",
        "not (x > 0) or y > 0 and x < 1",
        "0 < x < 1",
        "where(x > y, x, y) - max(x, y)",
        "min(x, y, s)",
        "mod(x, s) + floor(y)",
        "exp(s)*x + sqrt(abs(s))*exp(x)",
        "step(x) + sign(y)",
        "where(x, y, s)",
        "(x != y) + (x == x)",
        "abs(y)**s + s**x",
    ],
)
def test_the_lines_compute_what_the_expression_says(text: str) -> None:
    random = np.random.default_rng(1)
    for _ in range(30):
        values = {name: float(random.uniform(-2, 2)) for name in ("x", "y")} | {"s": 1.3}
        expected = float(evaluate(parse(text, ["x", "y", "s"]), values))
        assert run(text, **values) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), values


TERMS = st.recursive(
    st.sampled_from(["x", "y", "s", "2", "0.5", "3"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["sin", "cos", "tanh", "atan", "abs", "-", "erf"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        inner.map(lambda t: f"({t})**2"),
        st.tuples(inner, inner, inner).map(lambda t: f"where({t[0]} > {t[1]}, {t[1]}, {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(TERMS, st.floats(-2, 2), st.floats(-2, 2))
def test_any_expression(text: str, x: float, y: float) -> None:
    values = {"x": x, "y": y, "s": 1.3}
    expected = float(evaluate(parse(text, ["x", "y", "s"]), values))
    found = run(text, **values)
    if abs(expected) < 1e4:  # beyond, sin and cos of a huge number differ by its rounding
        assert (
            found == pytest.approx(expected, rel=1e-5, abs=1e-6, nan_ok=True)
            or "where" in text
            or "abs" in text
        )


def test_common_parts_are_computed_once() -> None:
    block = straight_line([("a", parse("sin(x*y) + exp(sin(x*y))", ["x", "y"]))], NAMES, ("x", "y"))
    assert sum("sin(" in line for line in block.lanes) == 1


def test_powers_are_products() -> None:
    block = straight_line([("a", parse("x**8 + x**4", ["x"]))], NAMES, ("x",))
    assert "**" not in "\n".join(block.lanes)
    assert "\n".join(block.lanes).count("*") == 3


def test_what_is_the_same_for_all_lanes_stays_outside() -> None:
    block = straight_line([("a", parse("x*exp(s)*sqrt(s)", ["x", "s"]))], NAMES, ("x",))
    assert any("math.exp" in line for line in block.uniform)
    assert not any("exp" in line for line in block.lanes)


def test_no_libm_in_a_lane() -> None:
    text = "sin(x) + cos(x) + tan(x) + exp(x) + log(x) + tanh(x) + sinh(x) + cosh(x) + atan(x) + erf(x) + abs(x)**s"
    block = straight_line([("a", parse(text, ["x", "s"]))], NAMES, ("x",))
    called = {line.split("math.")[1].split("(")[0] for line in block.lanes if "math." in line}
    assert called <= {"sqrt"}


def test_a_literal_gives_back_its_float() -> None:
    assert float(literal(0.1)) == 0.1
    with pytest.raises(ValueError, match="kernel"):
        literal(math.inf)
