"""Built expressions: operators, light folding, substitution, and the text of a tree."""

import pytest

from sgdtui.expression import (
    Apply,
    ExpressionError,
    Name,
    Number,
    apply,
    constant,
    name,
    parse,
    render,
    substitute,
)

x, y = name("x"), name("y")


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (x + 1, "x + 1"),
        (1 + x, "1 + x"),
        (x - 1, "x - 1"),
        (1 - x, "1 - x"),
        (2 * x * y, "2*x*y"),
        (x / 2, "x/2"),
        (2 / x, "2/x"),
        (x**2, "x**2"),
        (2**x, "2**x"),
        (-x, "-x"),
        (x - (y - 1), "x - (y - 1)"),
        (x / (y * 2), "x/(y*2)"),
        ((-x) ** 2, "(-x)**2"),
        (-(x**2), "-x**2"),
        ((x**2) ** y, "(x**2)**y"),
        (x ** (y**2), "x**y**2"),
        (x * (y + 1), "x*(y + 1)"),
        (x * -2, "x*-2"),
        (-2 * x, "-2*x"),
        (constant(-2) ** x, "(-2)**x"),
        (x**-y, "x**-y"),
        (0 * x, "0"),
        (x * 0.0, "0"),
        (1 * x, "x"),
        (-1 * x, "-x"),
        (x + 0, "x"),
        (0 - x, "-x"),
        (x - 0, "x"),
        (x / 1, "x"),
        (0 / x, "0"),
        (x**1, "x"),
        (x**0, "1"),
        (-apply("neg", x), "x"),
        (x + -y, "x - y"),
        (x - -y, "x + y"),
        (constant(2) * 3 + 1, "7"),
        (apply("where", apply("<", x, 0), -x, x), "where(x < 0, -x, x)"),
        (apply("min", x, y, 2), "min(min(x, y), 2)"),
        (apply("not", apply("and", x, y)), "not (x and y)"),
        (apply("==", apply("<", x, y), 1), "(x < y) == 1"),
        (constant(1e300), "1e+300"),
        (constant(0.1), "0.1"),
    ],
)
def test_building(built, text) -> None:
    assert built.text == text
    assert str(built) == text
    assert parse(text, {"x", "y"}).node == built.node


def test_substitution_is_simultaneous() -> None:
    swapped = substitute(parse("x - 2*y", {"x", "y"}), {"x": y, "y": x})
    assert swapped.text == "y - 2*x"


def test_substitution_folds() -> None:
    assert substitute(parse("s*x + a", {"s", "x", "a"}), {"s": constant(1), "a": constant(0)}).text == "x"
    unchanged = parse("x   + 1", {"x"})
    assert substitute(unchanged, {"z": x}) is unchanged


def test_render_of_logic() -> None:
    for text in ("not (x < 1 or y) and x", "x and (y and x)", "not not x", "(x or y)*2", "-(x < 1)"):
        assert render(parse(text, {"x", "y"}).node) == text


@pytest.mark.parametrize(
    "make",
    [
        lambda: constant(float("nan")),
        lambda: x + float("inf"),
        lambda: constant(1) / 0,
        lambda: constant(10) ** 400,
        lambda: apply("sin", x, y),
        lambda: apply("nothing", x),
        lambda: apply("sqrt", -1),
        lambda: substitute(parse("1/x", {"x"}), {"x": constant(0)}),
    ],
)
def test_what_cannot_be_built(make) -> None:
    with pytest.raises(ExpressionError):
        make()


def test_trees_are_values() -> None:
    assert {parse("x+1", {"x"}).node, (x + 1).node} == {Apply("+", (Name("x"), Number(1.0)))}
