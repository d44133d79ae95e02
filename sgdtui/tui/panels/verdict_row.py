"""The verdict as a badge, and one whole sentence with the two numbers that matter, in one row."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import BOLD, REVERSE, Canvas
from sgdtui.tui.draw.plain import plain, wrap_sentences
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.panels.headline import headline_of
from sgdtui.tui.view import View


def draw_verdict_line(canvas: Canvas, view: View) -> None:
    """One row; the badge's addition and the reason give way first, the sentence is cut last."""
    headline = headline_of(view)
    say = canvas.look.say
    said = [say(plain(sentence)) for sentence in (headline.sentence, *headline.shorter)]
    whole, word = f" {say(headline.word + headline.addition)} ", f" {say(headline.word)} "
    candidates = [(whole, said[0]), *((word, sentence) for sentence in said)]
    fitting = [(b, s) for b, s in candidates if s and width_of(b) + width_of(s) + 3 <= canvas.width]
    badge, sentence = fitting[0] if fitting else (word, said[-1])
    x = canvas.write(1, 0, badge, headline.ink, weight=BOLD | REVERSE) + 1
    room = canvas.width - x - 1
    if width_of(sentence) > room:
        sentence = " ".join(wrap_sentences(sentence, room, 1))
    x = canvas.write(x, 0, sentence, Role.TEXT, weight=BOLD, cells=room)
    room = canvas.width - x - 3
    # The reason as far as its numbers, and that whole or not at all: half a reason misleads.
    reason = say(plain(headline.reason)).partition(":")[0].rstrip(".")
    if reason and width_of(reason) + 1 <= room:
        canvas.write(x + 2, 0, f"{reason}.", Role.MUTED, cells=room)
