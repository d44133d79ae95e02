"""What the command palette offers in the laboratory: its commands, and every experiment with what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

if TYPE_CHECKING:
    from sgdtui.tui.screens.laboratory import Laboratory

ABOUT = 110
"""Characters of what an experiment is about."""


def commands_of(
    laboratory: Laboratory, exports: bool, open_preset: Callable[[str], None]
) -> Iterator[SystemCommand]:
    """Commands, then presets."""
    lab = laboratory
    yield SystemCommand("Pause or run", "Let the walkers stand still, or go on", lab.action_pause)
    yield SystemCommand("Step", "One step of every walker", lab.action_step)
    yield SystemCommand("Reset", "All walkers back to the start", lab.action_restart)
    yield SystemCommand("Undo", "Take back the last change", lab.action_undo)
    yield SystemCommand("Redo", "Do again what was taken back", lab.action_redo)
    yield SystemCommand("Compare", "Keep this run as a line beside the one that goes on", lab.action_compare)
    yield SystemCommand("Maximise", "The focused panel alone, and back", lab.action_maximise)
    yield SystemCommand("Jump", "To any panel, those too that are not on the screen", lab.action_jump)
    yield SystemCommand("Tour", "The claims as a lecture", lab.action_tour)
    if exports:
        yield SystemCommand("Export", "Preset, data and picture of this view", lab.action_export)
    yield SystemCommand("Help", "Every panel with its formula, and what the signs mean", lab.action_help)
    from sgdtui.preset import library

    for entry in (entry for group in library.GROUPS for entry in library.entries(group)):
        about = entry.about or first_sentence(entry.story)
        yield SystemCommand(f"Open: {entry.title}", about or entry.name, partial(open_preset, entry.name))


def first_sentence(story: str) -> str:
    """The first sentence of a story, without its marks, short enough for a line."""
    plain = re.sub(r"[*_`#>]", "", " ".join(story.split()))
    sentence = re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0]
    return sentence if len(sentence) <= ABOUT else sentence[: ABOUT - 1].rstrip() + "…"
