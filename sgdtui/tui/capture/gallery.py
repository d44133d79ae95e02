"""`python -m sgdtui.tui.capture.gallery [NAME …] [--into FOLDER]`: every picture of the project, from seeded runs."""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

from sgdtui.tui.tour.chapters import CHAPTERS

FOLDER = Path(__file__).resolve().parents[3] / "screenshots"
STEPS: dict[str, Any] = {"run.walkers": 32768, "run.seed": 1}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: a preset, a size, how it is drawn, and what is typed before.

    whole  the run as the preset has it, with its variants, instead of a short one
    tour   the page of the tour instead of the laboratory
    sweep  the map of the table of `SWEEP` instead
    png    whether there is a PNG beside the SVG
    """

    name: str
    preset: str
    size: tuple[int, int] = (120, 36)
    options: tuple[tuple[str, Any], ...] = ()
    keys: tuple[str, ...] = ()
    whole: bool = False
    tour: bool = False
    sweep: bool = False
    png: bool = True


SWEEP = (
    "double-well-tanh", "--over", "eta=0.05:2:24:log", "--over", "r=0,0.05,0.1,0.2,0.35,0.5,0.7,0.9",
    "--set", "h=0.25", "--set", "run.burn_in=3000", "--walkers", "16384", "--steps", "6000",
)  # fmt: skip
"""What `sgdtui sweep` is given for the map of docs/sweep.md; its table is `map.csv` beside the pictures."""

CLAIMS = tuple(
    Picture(f"claims/{name}", name, whole=True, png=False) for chapter in CHAPTERS for name in chapter.pages
)
"""Every page of the tour as it opens in the laboratory."""

EXAMPLES = (
    "stationary-law",
    "pollen",
    "source-or-destination",
    "flat-or-quiet",
    "cantor",
    "real-data",
    "network-law",
)
"""A page for each chapter."""

TOUR = tuple(
    Picture(f"tour-{number}", name, whole=True, tour=True) for number, name in enumerate(EXAMPLES, start=1)
)

PICTURES = (
    Picture("laboratory", "flat-or-quiet"),
    Picture("laboratory-80x24", "flat-or-quiet", (80, 24)),
    Picture("laboratory-60x20", "flat-or-quiet", (60, 20)),
    Picture("laboratory-200x60", "flat-or-quiet", (200, 60)),
    Picture("laboratory-light", "flat-or-quiet", options=(("theme", "sgdtui-light"),)),
    Picture("laboratory-16-colours", "flat-or-quiet", options=(("colour", "16"),)),
    Picture("laboratory-no-colour", "flat-or-quiet", options=(("colour", "none"),)),
    Picture("laboratory-ascii", "flat-or-quiet", options=(("colour", "none"), ("ascii", True))),
    Picture("stationary-law", "stationary-law"),
    Picture("label-noise", "label-noise"),
    Picture("out-of-equilibrium", "not-identity"),
    Picture("out-of-equilibrium-80x24", "not-identity", (80, 24)),
    Picture("out-of-equilibrium-200x60", "not-identity", (200, 60)),
    Picture("no-loss", "pollen"),
    Picture("help", "flat-or-quiet", keys=("question_mark",)),
    Picture("cursor", "flat-or-quiet", keys=("tab", *["left"] * 9)),
    Picture("map", "double-well-tanh", sweep=True),
    Picture("map-verdicts", "double-well-tanh", sweep=True, keys=("v",)),
    *TOUR,
    *CLAIMS,
)


def draw(folder: Path, only: tuple[str, ...] = ()) -> list[Path]:
    """Draws all pictures (or those named, or in a folder named) into the folder; runs each preset once."""
    from sgdtui.lab.run import run
    from sgdtui.preset.library import find
    from sgdtui.settings.file import write_atomically
    from sgdtui.tui.capture.picture import svg_of, svg_of_table

    results: dict[tuple[str, bool], Any] = {}
    written = []
    for picture in PICTURES:
        asked = not only or picture.name in only or picture.name.partition("/")[0] in only
        if not asked or find(picture.preset) is None:
            continue
        key = (picture.preset, picture.whole)
        if picture.sweep:
            svg = svg_of_table(
                _swept(folder / "map.csv"), picture.size, picture.keys, **dict(picture.options)
            )
        else:
            if key not in results:
                print(f"running {picture.preset} …", file=sys.stderr)
                settings = {} if picture.whole else STEPS
                results[key] = run(picture.preset, variants=picture.whole, **settings)
            svg = svg_of(
                results[key], picture.size, keys=picture.keys, tour=picture.tour, **dict(picture.options)
            )
        path = folder / f"{picture.name}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, svg.encode())
        written.append(path)
        if picture.png and (png := png_of(path)) is not None:
            written.append(png)
        print(f"{path.name}", file=sys.stderr)
    return written


def _swept(table: Path) -> Path:
    """The table of `SWEEP`, with what is missing of it run."""
    table.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "sgdtui", "sweep", *SWEEP, "--out", str(table)], check=True)
    return table


def png_of(svg: Path) -> Path | None:
    """The picture as PNG beside it, by rsvg-convert or cairosvg; None where neither is installed."""
    png = svg.with_suffix(".png")
    if which("rsvg-convert"):
        subprocess.run(["rsvg-convert", "-z", "1.5", "-o", str(png), str(svg)], check=True)
        return png
    try:
        import cairosvg  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        return None
    cairosvg.svg2png(url=str(svg), write_to=str(png), scale=1.5)
    return png


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sgdtui.tui.capture.gallery", description=draw.__doc__)
    parser.add_argument(
        "names", nargs="*", help="pictures, or a folder of them such as claims; all by default"
    )
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="FOLDER")
    asked = parser.parse_args()
    draw(asked.into, tuple(asked.names))
