"""A list of things of one kind, each under its own name, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """What a registry holds."""

    @property
    def name(self) -> str:
        """As in JSON, presets and claims."""


Kind = TypeVar("Kind", bound=Named)


class Registry(Generic[Kind]):
    """Things by name, in order. One more is one more line where the registry is made, or `add` at run time."""

    def __init__(self, what: str, kinds: Iterable[Kind]) -> None:
        self._what = what
        self._kinds: dict[str, Kind] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: Kind) -> None:
        """Put one more at the end. Raises ValueError where the name is taken."""
        if kind.name in self._kinds:
            raise ValueError(f"there is a {self._what} named {kind.name!r} already")
        self._kinds[kind.name] = kind

    def remove(self, name: str) -> None:
        """Take one out. Raises KeyError where there is none of that name."""
        del self._kinds[name]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    @property
    def names(self) -> tuple[str, ...]:
        """In order."""
        return tuple(self._kinds)
