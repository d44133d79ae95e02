"""The frame of every panel: a rule with its title, a canvas under it, and only changed rows refreshed."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from sgdtui.tui.draw.canvas import BOLD, REVERSE, Canvas
from sgdtui.tui.draw.palette import palette_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.strips import strip_of
from sgdtui.tui.draw.terminal_palette import Palette
from sgdtui.tui.view import View


class Panel(Widget, can_focus=True):
    """A widget that paints a `View` on a canvas."""

    TITLE: ClassVar[str] = ""
    JUMP: ClassVar[str] = ""
    """The letter that jumps here, "" where nothing does."""
    PICTURE: ClassVar[bool] = False
    """Whether it shows the run rather than answers keys: on a slow link pictures are drawn last."""
    READING: ClassVar[str] = ""
    """What the panel shows and how to read it, for the help screen: plain text, formula first."""

    DEFAULT_CSS = "Panel { width: 1fr; height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.view = View()
        self.painted: Canvas | None = None
        self._needed: tuple[object, ...] | None = None
        self._strips: list[Strip | None] = []
        self._palette: Palette | None = None

    def show(self, view: View) -> None:
        """Takes a new view and refreshes the rows that it changes."""
        self.view = view
        needs = self.needs(view)
        needs = None if needs is None else (*needs, view.jumping)
        if needs is None or needs != self._needed or self.painted is None:
            self._needed = needs
            self.repaint()

    def needs(self, view: View) -> tuple[object, ...] | None:
        """What of the view the panel draws, to be drawn again only if it has changed; None: anything."""
        del view
        return None

    def paint(self, canvas: Canvas) -> None:
        """Draws the panel on an empty canvas of its size."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paints anew and refreshes what came out different."""
        if not self.is_attached or self.size.width < 1 or self.size.height < 1:
            return
        canvas = Canvas(self.size.width, self.size.height, self.view.look)
        self.paint(canvas)
        if self.view.jumping and self.JUMP:
            canvas.write(0, 0, f" {self.JUMP} ", Role.ACCENT, weight=BOLD | REVERSE)
        rows = canvas.changed_rows(self.painted)
        self.painted = canvas
        if len(self._strips) != canvas.height:
            self._strips = [None] * canvas.height
        regions: list[Region] = []
        for y in rows:
            self._strips[y] = None
            if regions and regions[-1].bottom == y:
                regions[-1] = Region(0, regions[-1].y, canvas.width, regions[-1].height + 1)
            else:
                regions.append(Region(0, y, canvas.width, 1))
        if regions:
            self.refresh(*regions)

    @property
    def palette(self) -> Palette:
        """The colours of the present theme."""
        if self._palette is None:
            self._palette = palette_of(self.app.current_theme, self.view.look.colours)
        return self._palette

    def forget_colours(self) -> None:
        """The theme has changed."""
        self._palette = None
        self._strips = [None] * len(self._strips)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Row `y`, from the last canvas."""
        canvas = self.painted
        if canvas is None or y >= canvas.height or canvas.width != self.size.width:
            return Strip([Segment(" " * self.size.width, Style.null())], self.size.width)
        strip = self._strips[y]
        if strip is None:
            strip = strip_of(canvas, y, self.palette)
            self._strips[y] = strip
        return strip

    def on_resize(self) -> None:
        """Paints at the new size."""
        self.repaint()

    def on_focus(self) -> None:
        """The title is lit."""
        self.repaint()

    def on_blur(self) -> None:
        """The title is dimmed."""
        self.repaint()
