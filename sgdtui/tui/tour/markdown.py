"""The Markdown of a story as lines of styled text, and no more than text: no link opens, HTML is shown as written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sgdtui.tui.draw.canvas import BOLD, UNDERLINE
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role

MOST = 20_000
"""Characters of a story that are read."""


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one ink and weight."""

    text: str
    ink: int = Role.TEXT
    weight: int = 0


Word = tuple[Span, ...]
"""What is not broken: several spans where the style changes within it."""

Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, an entry of a list or a row of code.

    mark    what stands before the first line: a bullet or a number
    indent  cells that it is set in
    gap     whether an empty line comes before it
    """

    words: tuple[Word, ...]
    mark: str = ""
    indent: int = 0
    gap: bool = True


def lines_of(text: str, cells: int, look: Look) -> list[Line]:
    """The text in lines of at most `cells` cells."""
    lines: list[Line] = []
    for block in _blocks(text, look):
        if lines and block.gap:
            lines.append(())
        lines += _wrapped(block, max(cells, 8))
    return lines


@lru_cache(maxsize=8)
def _blocks(text: str, look: Look) -> tuple[Block, ...]:
    blocks: list[Block] = []
    numbers: list[int] = []
    mark, weight = "", 0
    for token in MarkdownIt("commonmark", {"html": False}).parse(text[:MOST]):
        indent = 2 * len(numbers)
        match token.type:
            case "bullet_list_open":
                numbers.append(0)
            case "ordered_list_open":
                numbers.append(1)
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
            case "list_item_open":
                mark = f"{numbers[-1]}. " if numbers[-1] else look.say("• ")
                numbers[-1] += numbers[-1] > 0
            case "heading_open":
                weight = BOLD
            case "heading_close":
                weight = 0
            case "inline":
                words = _words(_spans(token.children or [], weight, look))
                follows = bool(blocks) and blocks[-1].mark != "" and mark != ""
                blocks.append(Block(words, mark, indent, gap=not follows))
                mark = ""
            case "code_block" | "fence":
                for place, row in enumerate(token.content.rstrip("\n").split("\n")):
                    span = Span(look.say(plain(row)), Role.ACCENT)
                    blocks.append(Block(((span,),), "", indent + 2, gap=place == 0))
    return tuple(blocks)


def _spans(tokens: Sequence[Token], weight: int, look: Look) -> Iterable[Span]:
    strong = emphasised = 0
    for token in tokens:
        strong += token.nesting * (token.tag == "strong")
        emphasised += token.nesting * (token.tag == "em")
        now = weight | (BOLD if strong else 0) | (UNDERLINE if emphasised else 0)
        if token.type in ("softbreak", "hardbreak"):
            yield Span(" ")
        elif token.content:
            ink = Role.ACCENT if token.type == "code_inline" else Role.TEXT
            yield Span(look.say(plain(token.content)), ink, now)


def _words(spans: Iterable[Span]) -> tuple[Word, ...]:
    """Broken at spaces; what touches stays together whatever its style."""
    words: list[Word] = []
    word: list[Span] = []
    for span in spans:
        for place, piece in enumerate(span.text.split(" ")):
            if place and word:
                words.append(tuple(word))
                word = []
            if piece:
                word.append(Span(piece, span.ink, span.weight))
    return (*words, tuple(word)) if word else tuple(words)


def _wrapped(block: Block, cells: int) -> list[Line]:
    room = cells - block.indent
    lines: list[list[Span]] = [[]]
    used = 0
    for word in block.words:
        for part in _cut(word, room):
            size = sum(width_of(span.text) for span in part)
            if used and used + 1 + size > room:
                lines.append([])
                used = 0
            if used:
                # A gap within what is emphasised is emphasised too.
                before = lines[-1][-1]
                same = (before.ink, before.weight) == (part[0].ink, part[0].weight)
                lines[-1].append(Span(" ", part[0].ink, part[0].weight) if same else Span(" "))
            lines[-1] += part
            used += size + (1 if used else 0)
    margins = [Span(" " * block.indent)] * len(lines)
    if block.mark:
        margins[0] = Span(block.mark.rjust(block.indent), Role.MUTED)
    return [
        ((margin, *line) if margin.text else tuple(line)) for margin, line in zip(margins, lines, strict=True)
    ]


def _cut(word: Word, room: int) -> Iterable[Word]:
    """A word that is wider than a line, in pieces."""
    if sum(width_of(span.text) for span in word) <= room:
        yield word
        return
    for span in word:
        for begin in range(0, len(span.text), max(1, room // 2)):
            yield (Span(span.text[begin : begin + max(1, room // 2)], span.ink, span.weight),)
