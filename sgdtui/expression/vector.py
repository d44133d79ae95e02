"""Vectors in expressions: how long a value is, one of its numbers, and an expression spelt out number by number.

A vector's numbers are names of their own, `w[0]`, `w[1]`, …; whoever hands names to the parser hands those, and `w`
alone then means all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import reduce

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import REDUCTIONS, Apply, Name, Node, Number, Vector

ENTRY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[([0-9]+)\]\Z")
"""The name of one number of a vector."""


_NUMBERED, _MANY = re.compile(r"(.+)_[0-9]+\Z"), 4
"""Names that only a number tells apart are listed as one from so many on."""


def lengths(names: Iterable[str]) -> dict[str, int]:
    """The vectors whose numbers are among the names, with their lengths, in order."""
    found: dict[str, int] = {}
    for name in names:
        match = ENTRY.match(name) if name.endswith("]") else None
        if match is not None:
            found[match.group(1)] = max(found.get(match.group(1), 0), int(match.group(2)) + 1)
    return found


def stem(name: str) -> str:
    """The vector that a name is a number of, or the name itself."""
    match = ENTRY.match(name)
    return match.group(1) if match is not None else name


def shown(names: Collection[str]) -> list[str]:
    """The names as a person would list them, sorted: a vector once, as `w[0…19]`, a row of names too, as `H_1…21`."""
    vectors = lengths(names)
    alone = [name for name in names if not ENTRY.match(name)]
    rows: dict[str, list[str]] = {}
    for name in alone:
        match = _NUMBERED.match(name)
        rows.setdefault(match.group(1) if match is not None else name, []).append(name)
    told = [
        name
        for stem, own in rows.items()
        for name in ([f"{stem}_1…{len(own)}"] if len(own) >= _MANY and f"{stem}_{len(own)}" in own else own)
    ]
    return sorted([*told, *(f"{name}[0…{length - 1}]" for name, length in vectors.items())], key=str.lower)


def distinct(node: Node) -> Iterator[Node]:
    """Every node, those that stand in several places (the same object) once."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Apply):
            waiting.extend(reversed(node.arguments))


def length_of(node: Node) -> int | None:
    """How many numbers the value of a node holds; None for a single number."""
    known: dict[int, int | None] = {}

    def found(node: Node) -> int | None:
        if isinstance(node, Vector):
            return node.length
        if not isinstance(node, Apply) or node.function in REDUCTIONS:
            return None
        if id(node) not in known:
            known[id(node)] = next((n for n in map(found, node.arguments) if n is not None), None)
        return known[id(node)]

    return found(node)


def common_length(nodes: Iterable[Node]) -> int | None:
    """The length of what is applied to all of them, number by number.

    Raises:
        ExpressionError: two are vectors of different lengths.
    """
    found = {length for length in map(length_of, nodes) if length is not None}
    if len(found) > 1:
        few, many = min(found), max(found)
        raise ExpressionError(f"a vector of {few} numbers beside one of {many}")
    return next(iter(found), None)


def has_vectors(node: Node) -> bool:
    """Whether a vector is anywhere in it."""
    return any(isinstance(each, Vector) for each in distinct(node))


def component(node: Node, index: int) -> Node:
    """One number of a vector's value; sums inside stay sums."""
    known: dict[int, Node] = {}

    def taken(node: Node) -> Node:
        if isinstance(node, Vector):
            return Name(f"{node.id}[{index}]")
        if not isinstance(node, Apply) or node.function in REDUCTIONS:
            return node
        if id(node) not in known:
            arguments = tuple(map(taken, node.arguments))
            same = all(a is b for a, b in zip(arguments, node.arguments, strict=True))
            known[id(node)] = node if same else Apply(node.function, arguments)
        return known[id(node)]

    return taken(node)


def spelt_out(node: Node) -> Node:
    """A single number's expression without vectors: every sum written out, in a balanced tree.

    Whoever calls this knows that the vectors are short.
    """
    known: dict[
        int, tuple[Node, Node]
    ] = {}  # with the node itself: what is thrown away leaves its id to others

    def spelt(node: Node) -> Node:
        if not isinstance(node, Apply):
            return node
        if id(node) not in known:
            known[id(node)] = (node, _spelt(node))
        return known[id(node)][1]

    def _spelt(node: Apply) -> Node:
        if node.function not in REDUCTIONS:
            return Apply(node.function, tuple(map(spelt, node.arguments)))
        inner = node.arguments[0]
        if node.function == "norm":
            inner = Apply("**", (inner, Number(2.0)))
        terms = [spelt(component(inner, i)) for i in range(length_of(inner) or 0)]
        total = _balanced(terms)
        return Apply("sqrt", (total,)) if node.function == "norm" else total

    return spelt(node) if has_vectors(node) else node


def _balanced(terms: list[Node]) -> Node:
    if len(terms) > 8:
        middle = len(terms) // 2
        return Apply("+", (_balanced(terms[:middle]), _balanced(terms[middle:])))
    return reduce(lambda a, b: Apply("+", (a, b)), terms)
