"""What the terminal can show: which characters, and how many colours."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.tui.draw.plain import spell


@dataclass(frozen=True, slots=True)
class Look:
    """The means of drawing.

    ascii    only characters of ASCII
    colours  16777216, 256, 16 or 0: grounds are shaded only where there are at least 256
    smooth   shades and bar tops move only when they leave their step by a quarter (hysteresis)
    """

    ascii: bool = False
    colours: int = 1 << 24
    smooth: bool = True

    @property
    def shaded(self) -> bool:
        """Whether a cell may carry a shade as its ground."""
        return self.colours >= 256

    def say(self, text: str) -> str:
        """`text` as this terminal can write it."""
        return spell(text) if self.ascii else text
