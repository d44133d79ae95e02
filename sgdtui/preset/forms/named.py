"""A loss or noise preset of the library by its name, or from its file."""

from __future__ import annotations

from pathlib import Path as FilePath

from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.preset.forms.loss import read_loss
from sgdtui.preset.forms.noise import read_noise
from sgdtui.preset.schema import LossSection, NoiseSection
from sgdtui.preset.text.file import located_file
from sgdtui.preset.text.names import parameter_names
from sgdtui.preset.text.problem import UnreadableError
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.validate import section


def _declared(document: object) -> set[str]:
    """The names of a document's own parameters, the wrong ones included."""
    given = document.get("parameters") if isinstance(document, dict) else None
    return parameter_names(given.items()) if isinstance(given, dict) else set()


def _opened(path: FilePath, report: Report) -> Report | None:
    try:
        located = located_file(path)
    except UnreadableError as error:
        report.problems.extend(error.problems)
        return None
    inner = report.nested(str(path), located)
    inner.problems.extend(located.problems)
    return inner


def loss_from_file(path: FilePath, report: Report) -> Loss | None:
    """The loss of a loss preset's file; its problems go to `report`."""
    inner = _opened(path, report)
    if inner is None or inner.located is None:
        return None
    document = inner.located.value
    checked = section(LossSection, document, inner)
    return read_loss(checked, inner, name=path.stem, declared=_declared(document)) if checked else None


def noise_from_file(path: FilePath, report: Report) -> Noise | None:
    """The noise of a noise preset's file; its problems go to `report`."""
    inner = _opened(path, report)
    if inner is None or inner.located is None:
        return None
    document = inner.located.value
    checked = section(NoiseSection, document, inner)
    return read_noise(checked, inner, name=path.stem, declared=_declared(document)) if checked else None
