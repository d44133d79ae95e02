"""The screen as SVG, cell by cell: blocks, braille and lines are shapes, every letter has its own place, so that the
picture looks the same whatever fonts the viewer has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.cells import get_character_cell_size
from rich.color import Color as RichColor
from rich.style import Style
from textual.strip import Strip

from sgdtui.tui.textual_internals import strips_of

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen


CELL_WIDTH, CELL_HEIGHT, FONT_SIZE, BASELINE, MARGIN = 8.4, 17.0, 14.0, 12.8, 10.0
FONTS = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace"

BLOCKS: dict[str, tuple[float, float, float, float]] = {
    "█": (0, 0, 1, 1), "▀": (0, 0, 1, 0.5), "▄": (0, 0.5, 1, 1), "▌": (0, 0, 0.5, 1), "▐": (0.5, 0, 1, 1),
    **{c: (0, 1 - (i + 1) / 8, 1, 1) for i, c in enumerate("▁▂▃▄▅▆▇")},
    **{c: (0, 0, (i + 1) / 8, 1) for i, c in enumerate("▏▎▍▌▋▊▉")},
}  # fmt: skip
SHADED = {"░": 0.25, "▒": 0.5, "▓": 0.75}
ARMS = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ur", "┘": "ul", "├": "udr", "┤": "udl", "┬": "lrd", "┴": "lru",
    "┼": "udlr", "╭": "rd", "╮": "ld", "╰": "ur", "╯": "ul", "━": "lr", "┈": "dots", "╱": "slash", "╲": "backslash",
}  # fmt: skip
RULES = "─━"
ENDS = {"l": (0, 0.5), "r": (1, 0.5), "u": (0.5, 0), "d": (0.5, 1)}


def svg_of_strips(rows: Iterable[Strip], ink: str, ground: str, title: str) -> str:
    """Rows of a screen as an SVG document; `ink` and `ground` stand for the terminal's default colours."""
    strips = list(rows)
    width = max((strip.cell_length for strip in strips), default=1)
    full = (width * CELL_WIDTH + 2 * MARGIN, len(strips) * CELL_HEIGHT + 2 * MARGIN)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full[0]:.1f} {full[1]:.1f}" width="{full[0]:.0f}" '
        f'height="{full[1]:.0f}" font-family="{FONTS}" font-size="{FONT_SIZE:g}" xml:space="preserve">',
        f"<title>{escape(title)}</title>",
        f'<rect width="100%" height="100%" rx="6" fill="{ground}"/>',
    ]
    for y, strip in enumerate(strips):
        x = 0
        for text, style, control in strip:
            if control:
                continue
            x = _segment(out, x, y, text, style or Style.null(), ink, ground)
    out.append("</svg>")
    return "\n".join(out) + "\n"


def _hex(colour: RichColor | None, default: str) -> str:
    if colour is None or colour.is_default:
        return default
    return colour.get_truecolor().hex


def _mixed(colour: str, towards: str, share: float) -> str:
    a, b = (tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in (colour, towards))
    return "#" + "".join(f"{round(p + (q - p) * share):02x}" for p, q in zip(a, b, strict=True))


