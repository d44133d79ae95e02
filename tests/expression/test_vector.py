"""Vectors in expressions: the grammar, the value, and the gradient, each against numbers written out."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import ExpressionError, Name, parse, render
from sgdtui.expression.adjoint import by, gradient
from sgdtui.expression.derivative import derivative
from sgdtui.expression.node import Vector
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.source import straight_line
from sgdtui.expression.tree import Expression
from sgdtui.expression.vector import spelt_out

W = [f"w[{i}]" for i in range(4)]
A = [f"a[{i}]" for i in range(4)]
U = [f"u[{i}]" for i in range(3)]
NAMES = [*W, *A, *U, "b", "k", "t"]


def values(seed: int = 0, points: int = 5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(0.3, 1.7, points) for name in NAMES}


def test_a_vector_is_told_from_its_numbers() -> None:
    assert parse("w", NAMES, vector=True).node == Vector("w", 4)
    assert parse("w[3]", NAMES).node == Name("w[3]")
    assert parse("sum(w)", NAMES).names == set(W)
    assert parse("w*u[0] + b", NAMES, vector=True).length == 4


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("w[4]", 0, "w[0] to w[3]"),
        ("1 + w", 0, "one number is wanted"),
        ("sum(w*u)", 4, "a vector of 3 numbers beside one of 4"),
        ("dot(w, u)", 0, "a vector of 3 numbers beside one of 4"),
        ("sum(b)", 0, "sum is of a vector"),
        ("b[0]", 0, "one number, not a vector"),
        ("w [0]", 2, "a whole number in brackets"),
        ("sum(z)", 4, "unknown name 'z'"),
        ("w > 0 and b > 0", 0, "joins conditions"),
    ],
)
def test_mistakes_are_told_where_they_are(text: str, place: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, NAMES)
    assert caught.value.offset == place
    assert words in caught.value.message


def test_older_presets_may_call_a_parameter_norm() -> None:
    assert parse("norm*b", [*NAMES, "norm"]).names == {"norm", "b"}


# ruff: noqa: ARG005
CASES = {
    "dot(w, a)": lambda w, a, u, b: (w * a).sum(0),
    "sum(w**2)": lambda w, a, u, b: (w**2).sum(0),
    "norm(w)": lambda w, a, u, b: np.sqrt((w**2).sum(0)),
    "w[3] + sum(u)": lambda w, a, u, b: w[3] + u.sum(0),
    "sum(tanh(w*b + a))*norm(u)": lambda w, a, u, b: np.tanh(w * b + a).sum(0) * np.sqrt((u**2).sum(0)),
    "sum(where(w > a, w, a)**3) - b": lambda w, a, u, b: (np.maximum(w, a) ** 3).sum(0) - b,
    "(dot(w, a) + b - 1)**2/2": lambda w, a, u, b: ((w * a).sum(0) + b - 1) ** 2 / 2,
    "sum(w*dot(w, a)) + w[1]**2*exp(-w[1]/b)": (
        lambda w, a, u, b: w.sum(0) * (w * a).sum(0) + w[1] ** 2 * np.exp(-w[1] / b)
    ),
    "sum(min(w, 1)*abs(a - 1) + mod(w, 1/2) + erf(w)*atan(a) + sqrt(w)/log(1 + a) + b**w)": None,
}


@pytest.mark.parametrize("text", [text for text, of in CASES.items() if of is not None])
def test_values(text: str) -> None:
    given = values()
    w, a, u = (np.array([given[n] for n in names]) for names in (W, A, U))
    np.testing.assert_allclose(
        evaluate(parse(text, NAMES), given), CASES[text](w, a, u, given["b"]), rtol=1e-14
    )


def test_a_vector_has_its_numbers_first_whatever_the_shapes() -> None:
    given: dict[str, np.ndarray] = {name: np.ones((5, 1)) for name in [*W, *U, "b", "k", "t"]}
    given |= {name: np.full((1, 7), float(i)) for i, name in enumerate(A)}
    assert evaluate(parse("w*a", NAMES, vector=True), given).shape == (4, 5, 7)
    assert evaluate(parse("dot(w, a)", NAMES), given)[2, 3] == 6.0


@pytest.mark.parametrize("text", CASES)
def test_the_gradient_is_that_of_the_spelt_out_expression(text: str) -> None:
    """Sympy's derivative of the same without vectors; both are exact."""
    expression = parse(text, NAMES)
    plain = Expression(spelt_out(expression.node), render(spelt_out(expression.node)))
    given = values(1)
    np.testing.assert_allclose(evaluate(plain, given), evaluate(expression, given), rtol=1e-13)
    for name in [*W, *A, *U, "b"]:
        expected = evaluate(derivative(plain, name), given)
        np.testing.assert_allclose(evaluate(by(expression, name), given), expected, rtol=1e-10, atol=1e-12)


def test_second_derivatives_come_from_the_gradient() -> None:
    expression = parse("sum(tanh(w*a)**2)*b + w[0]*w[1]", NAMES)
    given = values(2)
    w, a = (np.array([given[n] for n in names]) for names in (W, A))
    t = np.tanh(w * a)
    slope = 2 * given["b"] * a**2 * (1 - t**2) * (1 - 3 * t**2)
    np.testing.assert_allclose(
        evaluate(derivative(derivative(expression, "w[2]"), "w[2]"), given), slope[2], rtol=1e-11
    )
    np.testing.assert_allclose(evaluate(derivative(derivative(expression, "w[0]"), "w[1]"), given), 1.0)


def test_the_gradient_by_a_vector_is_a_vector() -> None:
    assert gradient(parse("sum(w)", NAMES))["w"].length == 4
    np.testing.assert_array_equal(evaluate(gradient(parse("sum(w)", NAMES))["w"], values()), np.ones((4, 5)))


def test_the_norm_has_no_slope_at_the_origin() -> None:
    nought = dict.fromkeys(NAMES, 0.0)
    assert evaluate(by(parse("norm(w)", NAMES), "w[1]"), nought) == 0.0


def test_in_a_kernel_vectors_are_spelt_out() -> None:
    names = {name: name.replace("[", "_").replace("]", "") for name in NAMES}
    block = straight_line([("it", parse("dot(w, a) + b", NAMES))], names, set(NAMES))
    assert block.lanes == ["it = w_0*a_0 + w_1*a_1 + w_2*a_2 + w_3*a_3 + b"]
