"""Expressions as straight-line Python for a compiled kernel: common parts once, powers as products, no libm in a lane.

The text is written from the checked tree, never from what a person typed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sgdtui.expression import polynomial
from sgdtui.expression.node import COMPARISONS, LOGIC, Apply, Name, Node, Number, Vector, walk
from sgdtui.expression.tree import Expression
from sgdtui.expression.vector import spelt_out

MAX_POWER = 64
"""Whole powers up to this are products; beyond it they are exp(n·log)."""

_ATOM = 9
_INFIX = {"+": 5, "-": 5, "*": 6, "/": 6}


def is_arithmetic(node: Node) -> bool:
    """Whether nothing but sums, products, quotients and whole powers is written for it."""
    for part in walk(spelt_out(node)):
        if isinstance(part, Apply) and part.function not in (*_INFIX, "neg"):
            exponent = part.arguments[-1]
            if part.function != "**" or not isinstance(exponent, Number):
                return False
            if not exponent.value.is_integer() or abs(exponent.value) > MAX_POWER:
                return False
    return True


@dataclass(slots=True)
class Part:
    """One distinct subexpression: a leaf (`text`) or a function of other parts (by number)."""

    function: str
    arguments: tuple[int, ...] = ()
    text: str = ""
    varying: bool = False
    uses: int = 0

    @property
    def is_condition(self) -> bool:
        """Whether its value is a truth value rather than a number."""
        return self.function in COMPARISONS or self.function in LOGIC


@dataclass(slots=True)
class Block:
    """What was written: `uniform` lines hold for all lanes, `lanes` lines belong in the loop over lanes."""

    uniform: list[str] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)


def straight_line(
    targets: Sequence[tuple[str, Expression]],
    names: Mapping[str, str],
    varying: Collection[str],
    prefix: str = "part",
) -> Block:
    """Assignments that give each target the value of its expression.

    Args:
        targets: a Python identifier and its expression, in order; a condition is given as 1.0 or 0.0.
        names: the Python identifier of every name that the expressions use.
        varying: the names (as the expressions spell them) that differ from lane to lane; whatever depends on none
            of them is computed once, outside the loop.
        prefix: how the names of intermediate values begin; they are numbered.
    """
    writer = _Writer(names, varying, prefix)
    roots = [(target, writer.part(spelt_out(expression.node))) for target, expression in targets]
    for _, root in roots:
        writer.use(root)
    for target, root in roots:
        line = f"{target} = {writer.number(root)}"
        (writer.block.lanes if writer.parts[root].varying else writer.block.uniform).append(line)
    return writer.block


class _Writer:
    def __init__(self, names: Mapping[str, str], varying: Collection[str], prefix: str) -> None:
        self.names = names
        self.varying = frozenset(varying)
        self.prefix = prefix
        self.parts: list[Part] = []
        self.known: dict[tuple[str, tuple[int, ...], str], int] = {}
        self.named: dict[int, str] = {}
        self.block = Block()

    # --- the tree, with equal parts merged and powers spelt out

    def part(self, node: Node) -> int:
        if isinstance(node, Number):
            return self._number(node.value)
        if isinstance(node, Name):
            return self._intern("name", (), self.names[node.id], node.id in self.varying)
        assert not isinstance(node, Vector)
        if node.function == "**":
            power = self._power(node.arguments[0], node.arguments[1])
            if power is not None:
                return power
        return self._apply(node.function, *(self.part(argument) for argument in node.arguments))

    def _number(self, value: float) -> int:
        return self._intern("number", (), repr(float(value)), False)

    def _apply(self, function: str, *arguments: int) -> int:
        varying = any(self.parts[a].varying for a in arguments)
        return self._intern(function, arguments, "", varying)

    def _intern(self, function: str, arguments: tuple[int, ...], text: str, varying: bool) -> int:
        key = (function, arguments, text)
        if key not in self.known:
            self.known[key] = len(self.parts)
            self.parts.append(Part(function, arguments, text, varying))
        return self.known[key]

    def _power(self, base: Node, exponent: Node) -> int | None:
        if not isinstance(exponent, Number) or not (2 * exponent.value).is_integer():
            return None
        if abs(exponent.value) > MAX_POWER:
            return None
        whole, half = divmod(abs(exponent.value), 1.0)
        below = self.part(base)
        product = self._whole_power(below, int(whole))
        if half:
            root = self._apply("sqrt", below)
            product = root if product is None else self._apply("*", product, root)
        if product is None:
            return self._number(1.0)
        return self._apply("/", self._number(1.0), product) if exponent.value < 0 else product

    def _whole_power(self, base: int, exponent: int) -> int | None:
        """By repeated squaring, so that x**4 is the square of x*x."""
        result: int | None = None
        square = base
        while exponent:
            if exponent & 1:
                result = square if result is None else self._apply("*", result, square)
            exponent >>= 1
            if exponent:
                square = self._apply("*", square, square)
        return result

    # --- how often a part is wanted

    def use(self, number: int) -> None:
        waiting = [number]
        while waiting:
            part = self.parts[waiting.pop()]
            part.uses += 1
            if part.uses == 1:
                waiting.extend(part.arguments)

    # --- text

    def number(self, index: int) -> str:
        """The text of a part as a number."""
        text = self.text(index)[0]
        return f"1.0 if {text} else 0.0" if self.parts[index].is_condition else text

    def text(self, index: int) -> tuple[str, int]:
        """The text of a part and how tightly it binds; a part that is wanted twice gets a line of its own."""
        if index in self.named:
            return self.named[index], _ATOM
        part = self.parts[index]
        if part.function in ("name", "number"):
            return part.text, 7 if part.text.startswith("-") else _ATOM
        if part.varying and part.function in polynomial.FUNCTIONS:
            argument = self._numeric_atom(part.arguments[0])
            name = self._new_name(index, part)
            self.block.lanes.extend(polynomial.lines(part.function, argument, name))
            return name, _ATOM
        if part.varying and part.function == "**":
            base, exponent = (self._numeric_atom(a) for a in part.arguments)
            name = self._new_name(index, part)
            self.block.lanes.extend(polynomial.power_lines(base, exponent, name))
            return name, _ATOM
        text, level = self._spelt(part)
        hoisted = not part.varying
        if part.uses > 1 or hoisted or part.function in ("where", "min", "max", "sign", "step", "mod"):
            name = self._new_name(index, part)
            (self.block.uniform if hoisted else self.block.lanes).append(f"{name} = {text}")
            return name, _ATOM
        return text, level

    def _new_name(self, index: int, part: Part) -> str:
        name = f"{self.prefix}_{len(self.named) + 1}"
        if part.function == "*" and part.arguments[0] == part.arguments[1]:
            base = self.named.get(part.arguments[0], self.parts[part.arguments[0]].text)
            if base.isidentifier() and f"{base}_squared" not in self.names.values():
                name = f"{base}_squared"
        self.named[index] = name
        return name

    def _numeric_atom(self, index: int) -> str:
        """A part as a name or a number, for text that repeats it."""
        text, level = self.text(index)
        part = self.parts[index]
        if level == _ATOM and not part.is_condition:
            return text
        name = f"{self.prefix}_{len(self.named) + 1}"
        self.named[index] = name
        value = f"1.0 if {text} else 0.0" if part.is_condition else text
        (self.block.lanes if part.varying else self.block.uniform).append(f"{name} = {value}")
        if part.is_condition:
            self.parts[index].function = "number"  # from here on the name stands for 1.0 or 0.0
            self.parts[index].text = name
        return name

    def _operand(self, index: int, least: int) -> str:
        part = self.parts[index]
        text, level = self.text(index)
        if part.is_condition:
            return f"(1.0 if {text} else 0.0)"
        return text if level >= least else f"({text})"

    def _truth(self, index: int) -> str:
        text, level = self.text(index)
        if self.parts[index].is_condition:
            return text if level == _ATOM else f"({text})"
        return f"({text} != 0.0)"

    def _spelt(self, part: Part) -> tuple[str, int]:
        function, arguments = part.function, part.arguments
        if function in _INFIX:
            level = _INFIX[function]
            gap = " " if level == 5 else ""
            left = self._operand(arguments[0], level)
            right = self._operand(arguments[1], level + 1)
            return f"{left}{gap}{function}{gap}{right}", level
        if function == "neg":
            return f"-{self._operand(arguments[0], 8)}", 7
        if function in COMPARISONS:
            return f"{self._operand(arguments[0], 5)} {function} {self._operand(arguments[1], 5)}", 4
        if function == "not":
            return f"not {self._truth(arguments[0])}", 3
        if function in ("and", "or"):
            sign = "&" if function == "and" else "|"
            return f"{self._truth(arguments[0])} {sign} {self._truth(arguments[1])}", 2
        if function == "where":
            return self._where(arguments)
        return self._called(function, [self._numeric_atom(a) for a in arguments])

    def _where(self, arguments: tuple[int, ...]) -> tuple[str, int]:
        # Both branches are computed first: a choice between two values is a blend, a branch is not.
        condition = self._truth(arguments[0])
        first, second = (self._numeric_atom(a) for a in arguments[1:])
        return f"{first} if {condition} else {second}", 1

    def _called(self, function: str, arguments: list[str]) -> tuple[str, int]:
        a = arguments[0]
        match function:
            case "abs":
                return f"abs({a})", _ATOM
            case "sqrt":
                return f"math.sqrt({a})", _ATOM
            case "floor":
                return f"np.floor({a})", _ATOM
            case "sign":
                return f"1.0 if {a} > 0.0 else (-1.0 if {a} < 0.0 else {a})", 1
            case "step":
                return f"1.0 if {a} > 0.0 else (0.0 if {a} <= 0.0 else {a})", 1
            case "mod":
                return f"{a} - {arguments[1]}*np.floor({a}/{arguments[1]})", 5
            case "min" | "max":
                b, sign = arguments[1], "<" if function == "min" else ">"
                return f"{a} if ({a} {sign} {b}) | ({a} != {a}) else {b}", 1
            case "**":
                return f"{a}**{arguments[1]}", 8
            case _:
                return f"math.{function}({a})", _ATOM


def literal(value: float) -> str:
    """A finite number as Python source that gives back the same float."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written in a kernel")
    return repr(float(value))
