"""Results by name: a name that is not there is told with the names that are, or with the reason for its absence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NoReturn, TypeVar

from sgdtui.preset.text.problem import names_hint

Value = TypeVar("Value")


class Named(dict[str, Value], Generic[Value]):
    """A dict whose KeyError is a sentence."""

    def __init__(
        self, kind: str, found: Mapping[str, Value], absent: Mapping[str, str] | None = None
    ) -> None:
        """`kind` is what the values are, `absent` why those are not there that might have been."""
        super().__init__(found)
        self._kind, self._absent = kind, dict(absent or {})

    def __missing__(self, name: str) -> NoReturn:
        """Raises KeyError."""
        if name in self._absent:
            raise KeyError(f"there is no {self._kind} '{name}' here: {self._absent[name]}")
        hint = names_hint(str(name), list(self)) or "there are none"
        raise KeyError(f"there is no {self._kind} '{name}'; {hint}")
