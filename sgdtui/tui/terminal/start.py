"""From the options of `sgdtui launch` to a session, or to one message before a single escape byte was written."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from sgdtui.tui.terminal.autosave import newest_checkpoint
from sgdtui.tui.terminal.characters import use_utf8
from sgdtui.tui.terminal.colour import EIGHT, INDEXED, NONE, SIXTEEN, TRUE
from sgdtui.tui.terminal.detached import take_over
from sgdtui.tui.terminal.detect import detect
from sgdtui.tui.terminal.environment import settle
from sgdtui.tui.terminal.kiosk import Kiosk
from sgdtui.tui.terminal.refusal import refusal

if TYPE_CHECKING:  # importing it now would import Textual before the start is refused
    from sgdtui.tui.terminal.session import Session

ASKED_FOR = {NONE: "none", EIGHT: "8", SIXTEEN: "16", INDEXED: "256", TRUE: "true"}
"""What to ask the app for, by the number of colours."""


class Refused(Exception):
    """The app cannot start like this; the message says why and what to type instead."""


def prepare(
    *,
    preset: str | None,
    color: str | None,
    ascii_only: bool,
    bandwidth: float | None,
    resume: bool,
    kiosk: bool,
    detach_minutes: float | None = None,
    idle_minutes: float | None = None,
) -> Session:
    """Put the environment right, look at the terminal, and give the session. Raises Refused."""
    terminals = {
        name: stream is not None and stream.isatty()
        for name, stream in (("stdin", sys.__stdin__), ("stdout", sys.__stdout__), ("stderr", sys.__stderr__))
    }
    why = refusal(os.environ, terminals)
    if why is not None:
        raise Refused(why)
    limits = _kiosk(idle_minutes) if kiosk else None
    if limits is not None:
        why = limits.refuses(preset)
        if why is None and resume:
            why = "this is a kiosk: nothing is saved here, so there is nothing to resume"
        if why is not None:
            raise Refused(why)
    checkpoint = newest_checkpoint() if resume else None
    if resume and checkpoint is None:
        raise Refused("there is no checkpoint to resume from; sgdtui launch PRESET starts a run")
    if checkpoint is not None:
        take_over(checkpoint)
    terminal = detect(tty=2, color=color, ascii_only=ascii_only, bandwidth=bandwidth)
    settle(kiosk=kiosk)
    use_utf8()
    if limits is not None:
        limits.limit_process()
    from sgdtui.tui.terminal.session import Session

    return Session(
        terminal,
        asked=bandwidth is not None,
        kiosk=limits,
        checkpoint=checkpoint,
        keeps=not kiosk,
        detach_seconds=detach_minutes * 60 if detach_minutes is not None and not kiosk else None,
    )


def _kiosk(idle_minutes: float | None) -> Kiosk:
    return Kiosk() if idle_minutes is None else Kiosk(idle_seconds=60 * idle_minutes)
