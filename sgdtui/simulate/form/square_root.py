"""The square root of a variance: what is written as a square comes out exactly, the rest goes through float32."""

from __future__ import annotations

from sgdtui.expression import Apply, Expression, Node, Number, constant, render


def root_of(deviation: str, least: float) -> str:
    """Text of the square root of a float32; what may be below 0 (`least` is its lower bound) counts as 0 there."""
    return (
        f"math.sqrt({deviation})"
        if least >= 0.0
        else f"math.sqrt(ZERO if {deviation} < ZERO else {deviation})"
    )


def split_root(variance: Expression) -> tuple[Expression, Expression]:
    """(outside, inside) with √variance = |outside|·√inside; inside is 1 where the variance is a whole square."""
    outside: list[Node] = []
    inside: list[Node] = []
    for factor in _factors(variance.node):
        if isinstance(factor, Number) and factor.value >= 0:
            outside.append(Number(factor.value**0.5))
        elif _even_power(factor) is not None:
            outside.append(_even_power(factor) or factor)
        else:
            inside.append(factor)
    # x*x is a square too.
    for factor in list(inside):
        while inside.count(factor) >= 2:
            inside.remove(factor)
            inside.remove(factor)
            outside.append(factor)
    return _product(outside), _product(inside)


def _factors(node: Node) -> list[Node]:
    if isinstance(node, Apply) and node.function == "*":
        return [*_factors(node.arguments[0]), *_factors(node.arguments[1])]
    return [node]


def _even_power(node: Node) -> Node | None:
    """The root of a ** 2n, that is a ** n."""
    if not (isinstance(node, Apply) and node.function == "**" and isinstance(node.arguments[1], Number)):
        return None
    half = node.arguments[1].value / 2
    if not half.is_integer() or half <= 0:
        return None
    return node.arguments[0] if half == 1 else Apply("**", (node.arguments[0], Number(half)))


def _product(nodes: list[Node]) -> Expression:
    result = constant(1.0)
    for node in nodes:
        result = result * Expression(node, render(node))
    return result
