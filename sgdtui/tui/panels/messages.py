"""What panels ask of the screen. They change nothing themselves."""

from __future__ import annotations

from textual.message import Message


class CursorMoved(Message):
    """The linked cursor should stand at `point` (None: nowhere)."""

    def __init__(self, point: tuple[float, ...] | None) -> None:
        super().__init__()
        self.point = point


class ScatterHere(Message):
    """All walkers should start at `point`."""

    def __init__(self, point: tuple[float, ...]) -> None:
        super().__init__()
        self.point = point


class DialTurned(Message):
    """The dial at `path` should read `value`."""

    def __init__(self, path: str, value: float | str) -> None:
        super().__init__()
        self.path = path
        self.value = value


class EntryChosen(Message):
    """The loss or noise `name` of the library should be used."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__()
        self.kind = kind
        self.name = name


class EditExpression(Message):
    """The loss or noise should be typed as an expression."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
