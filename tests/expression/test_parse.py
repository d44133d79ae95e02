"""Text to a tree: the grammar, and one clear error at the right place for everything outside it."""

import math
import subprocess
import sys
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdtui.expression import FUNCTIONS, RESERVED, Apply, Expression, ExpressionError, Name, Number, parse
from sgdtui.expression.node import OF_VECTORS

NAMES = {"x", "y", "sigma", "k", "t"}
X, Y = Name("x"), Name("y")


def node(text: str) -> object:
    return parse(text, NAMES).node


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("3", Number(3.0)),
        ("1e-3", Number(0.001)),
        (".5", Number(0.5)),
        ("-2", Number(-2.0)),
        ("x + y", Apply("+", (X, Y))),
        ("+x", X),
        ("-x**2", Apply("neg", (Apply("**", (X, Number(2.0))),))),
        ("x**-2", Apply("**", (X, Number(-2.0)))),
        ("x**y**2", Apply("**", (X, Apply("**", (Y, Number(2.0)))))),
        ("x - y - 1", Apply("-", (Apply("-", (X, Y)), Number(1.0)))),
        ("x/y*2", Apply("*", (Apply("/", (X, Y)), Number(2.0)))),
        ("2*3 + 4", Number(10.0)),
        ("1/3", Number(1 / 3)),
        ("x**(1/2)", Apply("**", (X, Number(0.5)))),
        ("pi", Number(math.pi)),
        ("e", Number(math.e)),
        ("e**x", Apply("exp", (X,))),
        ("sin(x)", Apply("sin", (X,))),
        ("min(x, y, 1)", Apply("min", (Apply("min", (X, Y)), Number(1.0)))),
        ("max(1, 2, 3)", Number(3.0)),
        ("mod(7, 3)", Number(1.0)),
        ("mod(-1, 3)", Number(2.0)),
        ("step(0)", Number(0.0)),
        ("sign(0)", Number(0.0)),
        ("where(x > 0, x, y)", Apply("where", (Apply(">", (X, Number(0.0))), X, Y))),
        ("0 < x <= 1", Apply("and", (Apply("<", (Number(0.0), X)), Apply("<=", (X, Number(1.0)))))),
        ("x and y or not x", Apply("or", (Apply("and", (X, Y)), Apply("not", (X,))))),
        ("x and y and k", Apply("and", (Apply("and", (X, Y)), Name("k")))),
        ("not x == y", Apply("not", (Apply("==", (X, Y)),))),
        ("  x\n  + y\t", Apply("+", (X, Y))),
    ],
)
def test_grammar(text: str, expected: object) -> None:
    assert node(text) == expected


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_comparisons_are_conditions(operator: str) -> None:
    expression = parse(f"x {operator} 1", NAMES)
    assert expression.node == Apply(operator, (X, Number(1.0)))
    assert expression.is_condition


def test_arithmetic_of_conditions_is_not_a_condition() -> None:
    assert not parse("(x < 1)*2", NAMES).is_condition
    assert parse("1 < 2", NAMES).is_condition


def test_every_function_can_be_called() -> None:
    for function, arity in FUNCTIONS.items():
        count = arity[0] if isinstance(arity, tuple) else arity
        if function in OF_VECTORS:
            assert parse(f"{function}({', '.join(['w'] * count)})", ("w[0]", "w[1]")).names == {
                "w[0]",
                "w[1]",
            }
        else:
            assert parse(f"{function}({', '.join(['x'] * count)})", NAMES).names == {"x"}


def test_numbers_and_text() -> None:
    assert parse(3, ()).node == Number(3.0)
    assert parse(0.25, ()).text == "0.25"
    assert parse(" x  +y ", NAMES).text == "x  +y"
    assert parse("x*y + k + x", NAMES).names == {"x", "y", "k"}
    assert parse("2*(1 < 3)", NAMES).constant_value == 2
    assert parse("x - x", NAMES).constant_value is None


