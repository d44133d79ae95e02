"""What a claim is about: a path into a result, or arithmetic of paths. Read by hand, never evaluated as text.

    sum     = product (("+" | "-") product)*
    product = sign (("*" | "/") sign)*
    sign    = ("+" | "-") sign | power
    power   = atom ("**" sign)?
    atom    = number | function "(" sum ("," sum)* ")" | "(" sum ")" | path
    path    = name ("." name | "." integer | "[" integer "]")*

A name may hold a hyphen where it is known (`fokker-planck`); everywhere else a hyphen is a minus.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sgdtui.predict.registry import PREDICTIONS

MAX_LENGTH = 2_000
MAX_NESTING = 50

FUNCTIONS: dict[str, tuple[Callable[..., float], int | None]] = {
    "abs": (abs, 1),
    "sqrt": (math.sqrt, 1),
    "log": (math.log, 1),
    "exp": (math.exp, 1),
    "min": (min, None),
    "max": (max, None),
}
"""Functions by name, with how many arguments they take (None: two or more)."""

Key = str | int


class ClaimError(ValueError):
    """A claim that cannot be read, or names what is not there.

    Attributes:
        message: one line for a person, "did you mean" included.
        offset, length: the characters of the text to blame, from 0.
        suggestion: the nearest allowed name, if any.
    """

    def __init__(self, message: str, offset: int = 0, length: int = 1, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = max(1, length)
        self.suggestion = suggestion


class AbsentError(ClaimError):
    """A claim about a prediction that does not exist for this system."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Path:
    """Keys and indices from the top of a result; `offset` and `length` say where it stands in the text."""

    keys: tuple[Key, ...]
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator (`+ - * / **`, unary `neg`) or a function of its arguments."""

    name: str
    arguments: tuple[Node, ...]


Node = Constant | Path | Operation


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int


_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*|[-+*/(),.\[\]])",
    re.ASCII,
)


def parse(text: str, hyphenated: Collection[str] = ()) -> Node:
    """Read the `that` of a claim.

    Args:
        text: a path or arithmetic of paths.
        hyphenated: names that hold a hyphen, beside those of predictions.

    Raises:
        ClaimError: it cannot be read; the error says where and what is allowed.
    """
    if len(text) > MAX_LENGTH:
        raise ClaimError(f"a claim has at most {MAX_LENGTH} characters, this one {len(text)}", MAX_LENGTH)
    of_predictions = (name for name in PREDICTIONS.names if "-" in name)
    return _Parser(_tokens(text, {*of_predictions, *hyphenated}), len(text)).whole()


def paths(node: Node) -> tuple[Path, ...]:
    """Every path in the tree, in order."""
    if isinstance(node, Path):
        return (node,)
    if isinstance(node, Operation):
        return tuple(path for argument in node.arguments for path in paths(argument))
    return ()


def nearest(word: str, allowed: Collection[str]) -> str | None:
    """The allowed name closest to `word`, if any is close."""
    close = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return close[0] if close else None


def _tokens(text: str, hyphenated: Collection[str]) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        for known in sorted(hyphenated, key=len, reverse=True):
            following = text[at + len(known) : at + len(known) + 1]
            if text.startswith(known, at) and not (following.isalnum() or following == "_"):
                tokens.append(_Token("name", known, at))
                at += len(known)
                break
        else:
            match = _TOKEN.match(text, at)
            if match is None:
                raise ClaimError(f"{text[at]!r} means nothing in a claim", at)
            kind = str(match.lastgroup)
            word = match.group()
            if kind == "number" and tokens and tokens[-1].text == ".":  # mean.0 is mean[0], not .0
                word = word.split(".")[0]
            if kind == "number" and word.startswith(".") and tokens and tokens[-1].kind in ("name", "index"):
                kind, word = "operator", "."
            if kind == "number" and tokens and tokens[-1].text == ".":
                kind = "index"
            if kind != "space":
                tokens.append(_Token(kind, word, at))
            at += len(word)
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token], end: int) -> None:
        self.tokens = tokens
        self.end = end
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        if not self.tokens:
            raise ClaimError("a claim needs a path into the result, such as observables.left.value")
        node = self.sum()
        if (token := self.peek()) is not None:
            raise ClaimError(f"{token.text!r} is not expected here", token.offset, len(token.text))
        return node

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, *texts: str) -> _Token | None:
        token = self.peek()
        if token is not None and token.kind == "operator" and token.text in texts:
            self.at += 1
            return token
        return None

    def need(self, text: str, what: str) -> None:
        if self.take(text) is None:
            token = self.peek()
            raise ClaimError(f"{text!r} is missing {what}", token.offset if token else self.end)

    def sum(self) -> Node:
        node = self.product()
        while (token := self.take("+", "-")) is not None:
            node = Operation(token.text, (node, self.product()))
        return node

    def product(self) -> Node:
        node = self.sign()
        while (token := self.take("*", "/")) is not None:
            node = Operation(token.text, (node, self.sign()))
        return node

    def sign(self) -> Node:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ClaimError("the claim is nested too deeply", self.tokens[self.at - 1].offset)
        try:
            if self.take("-") is not None:
                return Operation("neg", (self.sign(),))
            if self.take("+") is not None:
                return self.sign()
            base = self.atom()
            return base if self.take("**") is None else Operation("**", (base, self.sign()))
        finally:
            self.depth -= 1

    def atom(self) -> Node:
        token = self.peek()
        if token is None:
            raise ClaimError("something is missing at the end", self.end)
        self.at += 1
        if token.kind == "number":
            return Constant(float(token.text))
        if token.kind == "name":
            following = self.peek()
            if following is not None and following.text == "(":
                return self.call(token)
            return self.path(token)
        if token.text == "(":
            node = self.sum()
            self.need(")", "to close the bracket")
            return node
        raise ClaimError(f"{token.text!r} is not expected here", token.offset, len(token.text))

    def call(self, token: _Token) -> Node:
        if token.text not in FUNCTIONS:
            suggestion = nearest(token.text, FUNCTIONS)
            hint = f"; did you mean {suggestion}?" if suggestion else ""
            raise ClaimError(
                f"unknown function {token.text!r}; allowed: {', '.join(FUNCTIONS)}{hint}",
                token.offset,
                len(token.text),
                suggestion,
            )
        self.need("(", "after the function")
        arguments = [self.sum()]
        while self.take(",") is not None:
            arguments.append(self.sum())
        self.need(")", "to close the function")
        wanted = FUNCTIONS[token.text][1]
        if len(arguments) != wanted and (wanted is not None or len(arguments) < 2):
            count = "two or more arguments" if wanted is None else f"{wanted} argument"
            raise ClaimError(
                f"{token.text} takes {count}, not {len(arguments)}", token.offset, len(token.text)
            )
        return Operation(token.text, tuple(arguments))

    def path(self, first: _Token) -> Path:
        keys: list[Key] = [first.text]
        end = first.offset + len(first.text)
        while True:
            if (dot := self.take(".")) is not None:
                token = self.peek()
                if token is None or token.kind not in ("name", "index"):
                    raise ClaimError("a name or an index is missing after the dot", dot.offset)
                self.at += 1
                keys.append(self.index(token) if token.kind == "index" else token.text)
                end = token.offset + len(token.text)
            elif self.take("[") is not None:
                token = self.peek()
                if token is None or token.kind != "number":
                    raise ClaimError("an index is missing after '['", token.offset if token else self.end)
                self.at += 1
                keys.append(self.index(token))
                end = token.offset + len(token.text) + 1
                self.need("]", "after the index")
            else:
                return Path(tuple(keys), first.offset, end - first.offset)

    def index(self, token: _Token) -> int:
        if not token.text.isdigit():
            raise ClaimError(f"an index is a whole number, not {token.text}", token.offset, len(token.text))
        return int(token.text)
