"""The table of docs/literature.md: one line for each preset of literature, made from the presets themselves."""

from __future__ import annotations

import re
from pathlib import Path

from sgdtui.preset import library
from sgdtui.preset.load import load

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "literature.md"

HEADER = """# What papers claim, and what comes out

Results on the noise of SGD, each as a preset with a number that is known exactly, by the method that its source names.
`sgdtui launch NAME` shows one, with the story of where it holds and where it fails; `sgdtui verify --group literature`
checks them all. Walkers must agree with every number within its tolerance, most of them about four standard errors.

| preset | paper | what comes out | claims |
|---|---|---|---|
"""

FOOTER = """
This table is made from the presets by `python -m tests.acceptance.literature_table`.
"""


def table() -> str:
    """The text of docs/literature.md."""
    return HEADER + "".join(map(_row, sorted(library.names("literature")))) + FOOTER


def _row(name: str) -> str:
    experiment = load(f"literature/{name}")
    paper = re.split(r"\. Number|: ", experiment.source)[0]
    verdicts = re.findall(r"\*\*(.*?)\*\*", experiment.story)
    words = "; ".join(dict.fromkeys(word.lower() for word in verdicts))
    return f"| `{name}` | {paper} | {experiment.title} ({words}) | {len(experiment.expect)} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(table(), encoding="utf-8")