def _segment(out: list[str], x: int, y: int, text: str, style: Style, ink: str, ground: str) -> int:
    front, back = _hex(style.color, ink), _hex(style.bgcolor, ground)
    if style.reverse:
        front, back = back, front
    if style.dim:
        front = _mixed(front, back, 0.5)
    cells = sum(get_character_cell_size(c) for c in text)
    top, left = MARGIN + y * CELL_HEIGHT, MARGIN + x * CELL_WIDTH
    if back != ground:
        out.append(_rect(left, top, cells * CELL_WIDTH, CELL_HEIGHT, back))
    letters: list[tuple[float, str]] = []
    lines: list[str] = []
    at = x
    for character, count in _runs(text):
        here = MARGIN + at * CELL_WIDTH
        at += get_character_cell_size(character) * count
        if character in BLOCKS:
            a, b, c, d = BLOCKS[character]
            out.append(
                _rect(
                    here + a * CELL_WIDTH,
                    top + b * CELL_HEIGHT,
                    (c - a) * CELL_WIDTH,
                    (d - b) * CELL_HEIGHT,
                    front,
                )
            )
        elif character in SHADED:
            out.append(_rect(here, top, CELL_WIDTH, CELL_HEIGHT, _mixed(back, front, SHADED[character])))
        elif 0x2800 < ord(character) < 0x2900:
            lines.append(_braille(here, top, ord(character) - 0x2800))
        elif character in ARMS:
            out.append(_arms(here, top, ARMS[character], front, count))
        elif character != " ":
            letters.append((here, character))
    if lines:
        out.append(f'<path fill="{front}" d="{"".join(lines)}"/>')
    weight = ' font-weight="bold"' if style.bold else ""
    for place, word in _words(letters):
        length = f' textLength="{len(word) * CELL_WIDTH:.1f}"' if len(word) > 1 else ""
        out.append(
            f'<text x="{place:.1f}" y="{top + BASELINE:.1f}" fill="{front}"{weight}{length}>{escape(word)}</text>'
        )
    return at


def _words(letters: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Letters that stand side by side, joined."""
    words: list[tuple[float, str]] = []
    end = -1.0
    for place, letter in letters:
        if words and abs(place - end) < 0.1:
            words[-1] = (words[-1][0], words[-1][1] + letter)
        else:
            words.append((place, letter))
        end = place + get_character_cell_size(letter) * CELL_WIDTH
    return words


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}" '
        'shape-rendering="crispEdges"/>'
    )


def _braille(x: float, y: float, bits: int) -> str:
    dots = []
    size = CELL_WIDTH / 5
    for place, (column, row) in enumerate(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))):
        if bits & (1 << place):
            cx = x + CELL_WIDTH * (0.25 + 0.5 * column) - size / 2
            cy = y + CELL_HEIGHT * (0.125 + 0.25 * row) - size / 2
            dots.append(f"M{cx:.2f} {cy:.2f}h{size:.2f}v{size:.2f}h-{size:.2f}z")
    return "".join(dots)


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """Its characters, each with a count; horizontal rules, which are most of a screen, in one piece."""
    for character, same in groupby(text):
        count = sum(1 for _ in same)
        if character in RULES:
            yield character, count
        else:
            yield from ((character, 1) for _ in range(count))


def _arms(x: float, y: float, arms: str, stroke: str, count: int = 1) -> str:
    def at(u: float, v: float) -> str:
        return f"{x + u * CELL_WIDTH:.2f} {y + v * CELL_HEIGHT:.2f}"

    if count > 1:
        path = f"M{at(0, 0.5)}L{at(count, 0.5)}"
    elif arms == "slash":
        path = f"M{at(0.1, 0.9)}L{at(0.9, 0.1)}"
    elif arms == "backslash":
        path = f"M{at(0.1, 0.1)}L{at(0.9, 0.9)}"
    elif arms == "dots":
        path = "".join(f"M{at(u, 0.5)}h1" for u in (0.1, 0.45, 0.8))
    else:
        path = "".join(f"M{at(0.5, 0.5)}L{at(*ENDS[arm])}" for arm in arms)
    return f'<path d="{path}" stroke="{stroke}" stroke-width="1" fill="none"/>'


def svg_of_screen(app: App[Any], screen: Screen[Any] | None = None, title: str = "sgdtui") -> str:
    """The screen that the app shows, or another one of its stack, as SVG."""
    shown = screen or app.screen
    strips = strips_of(shown)
    theme = app.current_theme
    if theme.ansi:
        return svg_of_strips(strips, "#d5dae3", "#11141a", title)
    return svg_of_strips(strips, theme.foreground or "#e0e0e0", theme.background or "#121212", title)
