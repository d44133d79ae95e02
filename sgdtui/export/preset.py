"""An experiment as the preset that reproduces it, seed included, with where it came from in comments."""

from __future__ import annotations

import platform
from pathlib import Path

from sgdtui import __version__
from sgdtui.export.provenance import cpu_name, one_line
from sgdtui.model.experiment import Experiment
from sgdtui.preset.write import to_yaml
from sgdtui.preset.write import write as write_preset


def _heading(experiment: Experiment) -> str:
    lines = {
        "sgdtui": __version__,
        "preset": one_line(experiment.name),
        "seed": str(experiment.run.seed),
        "cpu": cpu_name(),
        "python": platform.python_version(),
    }
    return "".join(f"# {key}: {value}\n" for key, value in lines.items())


def text(experiment: Experiment) -> str:
    """The preset's YAML after `#` lines of provenance; its data stands in the text."""
    return _heading(experiment) + to_yaml(experiment)


def write(path: Path, experiment: Experiment) -> tuple[Path, ...]:
    """Write `text` to a file, atomically, a large table as CSV beside it; the files written. Raises OSError."""
    return write_preset(experiment, path, heading=_heading(experiment))
