"""How many colours a terminal shows, and why we think so.

TERM crosses SSH, COLORTERM and NO_COLOR do not, so a table of the common names stands before terminfo, whose entries
for the younger terminals are seldom on the remote machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NONE, EIGHT, SIXTEEN, INDEXED, TRUE = 0, 8, 16, 256, 1 << 24

ASKED = {"none": NONE, "8": EIGHT, "16": SIXTEEN, "256": INDEXED, "truecolor": TRUE, "true": TRUE}
"""What `--color` and the settings take beside `auto`."""

WORDS = {
    NONE: "none",
    EIGHT: "8 colours",
    SIXTEEN: "16 colours",
    INDEXED: "256 colours",
    TRUE: "24-bit colour",
}

_TRUE = (
    "alacritty", "contour", "foot", "ghostty", "iterm2", "kitty", "ms-terminal", "rio", "wezterm", "xterm-ghostty",
    "xterm-kitty", "xterm-direct", "konsole-direct",
)  # fmt: skip
"""Terminals that show 24-bit colour whether or not COLORTERM came along; compared with the start of TERM."""
_INDEXED = (
    "gnome",
    "konsole",
    "mintty",
    "mlterm",
    "putty",
    "screen",
    "terminator",
    "tmux",
    "vte",
    "xterm-new",
)
_SIXTEEN = ("cygwin", "eterm", "linux", "rxvt", "xterm", "st")
_EIGHT = ("ansi", "bvterm", "cons25", "pcansi", "sun", "wsvt25")
_NONE = ("dumb", "vt", "unknown", "network", "adm", "wyse", "tvi", "teletype", "xterm-mono")


@dataclass(frozen=True, slots=True)
class Colours:
    """How many colours are used (0, 8, 16, 256 or 2**24), and the reason in a few words."""

    number: int
    why: str


def colours(environ: Mapping[str, str], asked: str | None = None) -> Colours:
    """The colours of the terminal that `environ` describes; `asked` (a key of `ASKED`) wins over everything."""
    if asked in ASKED:
        return Colours(ASKED[asked], f"--color {asked}")
    if "NO_COLOR" in environ:
        return Colours(NONE, "NO_COLOR is set")
    term = environ.get("TERM", "").lower()
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") and not _is_screen(environ, term):
        return Colours(TRUE, f"COLORTERM={environ['COLORTERM']}")
    return of_term(term)


def of_term(term: str) -> Colours:
    """The colours that a value of TERM stands for."""
    term = term.lower()
    why = f"TERM={term or '(not set)'}"
    if term.endswith("-direct") or _begins(term, _TRUE):
        return Colours(TRUE, why)
    if term.endswith("-m") or _begins(term, ("xterm-mono",)):
        return Colours(NONE, why)
    if "256col" in term:
        return Colours(INDEXED, why)
    if "-88color" in term or term.endswith(("-16color", "+16color")):
        return Colours(SIXTEEN, why)
    if term.endswith(("-8color", "-color")) and not term.startswith(("xterm", "rxvt", "eterm")):
        return Colours(EIGHT, why)
    for number, names in ((INDEXED, _INDEXED), (SIXTEEN, _SIXTEEN), (EIGHT, _EIGHT), (NONE, _NONE)):
        if _begins(term, names):
            return Colours(number, why)
    known = _terminfo(term)
    if known is not None:
        return Colours(known, f"{why}, by terminfo")
    return Colours(SIXTEEN if term else NONE, f"{why}, which is not known here")


def _begins(term: str, names: tuple[str, ...]) -> bool:
    """Whether TERM is one of the names or a variant of it (`foot-extra`, `vt220`)."""
    for name in names:
        rest = term[len(name) :] if term.startswith(name) else None
        if rest is not None and (not rest or rest[0] in "-+." or rest[0].isdigit()):
            return True
    return False


def _is_screen(environ: Mapping[str, str], term: str) -> bool:
    """GNU screen inherits COLORTERM and shows no 24-bit colour; tmux under the name of screen does."""
    return term.startswith("screen") and "TMUX" not in environ


def _terminfo(term: str) -> int | None:
    try:
        import curses

        curses.setupterm(term, 1)
        number = curses.tigetnum("colors")
    except Exception:  # no curses here, or no such entry
        return None
    return next((step for step in (TRUE, INDEXED, SIXTEEN, EIGHT) if number >= step), NONE)
