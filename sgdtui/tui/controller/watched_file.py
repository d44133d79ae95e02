"""The preset that was opened: read for a request, and read anew when a person has saved its file again."""

from __future__ import annotations

from pathlib import Path

from sgdtui.model.experiment import Experiment
from sgdtui.preset.change import changed
from sgdtui.preset.load import combine, find, load
from sgdtui.tui.controller.events import Request


class PresetFile:
    """Reads what `request` names. Raises PresetError where that is wrong or not there."""

    def __init__(self, request: Request) -> None:
        self.experiment = _read(request)
        self._path = find(request.preset) if request.preset is not None else None
        self._saved = _stamp(self._path)

    def saved_anew(self) -> Experiment | None:
        """The experiment of the file as it is now; None where it was not saved since. Raises PresetError."""
        saved = _stamp(self._path)
        if self._path is None or saved is None or saved == self._saved:
            return None
        self._saved = saved
        return load(self._path)


def _read(request: Request) -> Experiment:
    if request.preset is not None:
        experiment = load(request.preset)
        changes = {k: v for k, v in (("loss", request.loss), ("noise", request.noise)) if v is not None}
        return changed(experiment, changes) if changes else experiment
    return combine(request.loss or "double-well", request.noise or "constant")


def _stamp(file: Path | None) -> tuple[int, int] | None:
    """When a file was saved, and its size; None where there is none."""
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
