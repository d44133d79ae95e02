"""What is wrong with a preset, where, and what would be right: one problem, and all of a file's as an error."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_CONTROL = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LONGEST_LINE = 160


def printable(text: str) -> str:
    """The text on one line without control, direction or surrogate characters: safe to print on a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).replace("\t", " ")


def shortened(text: str, longest: int = 60) -> str:
    """The text, printable, cut with an ellipsis past `longest` characters."""
    text = printable(text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def did_you_mean(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed name closest to `word`, or None where nothing comes close."""
    close = difflib.get_close_matches(word[:60], list(allowed), n=1, cutoff=0.55)
    return close[0] if close else None


def names_hint(word: str, allowed: Sequence[str]) -> str:
    """A hint for an unknown name: the closest one, and what is allowed (at most 30 names)."""
    close = did_you_mean(word, allowed)
    shown = ", ".join(allowed[:30]) + (", …" if len(allowed) > 30 else "")
    question = f"did you mean '{close}'? " if close else ""
    return f"{question}allowed: {shown}" if shown else question.strip()


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count from 1 (0: no place in a file); `length` characters are to blame.

    `hint` says what is allowed; `severity` is "error" or "warning" (a warning does not stop a preset).
    """

    file: str
    line: int
    column: int
    length: int
    message: str
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """`file:line:column: message; hint`, on one line."""
        place = (
            f"{self.file}:{self.line}:{self.column}: "
            if self.line
            else (f"{self.file}: " if self.file else "")
        )
        warning = "warning: " if self.severity == "warning" else ""
        return printable(f"{place}{warning}{self.message}" + (f"; {self.hint}" if self.hint else ""))


class PresetError(ValueError):
    """A preset that cannot be used. `problems` holds every mistake found, in the order of the file.

    `source_texts` maps each file named in a problem to its text, for `render`.
    """

    def __init__(self, problems: Sequence[Problem], source_texts: dict[str, str] | None = None) -> None:
        self.problems = tuple(problems)
        self.source_texts = source_texts or {}
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def plain(cls, message: str, hint: str = "", file: str = "") -> PresetError:
        """An error of one problem that has no line."""
        return cls((Problem(file, 0, 0, 0, message, hint),))

    def rendered(self) -> str:
        """All problems as `render` shows them."""
        return "\n".join(render(p, self.source_texts.get(p.file, "")) for p in self.problems)


class UnreadableError(PresetError):
    """A file that could not be read at all: absent, too big, not text, no permission."""


def lines_of(text: str) -> list[str]:
    """The lines of a YAML text, counted as YAML counts them: it also breaks lines at NEL, LS and PS."""
    return re.split("\r\n|[\n\r\x85\u2028\u2029]", text)


def render(problem: Problem, source_text: str = "") -> str:
    """The problem for a terminal: place and message, the line, a caret under the blame, and what is allowed."""
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    warning = "warning: " if problem.severity == "warning" else ""
    parts = [printable(f"{place}: {warning}{problem.message}" if place else f"{warning}{problem.message}")]
    lines = lines_of(source_text) if source_text and problem.line else []
    if 0 < problem.line <= len(lines):
        line, start = lines[problem.line - 1], max(0, problem.column - 1)
        cut = max(0, start - _LONGEST_LINE // 2) if len(line) > _LONGEST_LINE else 0
        shown = printable(line[cut : cut + _LONGEST_LINE])
        caret = "^" * max(1, min(problem.length, len(shown) - (start - cut)))
        number = str(problem.line)
        parts.append(f"  {number} | {shown}")
        parts.append(f"  {' ' * len(number)} | {' ' * (start - cut)}{caret}")
    if problem.hint:
        parts.append(f"  {printable(problem.hint)}")
    return "\n".join(parts)
