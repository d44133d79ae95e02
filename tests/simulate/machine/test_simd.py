"""Eight lanes at once: the same numbers as one lane after the other."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.expression.source import is_arithmetic
from sgdtui.simulate.machine.simd import LANES, PIECE, eight, put, turned
from sgdtui.simulate.machine.target import njit

RNG = np.random.default_rng(5)


@njit
def combined(one, other, out):
    for lane in range(0, len(one), LANES):
        a, b = eight(one, lane), eight(other, lane)
        total = eight(out, lane)
        total += (a + b) * (a - 2.0 * b) / (1.5 + b * b)
        total -= -a * 3.0
        total *= b - 1.0
        total /= 7.0 / (a * a + 1.0)
        put(out, lane, 1.0 - total)


def test_arithmetic_is_that_of_single_lanes():
    a, b, total = RNG.normal(size=(3, 5 * LANES))
    out = total.copy()
    combined(a, b, out)
    expected = total + (a + b) * (a - 2.0 * b) / (1.5 + b * b) + a * 3.0
    expected = 1.0 - expected * (b - 1.0) / (7.0 / (a * a + 1.0))
    np.testing.assert_allclose(out, expected, rtol=1e-13)


@njit
def pairs(table, place, offset, out):
    for lane in range(0, len(place), LANES):
        a, b = turned(table, place, lane, offset)
        put(out[0], lane, a)
        put(out[1], lane, b)


@njit
def fours(table, place, offset, out):
    for lane in range(0, len(place), LANES):
        a, b, c, d = turned(table, place, lane, offset)
        put(out[0], lane, a)
        put(out[1], lane, b)
        put(out[2], lane, c)
        put(out[3], lane, d)


@pytest.mark.parametrize(("kind", "turn"), [(np.float64, pairs), (np.float32, fours)])
@pytest.mark.parametrize("piece", [0, 1])
def test_rows_become_columns(kind, turn, piece):
    width = PIECE // np.dtype(kind).itemsize
    table = RNG.normal(size=(50, 2 * width)).astype(kind)
    chosen = RNG.integers(0, 50, 6 * LANES)
    out = np.empty((width, len(chosen)))
    turn(table.reshape(-1), (chosen * 2 * width).astype(np.uint32), piece * width, out)
    np.testing.assert_array_equal(out, table[chosen, piece * width : (piece + 1) * width].T)


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("a*x**2 - y/(1 + x**4)", True),
        ("-x + 3", True),
        ("x**-2", True),
        ("x**2.5", False),
        ("x**a", False),
        ("x**65", False),
        ("a*exp(x)", False),
        ("abs(x)", False),
        ("where(x > 0, x, y)", False),
        ("x*(y + min(x, a))", False),
    ],
)
def test_what_eight_lanes_know(text, is_so):
    assert is_arithmetic(parse(text, ["a", "x", "y"]).node) is is_so
