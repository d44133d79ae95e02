"""Values on arrays: broadcasting, conditions, and numbers that are not real."""

import math
import warnings

import numpy as np
import pytest

from sgdtui.expression import ExpressionError, parse
from sgdtui.expression.numeric import evaluate


def value(text: str, **values: object) -> np.ndarray:
    return evaluate(parse(text, values.keys()), values)


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("(x**2 - 1)**2/4", 2.0, 2.25),
        ("exp(x) - e**x", 1.5, 0.0),
        ("log(x)", 2.0, math.log(2)),
        ("sin(x)**2 + cos(x)**2", 0.3, 1.0),
        ("tan(x)", 0.3, math.tan(0.3)),
        ("tanh(x) - sinh(x)/cosh(x)", 0.3, 0.0),
        ("atan(x)", 0.3, math.atan(0.3)),
        ("erf(x)", 0.3, math.erf(0.3)),
        ("sqrt(x)", 2.0, math.sqrt(2)),
        ("floor(x)", -0.5, -1.0),
        ("abs(x)", -0.5, 0.5),
        ("sign(x)", -0.5, -1.0),
        ("sign(x)", 0.0, 0.0),
        ("step(x)", 0.0, 0.0),
        ("step(x)", 1e-300, 1.0),
        ("mod(x, 3)", -1.0, 2.0),
        ("mod(x, -3)", 1.0, -2.0),
        ("min(x, 1, 3)", 2.0, 1.0),
        ("max(x, 1, 3)", 2.0, 3.0),
        ("where(x, 5, 7)", -2.0, 5.0),
        ("where(x, 5, 7)", 0.0, 7.0),
        ("0 < x < 1", 0.5, 1.0),
        ("0 < x < 1", 1.0, 0.0),
        ("x and 2", 3.0, 1.0),
        ("x or 0", 0.0, 0.0),
        ("not x", 0.0, 1.0),
        ("3*(x >= 1) - (x != 1)", 1.0, 3.0),
        ("-x**2", 3.0, -9.0),
        ("2**-x", 1.0, 0.5),
    ],
)
def test_values(text: str, at: float, expected: float) -> None:
    assert value(text, x=at) == pytest.approx(expected, abs=1e-15)
    array = value(text, x=np.full(3, at))
    np.testing.assert_allclose(array, expected, atol=1e-15)
    assert array.dtype == np.float64


def test_broadcasts_over_all_values_given() -> None:
    assert value("1", x=np.zeros(4)).shape == (4,)
    assert value("x", x=np.zeros((4, 1)), y=np.zeros((1, 3))).shape == (4, 3)
    assert value("x + s", x=np.arange(3), s=2).tolist() == [2.0, 3.0, 4.0]
    assert evaluate(parse("2", ()), {}).shape == ()


def test_result_is_new_and_writable() -> None:
    x = np.zeros(3)
    result = value("x", x=x)
    result[0] = 1
    assert x[0] == 0


def test_no_warning_and_nothing_leaks_from_the_branch_not_taken() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = np.array([-1.0, 0.0, 4.0])
        assert value("where(x > 0, 1/sqrt(x), 0)", x=x).tolist() == [0.0, 0.0, 0.5]
        assert np.isnan(value("log(x)", x=-1.0))
        assert value("1/x", x=0.0) == np.inf
        assert np.isnan(value("step(x)", x=np.nan))


def test_missing_value() -> None:
    with pytest.raises(ExpressionError, match="no value for 'y'"):
        evaluate(parse("x + y", {"x", "y"}), {"x": 1.0})
