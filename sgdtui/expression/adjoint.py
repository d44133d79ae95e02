"""The gradient of an expression with vectors, backwards through its tree: as long as the expression, in any dimension.

Every node hands its adjoint on to its arguments (reverse accumulation; Griewank and Walther, Evaluating Derivatives,
2008, ch. 3). A number beside a vector gathers the sum of what the vector's numbers hand back. What is shared in the
tree is shared in the gradient, as the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.fold import build
from sgdtui.expression.node import COMPARISONS, LOGIC, Apply, Name, Node, Number, Vector
from sgdtui.expression.tree import Expression
from sgdtui.expression.vector import ENTRY, component, length_of

FLAT = frozenset({"sign", "step", "floor", *COMPARISONS, *LOGIC})
"""Functions whose derivative is zero almost everywhere."""
_TWO, _ONE, _ZERO = Number(2.0), Number(1.0), Number(0.0)


@lru_cache(maxsize=256)
def gradient(expression: Expression) -> Mapping[str, Expression]:
    """The derivatives of a single number by all that it names: by a name one number, by a vector a vector.

    A vector and a number of it that is named apart (`w` and `w[3]`) are told apart: the whole derivative by `w[3]` is
    that number of the vector's and the one of its own together (`by`).

    Raises:
        ExpressionError: the expression is a vector.
    """
    if expression.length is not None:
        raise ExpressionError("only a single number has a gradient")
    order = _in_order(expression.node)
    adjoints: dict[int, Node] = {id(expression.node): _ONE}
    found: dict[str, Node] = {}
    for node in reversed(order):
        own = adjoints.pop(id(node), None)
        if own is None or isinstance(node, Number):
            continue
        if isinstance(node, Name | Vector):
            found[node.id] = build("+", (found[node.id], own)) if node.id in found else own
            continue
        for argument, slope in zip(node.arguments, _slopes(node), strict=True):
            if isinstance(slope, Number) and slope.value == 0.0:
                continue
            handed = _product(own, slope)
            if length_of(argument) is None and length_of(handed) is not None:
                handed = Apply("sum", (handed,))
            known = adjoints.get(id(argument))
            adjoints[id(argument)] = handed if known is None else build("+", (known, handed))
    return {name: _whole(node, expression.node, name) for name, node in found.items()}


def by(expression: Expression, variable: str) -> Expression:
    """The derivative by one name, which may be a vector's number; a single number."""
    parts = gradient(expression)
    total: Node = parts[variable].node if variable in parts else _ZERO
    match = ENTRY.match(variable)
    if match is not None and match.group(1) in parts:
        total = build("+", (total, component(parts[match.group(1)].node, int(match.group(2)))))
    return _named(total)


def _named(node: Node) -> Expression:
    """An expression whose text is not written out: a gradient's text may be far longer than its tree."""
    return Expression(node, "a derivative")


def _whole(node: Node, of: Node, name: str) -> Expression:
    """With a vector's length where it would be a single number: the derivative of sum(w) is a vector of ones."""
    length = next((n.length for n in _in_order(of) if isinstance(n, Vector) and n.id == name), None)
    if length is not None and length_of(node) is None:
        # 0*w gives the number its place in a vector (and is NaN for a walker that is lost anyway).
        node = Apply("+", (node, Apply("*", (_ZERO, Vector(name, length)))))
    return _named(node)


def _in_order(root: Node) -> list[Node]:
    """Every distinct object of the tree, arguments before what is applied to them."""
    order: list[Node] = []
    done: set[int] = set()
    waiting: list[tuple[Node, bool]] = [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            order.append(node)
        elif id(node) not in done:
            done.add(id(node))
            waiting.append((node, True))
            if isinstance(node, Apply):
                waiting.extend((argument, False) for argument in node.arguments)
    return order


def _product(a: Node, b: Node) -> Node:
    return build("*", (a, b))


def _where(condition: Node, a: Node, b: Node) -> Node:
    return Apply("where", (condition, a, b))


def _slopes(node: Apply) -> tuple[Node, ...]:
    """The derivative of a function by each of its arguments, number by number."""
    function, arguments = node.function, node.arguments
    if function in FLAT:
        return (_ZERO,) * len(arguments)
    a, b = arguments[0], arguments[-1]
    match function:
        case "+":
            return _ONE, _ONE
        case "-":
            return _ONE, Number(-1.0)
        case "*":
            return b, a
        case "/":
            return build("/", (_ONE, b)), build("neg", (build("/", (node, b)),))
        case "**":
            return _power_slopes(node, a, b)
        case "where":
            condition, first, second = arguments
            del first, second
            return _ZERO, _where(condition, _ONE, _ZERO), _where(condition, _ZERO, _ONE)
        case "min" | "max":
            first_is = Apply("<" if function == "min" else ">", (a, b))
            return _where(first_is, _ONE, _ZERO), _where(first_is, _ZERO, _ONE)
        case "mod":
            return _ONE, build("neg", (Apply("floor", (build("/", (a, b)),)),))
        case "sum":
            return (_ONE,)
        case "norm":  # at the origin none, as of abs
            return (_where(Apply(">", (node, _ZERO)), build("/", (a, node)), _ZERO),)
    return (_OF_ONE[function](node, a),)


def _power_slopes(node: Apply, a: Node, b: Node) -> tuple[Node, Node]:
    lower = build("**", (a, build("-", (b, _ONE))))
    slope = build("*", (b, lower))
    if isinstance(b, Number):
        return slope, _ZERO
    grown = build("*", (node, Apply("log", (a,))))
    return slope, grown


_OF_ONE: Mapping[str, Callable[[Apply, Node], Node]] = {
    "neg": lambda _n, _a: Number(-1.0),
    "abs": lambda _n, a: Apply("sign", (a,)),
    # flat where it rests at 0, as sqrt(max(x, 0)) does
    "sqrt": lambda n, _a: _where(Apply(">", (n, _ZERO)), build("/", (Number(0.5), n)), _ZERO),
    "exp": lambda n, _a: n,
    "log": lambda _n, a: build("/", (_ONE, a)),
    "sin": lambda _n, a: Apply("cos", (a,)),
    "cos": lambda _n, a: build("neg", (Apply("sin", (a,)),)),
    "tan": lambda n, _a: build("+", (_ONE, build("*", (n, n)))),
    "tanh": lambda n, _a: build("-", (_ONE, build("*", (n, n)))),
    "sinh": lambda _n, a: Apply("cosh", (a,)),
    "cosh": lambda _n, a: Apply("sinh", (a,)),
    "atan": lambda _n, a: build("/", (_ONE, build("+", (_ONE, build("*", (a, a)))))),
    "erf": lambda _n, a: build(
        "*", (Number(1.1283791670955126), Apply("exp", (build("neg", (build("*", (a, a)),)),)))
    ),
}
