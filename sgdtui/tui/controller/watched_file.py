"""The preset or table that was opened: read for a request, and read anew when a person has saved its file again."""

from __future__ import annotations

from pathlib import Path

from sgdtui.lab.own_table import from_table
from sgdtui.model.experiment import Experiment
from sgdtui.preset.change import changed
from sgdtui.preset.load import combine, find, load
from sgdtui.preset.table.question import TableQuestion
from sgdtui.tui.controller.events import Request


class PresetFile:
    """Reads what `request` names. Raises PresetError where that is wrong or not there.

    `notes` say what was done to a table and chosen for it.
    """

    def __init__(self, request: Request) -> None:
        self.notes: tuple[str, ...] = ()
        self._question = request.question
        if request.preset is None:
            self._path = None
            self.experiment = combine(request.loss or "double-well", request.noise or "constant")
        elif request.question is not None:
            self._path = Path(request.preset)
            self.experiment = self._of_table(self._path, request.question)
        else:
            self._path = find(request.preset)
            self.experiment = _with_parts(load(request.preset), request)
        self._saved = _stamp(self._path)

    def _of_table(self, path: Path, question: TableQuestion) -> Experiment:
        found = from_table(path, question)
        self.notes = found.notes
        return found.experiment

    def saved_anew(self) -> Experiment | None:
        """The experiment of the file as it is now; None where it was not saved since. Raises PresetError."""
        saved = _stamp(self._path)
        if self._path is None or saved is None or saved == self._saved:
            return None
        self._saved = saved
        if self._question is not None:
            return self._of_table(self._path, self._question)
        return load(self._path)


def _with_parts(experiment: Experiment, request: Request) -> Experiment:
    changes = {k: v for k, v in (("loss", request.loss), ("noise", request.noise)) if v is not None}
    return changed(experiment, changes) if changes else experiment


def _stamp(file: Path | None) -> tuple[int, int] | None:
    """When a file was saved, and its size; None where there is none."""
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
