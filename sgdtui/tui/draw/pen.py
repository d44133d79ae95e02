"""A style as the codes that a terminal is told, and the shortest way from one to the next."""

from __future__ import annotations

from rich.color import ColorSystem
from rich.style import Style

from sgdtui.tui.textual_internals import ansi_codes

PLAIN = {str(base + 60 + n): str(base + n) for base in (30, 40) for n in range(8)}
"""Bright colours as a terminal with eight has them."""


class Pen:
    """A style as the codes that the terminal is told: attributes, ink and ground apart. Compared by identity."""

    __slots__ = ("attributes", "ground", "ink")

    def __init__(self, attributes: str, ink: str, ground: str) -> None:
        self.attributes, self.ink, self.ground = attributes, ink, ground

    def codes_after(self, before: Pen | None) -> str:
        """The shortest SGR sequence that changes the terminal from `before` to this pen."""
        if before is self:
            return ""
        if before is None or before.attributes != self.attributes:
            parts = [part for part in ("0", self.attributes, self.ink, self.ground) if part]
            return f"\x1b[{';'.join(parts)}m"
        parts = []
        if before.ink != self.ink:
            parts.append(self.ink or "39")
        if before.ground != self.ground:
            parts.append(self.ground or "49")
        return f"\x1b[{';'.join(parts)}m" if parts else ""


class Pens:
    """Styles to pens for one colour system; equal codes share one pen."""

    def __init__(self, system: ColorSystem | None, eight: bool = False) -> None:
        self.system, self.eight = system, eight
        self._of_style: dict[Style | None, Pen] = {}
        self._of_codes: dict[tuple[str, str, str], Pen] = {}

    def of(self, style: Style | None) -> Pen:
        """The pen of a style."""
        pen = self._of_style.get(style)
        if pen is None:
            attributes = ink = ground = ""
            if style is not None and self.system is not None:
                attributes = ansi_codes(style.without_color, self.system)
                if style.color is not None:
                    ink = ";".join(style.color.downgrade(self.system).get_ansi_codes(foreground=True))
                if style.bgcolor is not None:
                    ground = ";".join(style.bgcolor.downgrade(self.system).get_ansi_codes(foreground=False))
            elif style is not None:
                attributes = ansi_codes(style.without_color, ColorSystem.STANDARD)
            if self.eight:
                ink, ground = PLAIN.get(ink, ink), PLAIN.get(ground, ground)
            codes = (attributes, ink if ink != "39" else "", ground if ground != "49" else "")
            pen = self._of_codes.setdefault(codes, Pen(*codes))
            if len(self._of_style) > 8192:
                self._of_style.clear()
            self._of_style[style] = pen
        return pen
