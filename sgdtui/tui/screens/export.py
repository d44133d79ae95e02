"""Export: the preset that reproduces this view, its data and its picture, each with where it came from."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sgdtui.tui.controller.controller import Workbench
from sgdtui.tui.draw.plain import plain
from sgdtui.tui.view import View

SUFFIXES = (".yaml", ".csv", ".npz", ".svg")


class ExportDialog(ModalScreen[None]):
    """Asks for a folder and a name, and writes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    def __init__(self, bench: Workbench, view: View) -> None:
        super().__init__()
        self.bench, self.view = bench, view

    def compose(self) -> ComposeResult:
        """The name, and what will be written."""
        box = Container(classes="dialog")
        box.border_title = "Export"
        name = self.view.snapshot.experiment.name if self.view.snapshot is not None else "view"
        with box:
            yield Input(name, id="name", select_on_focus=False)
            yield Static("", classes="problem", markup=False)
            yield Static(
                self.view.look.say(
                    "Enter writes NAME.yaml (the preset, with its seed), NAME.csv, NAME.npz (the data) and NAME.svg "
                    "(the picture), each with version, seed and preset hash. The preset also goes to the clipboard."
                ),
                classes="hint",
                markup=False,
            )

    def on_mount(self) -> None:
        """Typing goes to the name."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        stem = Path(event.value.strip() or "view").expanduser()
        from sgdtui.tui.svg import svg_of_screen

        lab_screen = self.app.screen_stack[-2]
        picture = svg_of_screen(self.app, lab_screen, self.view.title or "sgdtui")
        result = self.bench.lab.result() if self.bench.lab is not None else None
        threading.Thread(target=self._write, args=(stem, picture, result), daemon=True).start()
        self.query_one(".problem", Static).update("writing …")

    def _write(self, stem: Path, picture: str, result: Any) -> None:
        from sgdtui.export.bundle import write_all

        experiment = self.bench.experiment
        if experiment is None:
            return

        try:
            written, preset = write_all(stem, experiment, result, picture)
        except OSError as error:
            self.app.call_later(self._failed, f"could not write {error.filename}: {error.strerror}")
        except ValueError as error:
            self.app.call_later(self._failed, str(error))
        else:
            self.app.call_later(self._done, written, preset)

    def _failed(self, text: str) -> None:
        if self.is_mounted:
            self.query_one(".problem", Static).update(plain(text))

    def _done(self, written: list[str], preset: str) -> None:
        self.app.copy_to_clipboard(preset)
        self.notify(f"wrote {', '.join(plain(name) for name in written)}", markup=False)
        if self.is_mounted:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Writes nothing."""
        self.dismiss(None)
