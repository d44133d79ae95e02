"""Straight-line functions against numpy and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import erf

from sgdtui.expression import polynomial

REFERENCE = {
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "atan": np.arctan,
    "erf": erf,
}
RANGES = {
    "exp": [(-708, 709), (-1, 1), (-1e-9, 1e-9)],
    "log": [(1e-300, 1e-290), (0.5, 2), (1 - 1e-9, 1 + 1e-9), (1e200, 1e300)],
    "sin": [(-4, 4), (-1e5, 1e5), (-1e-9, 1e-9)],
    "cos": [(-4, 4), (-1e5, 1e5)],
    "tan": [(-1.5, 1.5), (-1e5, 1e5), (-1e-9, 1e-9)],
    "tanh": [(-30, 30), (-1, 1), (-1e-9, 1e-9), (-1e4, 1e4)],
    "sinh": [(-700, 700), (-1, 1), (-1e-9, 1e-9)],
    "cosh": [(-700, 700), (-1, 1)],
    "atan": [(-1e9, 1e9), (-2, 2), (-1e-9, 1e-9)],
    "erf": [(-4, 4), (-20, 20), (-1e-9, 1e-9)],
}


def run(lines: list[str], **values: float) -> float:
    """The text's own arithmetic on numpy scalars, which is what a kernel does with it."""
    names = {"np": np, "math": math, **{name: np.float64(value) for name, value in values.items()}}
    with np.errstate(all="ignore"):
        exec("\n".join(lines), names)  # the text under test, made by us
    return float(names["y"])  # type: ignore[arg-type]


@pytest.mark.parametrize("function", sorted(polynomial.FUNCTIONS))
def test_relative_error_is_below_1e_7_over_the_stated_range(function: str) -> None:
    lines = polynomial.lines(function, "a", "y")
    rng = np.random.default_rng(1)
    for low, high in RANGES[function]:
        for a in rng.uniform(low, high, 400):
            expected = float(REFERENCE[function](a))
            assert run(lines, a=a) == pytest.approx(expected, rel=1e-7, abs=1e-300), (function, a)


@pytest.mark.parametrize("function", sorted(polynomial.FUNCTIONS))
def test_nan_stays_nan(function: str) -> None:
    assert math.isnan(run(polynomial.lines(function, "a", "y"), a=math.nan))


@pytest.mark.parametrize(
    ("function", "argument", "value"),
    [
        ("exp", 0.0, 1.0),
        ("exp", 800.0, math.inf),
        ("exp", math.inf, math.inf),
        *(("exp", float(a), math.inf) for a in np.linspace(709.2, 752, 200)),
        *(
            ("sinh", sign * float(a), sign * math.inf)
            for a in np.linspace(709.2, 752, 40)
            for sign in (-1, 1)
        ),
        *(("cosh", float(a), math.inf) for a in np.linspace(709.2, 752, 40)),
        ("exp", -800.0, 0.0),
        ("exp", -1e300, 0.0),
        ("log", 1.0, 0.0),
        ("log", 0.0, -math.inf),
        ("log", math.inf, math.inf),
        ("tanh", math.inf, 1.0),
        ("tanh", -math.inf, -1.0),
        ("atan", 0.0, 0.0),
        ("sin", 0.0, 0.0),
        ("cos", 0.0, 1.0),
        ("erf", math.inf, 1.0),
    ],
)
def test_ends(function: str, argument: float, value: float) -> None:
    assert run(polynomial.lines(function, "a", "y"), a=argument) == pytest.approx(value, rel=2e-8)


def test_log_of_a_negative_number_is_nan() -> None:
    assert math.isnan(run(polynomial.lines("log", "a", "y"), a=-1.0))


@pytest.mark.parametrize(
    ("base", "exponent"),
    [
        (2.0, 0.5),
        (0.3, -2.7),
        (10.0, 100.3),
        (-2.0, 3.0),
        (-2.0, 4.0),
        (-2.0, 0.5),
        (0.0, 2.0),
        (0.0, 0.0),
        (5.0, 0.0),
    ],
)
def test_power_is_numpys(base: float, exponent: float) -> None:
    with np.errstate(all="ignore"):
        expected = float(np.float64(base) ** np.float64(exponent))
    assert run(polynomial.power_lines("a", "b", "y"), a=base, b=exponent) == pytest.approx(
        expected, rel=1e-7, nan_ok=True
    )
