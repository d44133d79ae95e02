"""Commented presets to begin with, one a kind."""

from __future__ import annotations

from importlib.resources import files

from sgdtui.preset.forms.registry import FORMS
from sgdtui.preset.text.problem import PresetError, names_hint, shortened

KINDS = ("loss", "noise", "drift", "data", "network")
POINTS = "x,y\n" + "".join(f"{i / 8:g},{(i / 8) ** 2 * (1 if i > 0 else -1):g}\n" for i in range(-16, 17))
"""A table for the network to learn from."""


def beginning(kind: str) -> dict[str, str]:
    """The files of a kind, name to text: the preset first, then the table it reads, if any.

    Raises PresetError for a kind that there is not (yet).
    """
    if kind not in KINDS:
        raise PresetError.plain(f"there is no kind '{shortened(kind)}'", names_hint(kind, KINDS))
    if kind == "network" and "network" not in FORMS:
        raise PresetError.plain(
            "this version has no networks yet", "allowed: " + ", ".join(k for k in KINDS if k != "network")
        )
    text = files(__package__).joinpath(f"{kind}.yaml").read_text(encoding="utf-8")
    found = {f"my-{kind}.yaml": text}
    if kind == "network":
        found["points.csv"] = POINTS
    return found
