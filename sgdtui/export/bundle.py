"""What an export writes: preset, CSV, NPZ and SVG under one name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sgdtui.lab.result import Result
    from sgdtui.model.experiment import Experiment


def write_all(
    stem: Path, experiment: Experiment, result: Result | None, picture: str
) -> tuple[list[str], str]:
    """Writes NAME.yaml, and with a result NAME.csv and NAME.npz, and NAME.svg; each is whole or not there.

    Returns the names written and the preset's text. Raises OSError, and ValueError for a folder that is not there.
    """
    from sgdtui.export import csv, npz
    from sgdtui.export.provenance import provenance
    from sgdtui.preset.write import to_yaml
    from sgdtui.settings.file import write_atomically

    stem = stem.with_suffix("") if stem.suffix in (".yaml", ".csv", ".npz", ".svg") else stem
    if not stem.absolute().parent.is_dir():
        raise ValueError(f"there is no folder {stem.absolute().parent}")
    document: dict[str, Any] | None = result.document() if result is not None else None
    origin = provenance(document) if document is not None else {}
    head = "".join(f"# {key}: {value}\n" for key, value in origin.items())
    preset = head + to_yaml(experiment)
    files: list[Path] = []

    def named(suffix: str) -> Path:
        path = stem.with_name(stem.name + suffix)
        files.append(path)
        return path

    write_atomically(named(".yaml"), preset.encode())
    if document is not None:
        csv.write(named(".csv"), document)
        npz.write(named(".npz"), document)
    comment = "".join(f"<!-- {key}: {value.replace('--', '- -')} -->\n" for key, value in origin.items())
    write_atomically(named(".svg"), (picture + comment).encode())
    return [path.name for path in files], preset
