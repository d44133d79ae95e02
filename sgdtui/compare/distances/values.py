"""The distances of one comparison, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Distances(Mapping[str, float | None]):
    """A number for each distance of the registry, as `["tv"]` or `.tv`; None where one does not exist (a singular law
    has no TV or KL). Frozen.
    """

    __slots__ = ("_of",)
    _of: dict[str, float | None]

    def __init__(self, **of: float | None) -> None:
        object.__setattr__(self, "_of", of)

    def __getitem__(self, name: str) -> float | None:
        return self._of[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def __getattr__(self, name: str) -> float | None:
        if name.startswith("_") or name not in self._of:
            raise AttributeError(name)
        return self._of[name]

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"distances are not changed: {name}")

    def __reduce__(self) -> tuple[object, tuple[dict[str, float | None]]]:
        return _rebuilt, (dict(self._of),)

    def __repr__(self) -> str:
        return f"Distances({', '.join(f'{name}={value!r}' for name, value in self._of.items())})"


def _rebuilt(of: dict[str, float | None]) -> Distances:
    return Distances(**of)
