"""The words of an expression's text, and the mistakes that can be seen before there is a tree.

Everything that could make ``ast`` slow or crash it is refused here: length, brackets, signs, huge numbers and
every character outside the small alphabet. What is left is ASCII on one line, so byte columns are characters.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from keyword import iskeyword

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import CONSTANTS, FUNCTIONS
from sgdtui.expression.vector import ENTRY, lengths, shown

MAX_LENGTH = 10_000
MAX_NESTING = 100
MAX_WORDS = 4_000

_WORD = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\[[0-9]+\])?)"
    r"|(?P<operator>\*\*|//|<=|>=|==|!=|<>|&&|\|\||[-+*/<>(),])"
)
_ADVICE = {
    "[": "'[' means nothing here; w[3] is the fourth number of a vector w: a whole number in brackets, no spaces",
    "]": "']' means nothing here; w[3] is the fourth number of a vector w: a whole number in brackets, no spaces",
    "^": "'^' means nothing here; use ** for powers",
    "=": "'=' means nothing here; use == to compare",
    "!": "'!' means nothing here; use 'not'",
    "&": "'&' means nothing here; use 'and'",
    "|": "'|' means nothing here; use 'or'",
    "%": "'%' means nothing here; use mod(a, b)",
    "//": "'//' means nothing here; use floor(a/b)",
    "&&": "'&&' means nothing here; use 'and'",
    "||": "'||' means nothing here; use 'or'",
    "<>": "'<>' means nothing here; use !=",
    "True": "a truth value is not a number; write 1 or a condition such as x > 0",
    "False": "a truth value is not a number; write 0 or a condition such as x > 0",
    "if": "'if' means nothing here; use where(condition, a, b)",
    "else": "'else' means nothing here; use where(condition, a, b)",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of an expression: what kind it is, its text, and the character that it begins at."""

    kind: str  # number, name, operator
    text: str
    offset: int


