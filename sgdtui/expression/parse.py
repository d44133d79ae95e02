"""Text to a checked expression, through ``ast`` and a white list. Nothing is ever evaluated as text."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Collection, Mapping

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.fold import folded
from sgdtui.expression.node import (
    CONSTANTS,
    FUNCTIONS,
    RESERVED,
    Apply,
    Name,
    Node,
    Number,
    Vector,
    arity,
    render,
    walk,
    wrong_count,
)
from sgdtui.expression.scan import MAX_LENGTH, MAX_NESTING, scan
from sgdtui.expression.tree import Expression, apply, constant, name, substitute
from sgdtui.expression.vector import common_length, length_of, lengths

__all__ = [
    "FUNCTIONS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_NESTING",
    "MAX_NODES",
    "RESERVED",
    "Apply",
    "Expression",
    "ExpressionError",
    "Name",
    "Node",
    "Number",
    "apply",
    "constant",
    "name",
    "parse",
    "render",
    "substitute",
    "walk",
]

MAX_NODES = 2_000
MAX_DEPTH = 200  # of the tree; a sum of 200 terms is that deep

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def parse(text: str | int | float, names: Collection[str], *, vector: bool = False) -> Expression:
    """Read an expression.

    Numbers are folded (``2*3`` is 6), ``0 < x < 1`` becomes ``0 < x and x < 1``, ``pi`` and ``e`` are
    numbers, and a new line is a space.

    Args:
        text: the text, or a bare number.
        names: every variable and parameter that may appear, ``k`` and ``t`` included where they are allowed. Where
            ``w[0]``, ``w[1]``, … are among them, ``w`` is the vector of those.
        vector: whether the value may be a vector.

    Raises:
        ExpressionError: the text is not an expression; the error says where and what is allowed.
    """
    if isinstance(text, bool):
        raise ExpressionError("a truth value is not a number or an expression")
    if isinstance(text, int | float):
        return constant(_finite_float(text))
    if not isinstance(text, str):
        raise ExpressionError(f"an expression is a text or a number, not a {type(text).__name__}")
    scan(text, names)
    indent = len(text) - len(text.lstrip())
    try:
        body = ast.parse(re.sub(r"\s", " ", text).strip(), mode="eval").body
        node = _Reader(indent, lengths(names)).read(body, 1)
    except SyntaxError as error:
        raise ExpressionError("this is not an expression", indent + max(0, (error.offset or 1) - 1)) from None
    except (RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError("the expression is nested too deeply") from None
    expression = Expression(node, text.strip())
    if not vector and expression.length is not None:
        raise ExpressionError(
            f"this is a vector of {expression.length} numbers, and one number is wanted: sum(…), norm(…), dot(…, …) "
            "or w[0]",
            indent,
            len(expression.text),
        )
    if not expression.names and expression.constant_value is None:
        raise ExpressionError(f"{expression.text} is not a finite number", indent, len(expression.text))
    return expression


def _finite_float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ExpressionError("the number is too large") from None


class _Reader:
    """Turns the nodes of ``ast`` that are on the list into ours, and refuses every other."""

    def __init__(self, indent: int, vectors: Mapping[str, int]) -> None:
        self.indent = indent
        self.vectors = vectors
        self.count = 0

    def read(self, tree: ast.expr, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            raise self.error(
                tree, f"the expression is too long: at most {MAX_NODES} numbers, names and operations"
            )
        if depth > MAX_DEPTH:
            raise self.error(
                tree, f"the expression is nested too deeply: at most {MAX_DEPTH} operations deep"
            )
        depth += 1
        match tree:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return Number(float(value))
            case ast.Name(id=id):
                if id in self.vectors:
                    return Vector(id, self.vectors[id])
                return Number(CONSTANTS[id]) if id in CONSTANTS else Name(id)
            case ast.Subscript(value=ast.Name(id=id), slice=ast.Constant(value=int() as index)):
                return Name(f"{id}[{index}]")
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.fold(tree, "neg", (self.read(operand, depth),))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.fold(tree, "not", (self.read(operand, depth),))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                pair = (self.read(left, depth), self.read(right, depth))
                return self.fold(tree, _BINARY[type(op)], pair)
            case ast.BoolOp(op=op, values=values):
                connective = "and" if isinstance(op, ast.And) else "or"
                return self.chain(connective, [self.read(v, depth) for v in values], tree)
            case ast.Compare(left=left, ops=ops, comparators=comparators) if all(
                type(o) in _COMPARE for o in ops
            ):
                terms = [self.read(term, depth) for term in (left, *comparators)]
                pairs = zip(ops, terms[:-1], terms[1:], strict=True)
                for a, b in itertools.pairwise(terms):
                    self.alike(tree, (a, b))
                return self.chain("and", [Apply(_COMPARE[type(op)], (a, b)) for op, a, b in pairs], tree)
            case ast.Call(func=ast.Name(id=function), args=args, keywords=[]) if function in FUNCTIONS:
                least, most = arity(function)
                if not least <= len(args) <= most:
                    raise self.error(tree, wrong_count(function, len(args)))
                return self.fold(tree, function, tuple(self.read(a, depth) for a in args))
        raise self.error(tree, "this means nothing in an expression")

    def fold(self, tree: ast.expr, function: str, arguments: tuple[Node, ...]) -> Node:
        self.alike(tree, arguments)
        try:
            return folded(function, arguments)
        except ExpressionError as error:
            raise self.error(tree, error.message) from None

    def alike(self, tree: ast.expr, arguments: tuple[Node, ...]) -> None:
        """What is applied number by number to vectors of different lengths is refused where it stands."""
        try:
            common_length(arguments)
        except ExpressionError as error:
            raise self.error(tree, error.message) from None

    def chain(self, connective: str, nodes: list[Node], tree: ast.expr) -> Node:
        if len(nodes) > 1 and any(length_of(node) is not None for node in nodes):
            raise self.error(tree, f"'{connective}' joins conditions, not vectors; use min, max or *")
        if len(nodes) > MAX_NESTING:
            raise ExpressionError(
                f"nested too deeply: at most {MAX_NESTING} conditions in a row", self.indent
            )
        result = nodes[0]
        for node in nodes[1:]:
            result = Apply(connective, (result, node))
        return result

    def error(self, tree: ast.expr, message: str) -> ExpressionError:
        length = (tree.end_col_offset or tree.col_offset + 1) - tree.col_offset
        return ExpressionError(message, self.indent + tree.col_offset, length)
