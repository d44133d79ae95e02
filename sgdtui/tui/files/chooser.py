"""The file chooser: type to find, Enter to open; experiments of the library stand below what lies in the folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain, shorten, width
from sgdtui.tui.files.places import FOLDER, Listing, Place, listing, matching, nothing, typed_path

NAME_CELLS = 32
"""Cells of a name; what is said about it stands after them."""
HINT = "Enter opens · ↑ ↓ choose · type a name, or a path such as ~/data/ · ⌫ goes to the folder above · esc leaves"
WITHOUT_FILES = "Enter opens · ↑ ↓ choose · type a name · esc leaves"


class Chooser(ModalScreen[Place | None]):
    """Gives the place that was chosen, None when it is left. Folders are gone into."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("down", "move('cursor_down')", "Down", show=False, priority=True),
        Binding("up", "move('cursor_up')", "Up", show=False, priority=True),
        Binding("pagedown", "move('page_down')", "Page down", show=False, priority=True),
        Binding("pageup", "move('page_up')", "Page up", show=False, priority=True),
    ]

    def __init__(self, folder: Path | None, look: Look) -> None:
        """`folder` is where to begin; None: the library alone, as on a shared host."""
        super().__init__()
        self.look = look
        self.found = Listing(folder, ())
        self.shown: tuple[Place, ...] = ()
        self._wanted = folder

    def compose(self) -> ComposeResult:
        """Where one is, what is typed, what there is."""
        box = Container(classes="dialog chooser")
        box.border_title = "Open"
        with box:
            yield Input(placeholder="type to find", id="find", select_on_focus=False)
            yield OptionList(id="places")
            yield Static("", classes="problem", markup=False)
            hint = WITHOUT_FILES if self._wanted is None else HINT
            yield Static(self.look.say(hint), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Typing goes to the input, arrows to the list."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self.go_into(self._wanted)

    def go_into(self, folder: Path | None) -> None:
        """Lists a folder. It is read in a thread: a folder on a network can take its time."""
        self._wanted = folder
        self.run_worker(self._read(folder), exclusive=True)

    async def _read(self, folder: Path | None) -> None:
        found = await asyncio.to_thread(listing, folder)
        if not self.is_mounted or folder != self._wanted:
            return
        self.found = found
        where = "the library" if found.folder is None else plain(str(found.folder))
        room = self._cells() - 10
        title = where if width(where) <= room else "…" + where[-(room - 1) :]
        self.query_one(".chooser").border_title = Content(self.look.say(f"Open · {title}"))
        self._list()

    def _list(self) -> None:
        """The places that match what was typed."""
        typed = self.query_one(Input).value
        path = typed_path(typed, self.found.folder)
        words = path[1] if path is not None else typed.strip()
        self.shown = matching(self.found, words)
        places = self.query_one(OptionList)
        cells = self._cells()
        places.clear_options()
        places.add_options([Option(self._row(place, cells)) for place in self.shown])
        if self.shown:
            above = self.shown[0].name == ".." and len(self.shown) > 1
            places.highlighted = 1 if above else 0
        problem = self.found.problem or ("" if self.shown else nothing(self.found, words))
        self.query_one(".problem", Static).update(self.look.say(plain(problem)))

    def _cells(self) -> int:
        """Cells of a row: the dialog without its frame, its margins and the scrollbar."""
        return max(min(72, int(0.96 * self.size.width)) - 8, 20)

    def _row(self, place: Place, cells: int) -> Content:
        room = min(NAME_CELLS, cells // 2)
        name = self.look.say(shorten(plain(place.name), room))
        about = self.look.say(shorten(plain(place.about), cells - room - 1))
        pad = " " * (room - width(name) + 1)
        style = "$text-accent" if place.kind == FOLDER else ""
        return Content.assemble((name, style), pad, (about, "$text-muted"))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        path = typed_path(event.value, self.found.folder)
        if path is not None and path[0] != self.found.folder and path[0].is_dir():
            self.query_one(Input).value = path[1]
            self.go_into(path[0])
            return
        self._list()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self.shown):
            self._open(self.shown[at])

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._open(self.shown[event.option_index])

    def _open(self, place: Place) -> None:
        if place.kind == FOLDER:
            self.query_one(Input).value = ""
            self.go_into(place.path)
        else:
            self.dismiss(place)

    def on_key(self, event: object) -> None:
        """Backspace with nothing typed goes to the folder above."""
        folder = self.found.folder
        if (
            getattr(event, "key", "") == "backspace"
            and not self.query_one(Input).value
            and folder is not None
        ):
            self.go_into(folder.parent)

    def action_move(self, how: str) -> None:
        """Moves in the list while one types."""
        getattr(self.query_one(OptionList), f"action_{how}")()

    def action_leave(self) -> None:
        """Opens nothing."""
        self.dismiss(None)
