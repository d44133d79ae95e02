"""`python -m sgdtui.tui.screenshots [FOLDER]`: every picture of the project, from seeded runs, as SVG and PNG."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent.parent / "screenshots"
STEPS: dict[str, Any] = {"run.walkers": 32768, "run.seed": 1}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: a preset, a size, how it is drawn, and what is typed before."""

    name: str
    preset: str
    size: tuple[int, int] = (120, 36)
    options: tuple[tuple[str, Any], ...] = ()
    keys: tuple[str, ...] = ()


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
)


def draw(folder: Path, only: tuple[str, ...] = ()) -> list[Path]:
    """Draws all pictures (or those named) into the folder; runs each preset once."""
    from sgdtui.lab.run import run
    from sgdtui.preset.library import find
    from sgdtui.settings.file import write_atomically
    from sgdtui.tui.svg import svg_of

    folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {}
    written = []
    for picture in PICTURES:
        if (only and picture.name not in only) or find(picture.preset) is None:
            continue
        if picture.preset not in results:
            print(f"running {picture.preset} …", file=sys.stderr)
            results[picture.preset] = run(picture.preset, variants=False, **STEPS)
        svg = svg_of(results[picture.preset], picture.size, keys=picture.keys, **dict(picture.options))
        path = folder / f"{picture.name}.svg"
        write_atomically(path, svg.encode())
        written.append(path)
        if (png := png_of(path)) is not None:
            written.append(png)
        print(f"{path.name}", file=sys.stderr)
    return written


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
    arguments = sys.argv[1:]
    into = Path(arguments[0]) if arguments and "/" in arguments[0] else FOLDER
    draw(into, tuple(a for a in arguments if "/" not in a))
