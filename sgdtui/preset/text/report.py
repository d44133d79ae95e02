"""Collects the problems of one reading: a path in the document becomes a place in its file."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sgdtui.expression import Expression, ExpressionError, parse
from sgdtui.preset.text.problem import PresetError, Problem, printable
from sgdtui.preset.text.yaml_places import Located, Path, Place


class Report:
    """The problems found so far, in one file or in several that share one list.

    `relocate` maps a path of the document being built to one of the file (a variant's changes, say). With `subscripts`
    the document is a mapping in Python, and places are written as one would reach them: run["noise"][0][1].
    """

    def __init__(
        self,
        file: str = "",
        located: Located | None = None,
        problems: list[Problem] | None = None,
        texts: dict[str, str] | None = None,
        relocate: Callable[[Path], Path] | None = None,
        prefix: str = "",
        subscripts: bool = False,
    ) -> None:
        self.file = file
        self.located = located
        self.problems: list[Problem] = [] if problems is None else problems
        self.texts: dict[str, str] = {} if texts is None else texts
        self.relocate = relocate
        self.prefix = prefix
        self.subscripts = subscripts
        self.pruned: set[Path] = set()
        if located is not None and located.text:
            self.texts[file] = located.text

    def nested(self, file: str, located: Located) -> Report:
        """A report on another file that adds to the same list."""
        return Report(file, located, self.problems, self.texts)

    def variant(self, name: str, relocate: Callable[[Path], Path]) -> Report:
        """A report on a variant of this document, its problems told at the variant's place."""
        prefix = f"variant '{name}': "
        return Report(self.file, self.located, self.problems, self.texts, relocate, prefix, self.subscripts)

    def left_out(self, path: Path) -> bool:
        """Whether something at or below `path` was wrong already and left out."""
        return any(pruned[: len(path)] == path for pruned in self.pruned)

    @property
    def errors(self) -> int:
        """The number of errors (warnings not counted)."""
        return sum(problem.severity == "error" for problem in self.problems)

    def error(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        """Note an error at the value (or key) at `path`."""
        self._add(path, message, hint, "error", key)

    def warn(self, path: Path, message: str, hint: str = "") -> None:
        """Note a warning at the value at `path`."""
        self._add(path, message, hint, "warning", False)

    def expression(
        self, path: Path, text: str | int | float, names: Collection[str], hint: str = ""
    ) -> Expression | None:
        """Parse an expression; on failure note the error under the character to blame and return None."""
        try:
            return parse(text, names)
        except ExpressionError as error:
            where = self.relocate(path) if self.relocate else path
            place = self.located.inside(where, error.offset, error.length) if self.located else None
            self._add_at(place, where, error.message, hint, "error")
            return None

    def error_inside(self, path: Path, message: str, offset: int, length: int) -> None:
        """Note an error at some characters of the text at `path`."""
        place = self.located.inside(path, offset, length) if self.located else None
        self._add_at(place, path, message, "", "error")

    def condition(self, path: Path, text: str | int | float, names: Collection[str]) -> Expression | None:
        """Parse an expression that must be a condition."""
        expression = self.expression(path, text, names)
        if expression is not None and not expression.is_condition:
            self.error(path, f"'{expression.text}' is not a condition", "write a comparison, such as x > 1")
            return None
        return expression

    def raise_if_wrong(self) -> None:
        """Raise PresetError with all problems if one of them is an error."""
        if self.errors:
            raise PresetError(self.in_order(), self.texts)

    def in_order(self) -> tuple[Problem, ...]:
        """The problems without repeats, file by file, down the lines."""
        files = list(dict.fromkeys(problem.file for problem in self.problems))
        return tuple(
            sorted(dict.fromkeys(self.problems), key=lambda p: (files.index(p.file), p.line, p.column))
        )

    def _add(self, path: Path, message: str, hint: str, severity: str, key: bool) -> None:
        where = self.relocate(path) if self.relocate else path
        self._add_at(
            self.located.place(where, key=key) if self.located else None, where, message, hint, severity
        )

    def _add_at(self, place: Place | None, path: Path, message: str, hint: str, severity: str) -> None:
        if self.subscripts:
            dotted = "run" + "".join(f"[{step!r}]" for step in path).replace("'", '"') if path else ""
        else:
            dotted = ".".join(str(step) for step in path)
        told = f"{dotted}: {message}" if dotted else f"{self.prefix}{message}"
        line, column, length = (place.line, place.column, max(1, place.length)) if place else (0, 0, 0)
        self.problems.append(
            Problem(self.file, line, column, length, printable(told), printable(hint), severity)
        )