@pytest.mark.parametrize(
    ("text", "offset", "length", "message"),
    [
        ("x^2", 1, 1, "use ** for powers"),
        ("x + sgma", 4, 4, "unknown name 'sgma'; did you mean 'sigma'? allowed: k, sigma, t, x, y, pi, e"),
        ("x +\n zz", 5, 2, "unknown name 'zz'"),
        ("sine(x)", 0, 4, "unknown function 'sine'; did you mean 'sin'?"),
        ("2x", 1, 1, "write 2*x"),
        ("x y", 2, 1, "write x*y"),
        ("2(x)", 1, 1, "write 2*(…)"),
        ("x(2)", 0, 1, "'x' is not a function"),
        ("(x)(y)", 3, 1, "operator is missing"),
        ("x not y", 2, 3, "operator is missing before 'not'"),
        ("x == not y", 5, 3, "brackets"),
        ("sin + 1", 0, 3, "'sin' is a function; write sin(…)"),
        ("x + sin(x, y)", 4, 9, "sin takes 1 argument, not 2"),
        ("where(x, y)", 0, 11, "where takes 3 arguments, not 2"),
        ("min(x)", 0, 6, "min takes 2 to 32 arguments, not 1"),
        ("sin()", 0, 5, "sin takes 1 argument, not 0"),
        ("x +", 3, 1, "a value is missing after '+'"),
        ("x + * y", 4, 1, "a value is missing before '*'"),
        ("(x", 0, 1, "never closed"),
        ("x)", 1, 1, "closes nothing"),
        ("()", 1, 1, "a value is missing before ')'"),
        ("sin(x,)", 6, 1, "a value is missing before ')'"),
        ("min(,x)", 4, 1, "a value is missing before ','"),
        ("x, y", 1, 1, "between the arguments of a function"),
        ("x + 1/0", 4, 3, "1/0 is not a finite number"),
        (" log(0)", 1, 6, "log(0) is not a finite number"),
        ("1/(1 < 0)", 0, 9, "not a finite number"),
        ("1e999", 0, 5, "not a finite number"),
        ("007", 0, 3, "does not begin with 0"),
        ("True", 0, 4, "a truth value is not a number"),
        ("x = 1", 2, 1, "use == to compare"),
        ("x % 2", 2, 1, "mod(a, b)"),
        ("x // 2", 2, 2, "floor(a/b)"),
        ("x && y", 2, 2, "use 'and'"),
        ("x <> y", 2, 2, "use !="),
        ("!x", 0, 1, "use 'not'"),
        ("x > 1and y", 5, 3, "put a space before 'and'"),
        ("", 0, 1, "empty"),
        (" \n ", 0, 1, "empty"),
    ],
)
def test_mistakes(text: str, offset: int, length: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, NAMES)
    assert message in str(caught.value)
    assert str(caught.value) == caught.value.message
    assert (caught.value.offset, caught.value.length) == (offset, length)


def test_suggestion_is_an_attribute() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("xx", NAMES)
    assert caught.value.suggestion == "x"
    with pytest.raises(ExpressionError) as caught:
        parse("qqqq", NAMES)
    assert caught.value.suggestion is None


