"""Random trees: text and tree agree, arrays and plain floats agree, derivatives and differences agree."""

import math
from collections.abc import Mapping

import numpy as np
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from sgdtui.expression import FUNCTIONS, Apply, Expression, ExpressionError, Name, Node, Number, parse, render
from sgdtui.expression.derivative import derivative, simplify
from sgdtui.expression.fold import folded
from sgdtui.expression.numeric import evaluate

NAMES = ("x", "y", "s")
ARITY = {
    1: ["neg", "not", *(function for function, arity in FUNCTIONS.items() if arity == 1)],
    2: ["+", "-", "*", "/", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or", "mod", "min", "max"],
    3: ["where"],
}
seeded = settings(max_examples=300, deadline=None, derandomize=True)


def _folded_or_first(function: str, arguments: tuple[Node, ...]) -> Node:
    try:
        return folded(function, arguments)
    except ExpressionError:  # numbers whose value is not finite
        return arguments[0]


def _grown(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(_folded_or_first, st.sampled_from(functions), st.tuples(*[children] * arity))
        for arity, functions in ARITY.items()
    )


numbers = st.one_of(
    st.integers(-9, 9).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, 0.25, 1 / 3, 2.5, 1e-3]),
).map(Number)
mild_numbers = st.sampled_from([-2.0, -1.0, 0.0, 0.1, 0.5, 1 / 3, 1.0, 2.0, 3.0]).map(Number)
names = st.sampled_from(NAMES).map(Name)
trees = st.recursive(names | numbers, _grown, max_leaves=25)
mild_trees = st.recursive(names | mild_numbers, _grown, max_leaves=10)


def expression(node: Node) -> Expression:
    return Expression(node, render(node))


@seeded
@given(trees)
def test_rendered_text_reads_back_as_the_same_tree(node: Node) -> None:
    of = expression(node)
    assume(of.names or of.constant_value is not None)  # 1/(2 < 1) is refused
    assert parse(of.text, NAMES).node == node


def reference(node: Node, values: Mapping[str, float]) -> float:
    """Plain recursion over floats; NaN where the value is not a finite real number."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return values[node.id]
    if node.function == "where":
        condition = reference(node.arguments[0], values)
        return math.nan if math.isnan(condition) else reference(node.arguments[1 if condition else 2], values)
    arguments = [reference(a, values) for a in node.arguments]
    if not all(map(math.isfinite, arguments)):
        return math.nan
    a, b = arguments[0], arguments[-1]
    plain = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
        "**": lambda: math.pow(a, b),
        "neg": lambda: -a,
        "not": lambda: a == 0,
        "and": lambda: a != 0 and b != 0,
        "or": lambda: a != 0 or b != 0,
        "<": lambda: a < b,
        "<=": lambda: a <= b,
        ">": lambda: a > b,
        ">=": lambda: a >= b,
        "==": lambda: a == b,
        "!=": lambda: a != b,
        "abs": lambda: abs(a),
        "sign": lambda: (a > 0) - (a < 0),
        "step": lambda: a > 0,
        "min": lambda: a if a < b else b,
        "max": lambda: a if a > b else b,
        "mod": lambda: a - b * math.floor(a / b),
    }
    try:
        value = float(plain[node.function]() if node.function in plain else getattr(math, node.function)(a))
    except (ValueError, ZeroDivisionError, OverflowError):
        return math.nan
    return value if math.isfinite(value) else math.nan


def _is_steady(node: Node, values: dict[str, float]) -> bool:
    """Whether the value stays put when the names move by rounding errors: no jump and no cancellation here."""
    nudged = {name: value * (1 + 1e-14) for name, value in values.items()}
    before, after = reference(node, values), reference(node, nudged)
    return math.isfinite(before) and abs(after - before) <= 1e-10 * (1 + abs(before))


# Offsets keep the simplest examples off the isolated points, such as x = y, where a derivative means nothing.
points = st.builds(
    lambda x, y, s: {"x": x + 0.0137, "y": y + 0.0251, "s": s + 0.0419}, *[st.floats(-3, 3)] * len(NAMES)
)


@seeded
@given(mild_trees, points)
def test_arrays_agree_with_plain_floats(node: Node, values: dict[str, float]) -> None:
    assume(_is_steady(node, values))
    found = evaluate(expression(node), {name: np.full(2, value) for name, value in values.items()})
    np.testing.assert_allclose(found, reference(node, values), rtol=1e-9, atol=1e-9)


@seeded
@given(mild_trees, points)
def test_derivative_agrees_with_central_differences(node: Node, values: dict[str, float]) -> None:
    of = expression(node)
    assume("x" in of.names)

    def value(shift: float) -> float:
        return reference(node, {**values, "x": values["x"] + shift})

    h = 1e-4
    coarse, fine = (value(2 * h) - value(-2 * h)) / (4 * h), (value(h) - value(-h)) / (2 * h)
    curvature = abs(coarse - fine)  # the error of the finer one is a third of this
    kink = abs(value(h) - 2 * value(0) + value(-h)) / h  # the slopes of the two sides differ by this
    assume(curvature < 1e-5 * (1 + abs(fine)) and kink < 1e-2 * (1 + abs(fine)) and abs(fine) < 1e6)
    try:
        found = evaluate(derivative(of, "x"), values)
    except (
        ExpressionError
    ):  # a branch that is real nowhere, such as x/0, is refused even where it is not taken
        reject()
    np.testing.assert_allclose(found, fine, rtol=1e-5, atol=1e-5 + curvature)


@seeded
@given(mild_trees, points)
def test_simplified_has_the_same_value(node: Node, values: dict[str, float]) -> None:
    assume(_is_steady(node, values))
    simpler = simplify(expression(node))
    np.testing.assert_allclose(evaluate(simpler, values), reference(node, values), rtol=1e-8, atol=1e-8)


def test_the_reference_tells_wrong_from_right() -> None:
    assert reference(Apply("-", (Name("x"), Number(1.0))), {"x": 3.0}) == 2.0
    assert math.isnan(reference(Apply("/", (Name("x"), Number(0.0))), {"x": 3.0}))


@seeded
@given(trees)
def test_any_derivative_is_an_expression_or_an_expression_error(node: Node) -> None:
    of = expression(node)
    for variable in NAMES:
        try:
            slope = derivative(of, variable)
        except ExpressionError:
            continue
        assert slope.names <= of.names
        if slope.names:
            assert parse(slope.text, NAMES) == slope
