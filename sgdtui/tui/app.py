"""The app: wires the workbench to the screens. It computes nothing and imports nothing heavy before its first frame."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from sgdtui.tui.draw.changed_cells import ScreenMirror
from sgdtui.tui.screens.start import Start
from sgdtui.tui.textual_internals import CompositorUpdate, use_colour_system

if TYPE_CHECKING:
    from sgdtui.preset.table.question import TableQuestion
    from sgdtui.tui.controller.controller import Workbench
    from sgdtui.tui.controller.events import Event
    from sgdtui.tui.draw.look import Look
    from sgdtui.tui.screens.laboratory import Laboratory
    from sgdtui.tui.terminal.gate import Gate
    from sgdtui.tui.terminal.kiosk import Kiosk
    from sgdtui.tui.terminal.session import Session

COLOUR_SYSTEMS = {"none": 0, "8": 8, "16": 16, "256": 256, "true": 1 << 24, "truecolor": 1 << 24}


@dataclass(frozen=True, slots=True)
class Options:
    """How the app was asked to start; see `sgdtui launch --help`."""

    preset: str | None = None
    table: str | None = None
    question: TableQuestion | None = None
    loss: str | None = None
    noise: str | None = None
    colour: str | None = None
    ascii: bool = False
    fps: float = 10.0
    mouse: bool = True
    resume: bool = False
    kiosk: bool = False
    bandwidth: float | None = None
    threads: int | None = None
    budget: float | None = None
    theme: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


class FromBench(Message):
    """An event of the workbench, brought to the app's own thread."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class Imported(Message):
    """The heavy modules are there."""


