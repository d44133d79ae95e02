"""How a prediction looks: its ink, its pattern, its words."""

from __future__ import annotations

from sgdtui.predict.registry import PREDICTIONS
from sgdtui.tui.draw.roles import Role


def ink_of(name: str) -> Role:
    """The ink of a prediction by name."""
    return Role[PREDICTIONS[name].role]


def pattern_of(name: str) -> str:
    """The pattern of its curve where several are drawn on one another."""
    return PREDICTIONS[name].line


def label_of(name: str) -> str:
    """What it is called."""
    return PREDICTIONS[name].label


def said_of(name: str) -> str:
    """The same within a sentence."""
    return PREDICTIONS[name].said


def short_of(name: str) -> str:
    """The same in few cells; the name itself of a law that is no prediction ("measured")."""
    return PREDICTIONS[name].short if name in PREDICTIONS else name