HOSTILE = {
    "tower": "9**9**9",
    "tall tower": "**".join(["9"] * 50),
    "huge power": "(10**300)**10",
    "overflow": "exp(1000)",
    "brackets": "(" * 10_000,
    "matched brackets": "(" * 5_000 + "x" + ")" * 4_999,
    "just too many brackets": "(" * 101 + "x" + ")" * 101,
    "long": "x+" * 500_000 + "x",
    "signs": "-" * 9_999 + "x",
    "fewer signs": "-" * 500 + "x",
    "nots": "not " * 500 + "x",
    "long sum": "+".join(["x"] * 1_500),
    "long tower": "**".join(["x"] * 1_500),
    "long chain": "<".join(["x"] * 1_500),
    "long and": " and ".join(["x"] * 1_500),
    "calls": "sin(" * 2_000,
    "many arguments": "min(" + ",".join(["x"] * 1_000) + ")",
    "commas": "," * 9_000,
    "digits": "9" * 5_000,
    "zeros": "0" * 5_000,
    "decimals": "0." + "1" * 5_000,
    "null": "x\0+1",
    "only null": "\0",
    "full-width letter": "ｘ",
    "full-width digit": "１",
    "arabic digit": "x + ٣",
    "superscript": "x²",
    "letter": "é + x",
    "emoji": "x + 😀",
    "surrogate": "x + \ud800",
    "joiner": "x\u200d",
    "import": "__import__('os').system('true')",
    "dunder": "x.__class__.__bases__",
    "call of a name": "__import__(x)",
    "eval": "eval(x)",
    "subscript": "x[0]",
    "list": "[x]",
    "set": "{x}",
    "string": "'x'",
    "f-string": "f'{x}'",
    "bytes": "b'x'",
    "lambda": "lambda: x",
    "comprehension": "(x for x in y)",
    "starred": "sin(*x)",
    "double starred": "sin(**x)",
    "keyword": "sin(x=1)",
    "walrus": "(x := 1)",
    "conditional": "x if y else 1",
    "await": "await x",
    "yield": "(yield x)",
    "is": "x is y",
    "in": "x in y",
    "matrix product": "x @ y",
    "tilde": "~x",
    "shift": "x << 2",
    "imaginary": "1j",
    "hexadecimal": "0x10",
    "underscored": "1_000",
    "ellipsis": "...",
    "semicolon": "x; y",
    "comment": "x # y",
    "backslash": "x \\\n + y",
    "none": "None",
    "dunder debug": "__debug__",
    "percent": "x % s",
    "markup": "[red]x[/red]",
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_one_clear_error(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ExpressionError) as caught:
            parse(text, NAMES)
    assert 0 < len(caught.value.message) < 400
    assert "\n" not in caught.value.message
    assert 0 <= caught.value.offset <= len(text)


@pytest.mark.parametrize("value", [True, False, None, [1], {"a": 1}, b"x", 1j])
def test_what_is_neither_text_nor_number(value: object) -> None:
    with pytest.raises(ExpressionError):
        parse(value, NAMES)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**400])
def test_numbers_that_are_not_finite(value: float) -> None:
    with pytest.raises(ExpressionError):
        parse(value, NAMES)


def test_limits_are_not_reached_by_what_people_write() -> None:
    assert parse("(" * 100 + "x" + ")" * 100, NAMES).node == X
    assert parse("-" * 100 + "x", NAMES).names == {"x"}
    wells = " + ".join(f"exp(-(x - {i})**2)" for i in range(150))
    assert parse(wells, NAMES).names == {"x"}


def test_reserved_names() -> None:
    assert {"sin", "pi", "e", "k", "t", "L", "H", "lambda", "and", "True"} <= RESERVED
    assert not {"x", "y", "s", "w", "eta", "a"} & RESERVED


_words = st.one_of(
    st.sampled_from(["x", "y", "sigma", "1", "2.5", "1e3", "9**9", "(", ")", "sin(", "min(", "where(", ","]),
    st.sampled_from(["+", "-", "*", "/", "**", "<", ">", "==", "not", "and", "or", " ", "\n"]),
    st.sampled_from(["^", ".", "[", "'", "if", "True", "é"]),
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(_words, max_size=40).map(" ".join),
        st.lists(_words, max_size=40).map("".join),
    )
)
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    refusal = None
    try:
        result = parse(text, NAMES)
    except ExpressionError as error:
        refusal = error
    if refusal is None:
        assert isinstance(result, Expression)
        assert result.names <= NAMES
        assert parse(result.text, NAMES) == result
    else:
        assert 0 <= refusal.offset <= len(text)
        assert refusal.message


def test_import_is_light() -> None:
    code = "import sys, sgdtui.expression; print([m for m in ('sympy', 'numpy', 'scipy', 'numba') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
