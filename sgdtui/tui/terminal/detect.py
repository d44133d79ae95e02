"""What is known of the terminal before a byte is sent to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sgdtui.tui.terminal.characters import Characters, characters
from sgdtui.tui.terminal.colour import WORDS, Colours, colours
from sgdtui.tui.terminal.remote import multiplexer, over_ssh, process_ancestors

FASTEST = 64_000.0
"""Bytes a second that are never exceeded over a network, unless asked for."""
SLOW = 16_000.0
"""Bytes a second where the round trip tells of a slow link."""
UNMEASURED = 5_000.0
"""Bytes a second where nothing tells how fast the link is: behind a multiplexer, or a terminal that does not answer."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the terminal can do, and for each finding the reason.

    replies    whether its answers to a cursor-position query come from the person's end of the link
    bandwidth  the most bytes a second that are sent; None: no limit
    """

    term: str
    colours: Colours
    characters: Characters
    multiplexer: str | None
    over_ssh: bool
    why_ssh: str
    size: tuple[int, int] | None
    bandwidth: float | None
    why_bandwidth: str

    @property
    def replies(self) -> bool:
        """Whether pacing can go by the terminal's own replies."""
        return self.over_ssh and self.multiplexer is None

    def facts(self) -> dict[str, str]:
        """Each finding in words, with its reason."""
        size = f"{self.size[0]}×{self.size[1]}" if self.size is not None else "no terminal"
        way = "over ssh" if self.over_ssh else "local"
        through = f", inside {self.multiplexer}" if self.multiplexer else ""
        return {
            "TERM": self.term or "not set",
            "size": size,
            "colours": f"{WORDS[self.colours.number]} ({self.colours.why})",
            "characters": f"{'ASCII' if self.characters.ascii else 'Unicode'} ({self.characters.why})",
            "connection": f"{way}{through} ({self.why_ssh})",
            "output": f"{self._output()} ({self.why_bandwidth})",
        }

    def _output(self) -> str:
        if self.bandwidth is None:
            return "every frame, no limit"
        limit = f"at most {self.bandwidth / 1000:g} kB/s"
        return f"paced by the terminal's replies, {limit}" if self.replies else limit


def detect(
    environ: Mapping[str, str] | None = None,
    *,
    tty: int | None = None,
    color: str | None = None,
    ascii_only: bool = False,
    bandwidth: float | None = None,
    ancestors: tuple[str, ...] | None = None,
) -> Terminal:
    """Look at the environment and at the terminal of file descriptor `tty`.

    `color`, `ascii_only` and `bandwidth` (kB/s) are what was asked for on the command line or in the settings; they
    win. `ancestors` are the names of the processes above this one.
    """
    environ = os.environ if environ is None else environ
    above = process_ancestors() if ancestors is None else ancestors
    through = multiplexer(environ, above)
    ssh, why = over_ssh(environ, through, above)
    limit, why_limit = _bandwidth(bandwidth, ssh, through)
    return Terminal(
        term=environ.get("TERM", ""),
        colours=colours(environ, color),
        characters=characters(environ, ascii_only),
        multiplexer=through,
        over_ssh=ssh,
        why_ssh=why,
        size=size_of(tty),
        bandwidth=limit,
        why_bandwidth=why_limit,
    )


def size_of(tty: int | None) -> tuple[int, int] | None:
    """Columns and rows of a terminal; None where the descriptor is none."""
    if tty is None:
        return None
    try:
        found = os.get_terminal_size(tty)
    except OSError:
        return None
    return found.columns, found.lines


def _bandwidth(asked: float | None, ssh: bool, through: str | None) -> tuple[float | None, str]:
    """The limit in bytes a second, and why."""
    if asked is not None:
        return asked * 1000, f"--bandwidth {asked:g}"
    if ssh and through == "mosh":
        return FASTEST, "mosh paces by itself"
    if ssh and through is not None:
        return UNMEASURED, f"{through} answers in the terminal's place, so the link cannot be measured"
    if ssh:
        return FASTEST, "over ssh"
    if through is not None:
        return FASTEST, f"{through} may be attached from elsewhere"
    return None, "local"