class ImportFailed(Message):
    """They are not: `text` says why."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class SgdApp(App[int]):
    """sgdtui in a terminal."""

    TITLE = "sgdtui"
    CSS_PATH = "style.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 (Textual declares it as an instance variable)
        (0, "-tiny"), (60, "-narrow"), (80, "-compact"), (110, "-wide"), (170, "-huge"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"), (20, "-low"), (30, "-tall"), (50, "-towering"),
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q,ctrl+c", "quit", "Quit", show=False, priority=True)
    ]

    def __init__(
        self,
        options: Options | None = None,
        make_bench: Callable[..., Any] | None = None,
        session: Session | None = None,
    ) -> None:
        super().__init__(driver_class=session.driver_class() if session is not None else None)
        self.session = session
        self.leave_run_going = False
        self.options = options or Options()
        self.table = self.options.table
        """The sweep's table that `w` shows as a map."""
        self.folder: Path | None = None
        """Where something was opened last."""
        self.make_bench = make_bench
        self.bench: Workbench | None = None
        self.laboratory: Laboratory | None = None
        self.bytes_drawn = 0
        self._pending: Event | None = None
        self._pending_lock = threading.Lock()
        self._use_colours()
        self._use_theme()
        self.mirror = ScreenMirror(self.options.ascii, eight=self.colours == 8)
        self.gate: Gate | None = session.gate(self, self.mirror) if session is not None else None

    # --- colours --------------------------------------------------------------------------------------------------

    @property
    def colours(self) -> int:
        """How many colours are used: 0, 8, 16, 256 or all."""
        asked = self.options.colour
        if asked in COLOUR_SYSTEMS:
            return COLOUR_SYSTEMS[asked]
        if "NO_COLOR" in os.environ:
            return 0
        return {"standard": 16, "256": 256, "truecolor": 1 << 24}.get(self.console.color_system or "", 0)

    def _use_colours(self) -> None:
        from rich.color import ColorSystem
        from textual.filter import Monochrome, NoColor

        asked = {256: ColorSystem.EIGHT_BIT, 1 << 24: ColorSystem.TRUECOLOR}
        colours = self.colours
        self.no_color = colours == 0
        self._filters = [f for f in self._filters if not isinstance(f, Monochrome | NoColor)]
        if colours == 0:
            self._filters.append(NoColor())
        use_colour_system(self.console, asked.get(colours, ColorSystem.STANDARD))

    def _use_theme(self) -> None:
        from sgdtui.tui.draw.palette import MONO, THEMES

        for theme in THEMES:
            self.register_theme(theme)
        wanted = self.options.theme or (self.session.remembered_theme if self.session is not None else None)
        if self.colours == 0:
            wanted = MONO.name
        elif self.colours < 256:
            wanted = "ansi-dark"
        elif wanted not in self.available_themes:
            wanted = "sgdtui-dark"
        self.theme = wanted or "sgdtui-dark"

    def watch_theme(self) -> None:
        """Panels take the colours of the new theme, which is remembered."""
        if self.laboratory is not None and self.session is not None and self.kiosk is None:
            self.session.remember_theme(self.theme)
        for screen in self.screen_stack if self.laboratory is not None else ():
            forget = getattr(screen, "forget_colours", None)
            if forget is not None:
                forget()

    @property
    def stage(self) -> Laboratory | None:
        """The uppermost screen that shows the run: the laboratory, or the tour above it."""
        if self.laboratory is None:
            return None
        kind = type(self.laboratory)
        return next((s for s in reversed(self.screen_stack) if isinstance(s, kind)), self.laboratory)

    @property
    def look(self) -> Look:
        """What may be drawn."""
        from sgdtui.tui.draw.look import Look

        return Look(ascii=self.options.ascii, colours=self.colours)

    # --- start and end --------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The first frame, before numpy is there."""
        return Start()

    def on_mount(self) -> None:
        """The heavy modules are imported in a thread, after the first frame."""
        if self.session is not None:
            self.session.begin(self)
        self.call_after_refresh(self._import)

    def _import(self) -> None:
        threading.Thread(target=self._import_now, name="sgdtui-import", daemon=True).start()

    def _import_now(self) -> None:
        try:
            import sgdtui.tui.screens.laboratory  # noqa: F401
        except Exception as error:
            self.post_message(ImportFailed(f"{type(error).__name__}: {error}"))
        else:
            self.post_message(Imported())

    def on_import_failed(self, message: ImportFailed) -> None:
        """Says what is missing."""
        screen = self.screen
        if isinstance(screen, Start):
            screen.tell(f"could not start: {message.text}\n\nq quits")

    def on_imported(self) -> None:
        """The laboratory takes the place of the first frame."""
        from sgdtui.tui.controller.controller import Workbench
        from sgdtui.tui.controller.events import Request
        from sgdtui.tui.screens.laboratory import Laboratory

        options = self.options
        if self.make_bench is not None:
            self.bench = self.make_bench(self._tell)
        else:
            interval = 1.0 / max(self.options.fps, 0.1)
            limits = {"fitted": self.kiosk.fitted} if self.kiosk is not None else {}
            self.bench = Workbench(
                self._tell, threads=options.threads, interval=interval, budget=options.budget, **limits
            )
        self._use_keys()
        self.laboratory = Laboratory(self.bench, self.look)
        self.push_screen(self.laboratory)
        for notice in self.session.notices if self.session is not None else ():
            self.notify(notice, severity="warning", markup=False)
        if self.session is not None and self.session.checkpoint is not None:
            restore = self.laboratory.restore_view
            self.bench.resume(self.session.checkpoint, lambda view: self._soon(restore, view))
            return
        if self.table is not None:
            from sgdtui.sweeps.table import TableError

            try:
                self.show_map()
            except TableError as error:
                self.refusal = str(error)
                self.call_after_refresh(self.exit, 2)
            return
        self.bench.open(Request(options.preset, options.loss, options.noise, options.question))

    def _use_keys(self) -> None:
        """The keys of the settings file."""
        from sgdtui.tui.screens.bindings import keys_of

        keymap, problem = keys_of(self.options.keys)
        self.set_keymap(keymap)
        if problem:
            self.notify(problem, severity="warning", markup=False)

    def show_map(self, table: str | None = None) -> None:
        """The map of a sweep's table (None: the one before) above the laboratory. Raises the sweeps' TableError."""
        from sgdtui.tui.map.screen import open_map

        wanted = table or self.table
        if self.bench is not None and wanted is not None:
            self.push_screen(open_map(Path(wanted), self.bench, self.look))
            self.table = wanted

    def _soon(self, callback: Callable[..., None], *arguments: Any) -> None:
        """Calls back in the app's own thread."""
        self.call_later(callback, *arguments)

    @property
    def kiosk(self) -> Kiosk | None:
        """The limits of a shared host, None elsewhere."""
        return self.session.kiosk if self.session is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """On a kiosk nothing that reaches a file."""
        return self._allowed(action) and super().check_action(action, parameters)

    def _allowed(self, action: str) -> bool:
        return self.kiosk is None or action not in self.kiosk.REFUSED_ACTIONS

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Starts no browser: over SSH it would start on the server."""

    def _tell(self, event: Event) -> None:
        """Brings an event from any thread; of snapshots only the latest that was not yet drawn."""
        from sgdtui.tui.controller.events import Shown, Trouble

        if isinstance(event, Trouble) and self.kiosk is not None:
            event = replace(event, text=self.kiosk.without_paths(event.text))
        if isinstance(event, Shown) and not event.fork:
            with self._pending_lock:
                waiting, self._pending = self._pending is not None, event
            if waiting:
                return
        self.post_message(FromBench(event))

    def on_from_bench(self, message: FromBench) -> None:
        """Hands an event to the laboratory."""
        from sgdtui.tui.controller.events import Shown, Trouble

        event = message.event
        if isinstance(event, Shown) and not event.fork:
            with self._pending_lock:
                event, self._pending = self._pending or event, None
        if isinstance(event, Trouble) and event.fatal:
            self.exit(2, message=None)
            self.refusal = event.text
            return
        if self.stage is not None:
            self.stage.take(event)

    refusal: str = ""
    """Why the app ended before it began; printed by the command."""

    def _fatal_error(self) -> None:
        """Textual would print a traceback of some hundred lines with the values of every variable."""
        if self.session is None or self._exception is None:
            super()._fatal_error()
            return
        self.refusal = self.session.fault(self._exception)
        self._close_messages_no_wait()

    async def action_quit(self) -> None:
        """Ends the run and leaves; nothing is waited for."""
        self.exit(0)

    def exit(self, result: int | None = None, return_code: int = 0, message: Any = None) -> None:
        """Stops the run, then the app."""
        if self.bench is not None and not self.leave_run_going:
            self.bench.stop()
        super().exit(result, return_code, message)

    # --- drawing --------------------------------------------------------------------------------------------------

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Sends only the cells that changed."""
        mirror = self.mirror
        if (
            isinstance(renderable, CompositorUpdate)
            and self._running
            and not self._batch_count
            and screen is self.screen
        ):
            if self.gate is not None:
                renderable = self.gate.take(screen, renderable)
            else:
                renderable = mirror.patch(renderable, self.console, *self.size)
            self.bytes_drawn += len(renderable.sequence.encode()) if renderable is not None else 0
            if renderable is None or not renderable.sequence:
                self.post_display_hook()
                return
        super()._display(screen, renderable)

    def on_resize(self) -> None:
        """The terminal may have wrapped or cleared its lines."""
        self.mirror.forget()

    def action_redraw(self) -> None:
        """Draws everything anew, for a terminal that something else has written to."""
        self.mirror.forget()
        self.screen.refresh(layout=True)

    def action_command_palette(self) -> None:
        """Commands, presets and themes by name."""
        from sgdtui.tui.screens.palette import Palette

        if self.use_command_palette and not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self) -> None:
        """Themes by name."""
        from textual.theme import ThemeProvider

        from sgdtui.tui.screens.palette import Palette

        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: own commands, every experiment preset, and the themes."""
        if self.laboratory is not None and screen is self.laboratory:
            from sgdtui.tui.screens.commands import commands_of

            yield from commands_of(self.laboratory, self._allowed("export"), self.open_preset)
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)
        yield SystemCommand("Quit", "End the run and leave", partial(self.exit, 0))

    def open_preset(self, name: str, question: TableQuestion | None = None) -> None:
        """Opens an experiment of the library, a preset's file, or a table with what is asked of it."""
        from sgdtui.tui.controller.events import Request

        if self.bench is not None:
            self.bench.open(Request(name, question=question))

    def choose_preset(self) -> None:
        """Asks what to open: experiments of the library, presets, tables; on a kiosk the library alone."""
        from sgdtui.tui.files.opening import Opener, choose, here

        opener = Opener(self, self.look, self.open_preset, self.show_map, self._remember_folder)
        choose(opener, None if self.kiosk is not None else self.folder or here())

    def _remember_folder(self, folder: Path) -> None:
        self.folder = folder
