"""Text from outside made safe to draw: no control characters, no markup, a known width."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rich.cells import get_character_cell_size

SPELLED = {
    "η": "eta", "σ": "sd", "Σ": "Sigma", "∇": "grad ", "∂": "d", "β": "beta", "θ": "theta", "α": "alpha",
    "ν": "nu", "γ": "gamma", "π": "pi", "τ": "tau", "λ": "lambda", "μ": "mu", "Δ": "d", "Φ": "+", "ε": "eps",
    "·": ".", "•": "*", "×": "x", "−": "-", "–": "-", "—": "-", "→": "->", "←": "<-", "↑": "^", "↓": "v",
    "≈": "~", "≠": "!=", "≤": "<=", "≥": ">=", "±": "+-", "∝": "~", "∞": "inf", "√": "sqrt", "∫": "int ",
    "½": "1/2", "²": "^2", "³": "^3", "¹": "^1", "⁰": "^0",
    "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9", "₀": "0", "₁": "1", "₂": "2", "₃": "3", "⁻": "-",
    "✓": "ok", "✗": "FAIL", "…": "...", "●": "*", "○": "o", "◂": "<", "▸": ">", "‖": "||", "ĝ": "g^", "′": "'",
    "⟨": "<", "⟩": ">", "“": '"', "”": '"', "’": "'", "‘": "'", "é": "e", "ö": "o", "ô": "o", "⌀": "0",
    "█": "#", "┄": ".", "━": "*", "┅": "-", "╌": "~", "─": "-", "│": "|", "▌": "|",
}  # fmt: skip
"""How a terminal that knows only ASCII says the signs that the screen uses."""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`text` without control, direction and zero-width characters; tabs and newlines become spaces."""
    if text.isascii() and text.isprintable():
        return text
    kept = []
    for character in text:
        if character in "\t\n\r":
            kept.append(" ")
        elif unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"):
            continue
        else:
            kept.append(character)
    return "".join(kept)


_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@lru_cache(maxsize=256)
def formula(text: str) -> str:
    """An expression as it is printed rather than typed: x**2 is x², a*x is a·x."""
    raised = re.sub(r"\s*\*\*\s*(\d+)(?![\d.])", lambda found: found[1].translate(_POWERS), text)
    return re.sub(r"(?<!\*)\*(?!\*)", "·", raised)


def plain_lines(text: str, most: int = 12) -> str:
    """`text` made safe line by line, at most so many lines."""
    lines = text.split("\n")
    return "\n".join(plain(line) for line in lines[:most]) + ("\n…" if len(lines) > most else "")


@lru_cache(maxsize=4096)
def spell(text: str) -> str:
    """`text` in ASCII: signs of the screen are spelled out, anything else unknown becomes a question mark."""
    if text.isascii():
        return text
    said = "".join(SPELLED.get(character, character) for character in text)
    said = "".join(c for c in unicodedata.normalize("NFKD", said) if not unicodedata.combining(c))
    return said.encode("ascii", "replace").decode("ascii")


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """The number of cells that `text` takes."""
    return len(text) if text.isascii() else sum(get_character_cell_size(c) for c in text)


def shorten(text: str, cells: int) -> str:
    """`text` in at most `cells` cells, ending in … where something was left out."""
    if width(text) <= cells:
        return text
    kept, used = [], 0
    for character in text:
        size = get_character_cell_size(character)
        if used + size > cells - 1:
            break
        kept.append(character)
        used += size
    return "".join(kept).rstrip() + "…" if cells > 0 else ""


def wrap(text: str, cells: int, rows: int | None = None) -> list[str]:
    """`text` broken at spaces into lines of at most `cells` cells; beyond `rows` lines the last one ends in …"""
    lines: list[str] = []
    line = ""
    for word in text.split():
        while width(word) > cells > 0:
            head = word[: max(1, cells - (width(line) + 1 if line else 0))]
            if line and width(line) + 1 + width(head) > cells:
                lines.append(line)
                line = ""
                continue
            lines.append(f"{line} {head}".strip())
            line, word = "", word[len(head) :]
        if not line:
            line = word
        elif width(line) + 1 + width(word) <= cells:
            line += " " + word
        else:
            lines.append(line)
            line = word
    if line:
        lines.append(line)
    if rows is not None and len(lines) > rows:
        kept = lines[: max(rows, 0)]
        if kept:
            kept[-1] = shorten(kept[-1] + " …" if width(kept[-1]) + 2 <= cells else kept[-1] + "……", cells)
        return kept
    return lines


def wrap_sentences(text: str, cells: int, rows: int) -> list[str]:
    """As many whole sentences of `text` as `rows` lines hold; of a first one that is too long, its whole clauses.

    Only where not even the first clause fits does the last line end in …
    """
    sentences = re.split(r"(?<=[.!?])\s+", text.strip())
    clauses = re.split(r"(?<=[,;:])\s+", sentences[0])
    shorter = [" ".join(clauses[:count]).rstrip(",;:") + "." for count in range(1, len(clauses))]
    whole = [" ".join(sentences[:count]) for count in range(1, len(sentences) + 1)]
    for candidate in reversed([*shorter, *whole]):
        lines = wrap(candidate, cells)
        if len(lines) <= rows:
            return lines
    return wrap(text, cells, rows)