def scan(text: str, names: Collection[str]) -> None:
    """Check the words of a text and their order.

    Raises:
        ExpressionError: at the first word that cannot stand where it stands.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression is too long: {len(text)} characters; at most {MAX_LENGTH}", MAX_LENGTH
        )
    words = _words(text)
    if not words:
        raise ExpressionError("the expression is empty")
    if len(words) > MAX_WORDS:
        raise ExpressionError(
            f"the expression is too long: more than {MAX_WORDS} words", words[MAX_WORDS].offset
        )
    _check_order(words, len(text.rstrip()), names)


def blame(word: Word, message: str, suggestion: str | None = None) -> ExpressionError:
    """An error at a word."""
    return ExpressionError(message, word.offset, len(word.text), suggestion)


def unknown_name(word: Word, names: Collection[str], *, called: bool) -> ExpressionError:
    """The error for a name that nothing gave a meaning to."""
    vectors = {} if called else lengths(names)
    entry = ENTRY.match(word.text)
    if entry is not None and entry.group(1) in vectors:
        last = vectors[entry.group(1)] - 1
        return blame(
            word,
            f"'{word.text}' is none of its {last + 1} numbers: {entry.group(1)}[0] to {entry.group(1)}[{last}]",
        )
    if entry is not None and entry.group(1) in names:
        return blame(word, f"'{entry.group(1)}' is one number, not a vector", entry.group(1))
    allowed = sorted(FUNCTIONS) if called else [*shown(names), *CONSTANTS]
    near = allowed if called else [*(n for n in names if not ENTRY.match(n)), *vectors, *CONSTANTS]
    close = difflib.get_close_matches(word.text[:40], near, n=1, cutoff=0.5)
    hint = f"; did you mean '{close[0]}'?" if close else ";"
    listed = ", ".join(allowed[:40]) + (", …" if len(allowed) > 40 else "")
    kind = "function" if called else "name"
    return blame(
        word, f"unknown {kind} '{_short(word.text)}'{hint} allowed: {listed}", close[0] if close else None
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _words(text: str) -> list[Word]:
    words: list[Word] = []
    position = 0
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None:
            character = text[position]
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            message = _ADVICE.get(character, f"'{shown}' means nothing in an expression")
            raise ExpressionError(message, position)
        kind, found = str(match.lastgroup), match.group()
        word = Word(kind, found, position)
        if kind != "space":
            if found in _ADVICE:
                raise blame(word, _ADVICE[found])
            if kind == "number":
                _check_number(word)
            elif (
                found in ("and", "or", "not")
                and words
                and words[-1].kind == "number"
                and _touch(words[-1], word)
            ):
                raise blame(word, f"put a space before '{found}'")
            words.append(word)
        position = match.end()
    return words


def _touch(left: Word, right: Word) -> bool:
    return left.offset + len(left.text) == right.offset


def _check_number(word: Word) -> None:
    if not math.isfinite(float(word.text)):
        raise blame(word, f"{_short(word.text)} is not a finite number")
    if len(word.text) > 400:  # no float needs more, and Python refuses an integer of 4300 digits
        raise blame(word, f"{_short(word.text)} has too many digits")
    if len(word.text) > 1 and word.text[0] == "0" and word.text.isdigit():
        raise blame(word, f"{_short(word.text)}: a whole number does not begin with 0")


def _check_order(words: list[Word], end: int, names: Collection[str]) -> None:
    """Values and operators alternate, brackets match, and only functions are called."""
    names = {*names, *lengths(names)}
    brackets: list[tuple[Word, bool]] = []  # each open bracket, and whether it belongs to a call
    wants_value = True
    signs = 0
    for index, word in enumerate(words):
        text = word.text
        before = words[index - 1] if index else None
        opens = index + 1 < len(words) and words[index + 1].text == "("
        is_word_operator = text in ("and", "or", "not")
        signs = signs + 1 if wants_value and text in ("+", "-", "not") else 0
        if signs > MAX_NESTING:
            raise blame(word, f"nested too deeply: at most {MAX_NESTING} signs in a row")
        if word.kind == "number" or (word.kind == "name" and not is_word_operator):
            if iskeyword(text):
                raise blame(word, f"'{text}' means nothing in an expression")
            if not wants_value:
                raise blame(word, _missing_operator(before, word))
            if word.kind == "name":
                _check_name(word, opens, names)
                wants_value = opens
            else:
                wants_value = False
        elif text == "(":
            called = before is not None and before.text in FUNCTIONS and before.kind == "name"
            if not wants_value:
                raise blame(word, _missing_operator(before, word))
            brackets.append((word, called))
            if len(brackets) > MAX_NESTING:
                raise blame(word, f"nested too deeply: at most {MAX_NESTING} brackets")
        elif text == ")":
            if not brackets:
                raise blame(word, "this ')' closes nothing")
            _, called = brackets.pop()
            empty_call = called and before is not None and before.text == "("
            if wants_value and not empty_call:
                raise blame(word, "a value is missing before ')'")
            wants_value = False
        elif text == ",":
            if not brackets or not brackets[-1][1]:
                raise blame(word, "',' stands only between the arguments of a function")
            if wants_value:
                raise blame(word, "a value is missing before ','")
            wants_value = True
        elif wants_value and text not in ("+", "-", "not"):
            raise blame(word, f"a value is missing before '{text}'")
        elif not wants_value and text == "not":
            raise blame(word, "an operator is missing before 'not'")
        elif text == "not" and before is not None and before.text not in ("(", ",", "and", "or", "not"):
            raise blame(word, "put brackets round (not …) here")
        else:
            wants_value = True
    if brackets:
        raise blame(brackets[-1][0], "this '(' is never closed")
    if wants_value:
        raise ExpressionError(f"a value is missing after '{words[-1].text}'", end)


def _check_name(word: Word, opens: bool, names: Collection[str]) -> None:
    known = word.text in names or word.text in CONSTANTS
    if opens and word.text not in FUNCTIONS:
        if known:
            raise blame(word, f"'{word.text}' is not a function; write {word.text}*(…) to multiply")
        raise unknown_name(word, names, called=True)
    if not opens and not known and word.text in FUNCTIONS:
        raise blame(word, f"'{word.text}' is a function; write {word.text}(…)")
    if not opens and not known:
        raise unknown_name(word, names, called=False)


def _missing_operator(before: Word | None, word: Word) -> str:
    left = before.text if before and before.kind != "operator" else "(…)"
    right = "(…)" if word.text == "(" else word.text
    product = f"{_short(left)}*{_short(right)}"
    return f"an operator is missing before '{_short(word.text)}'; to multiply write {product}"
