"""A preset by name or file, YAML text, or a mapping, to an `Experiment`. Everything wrong is raised at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from sgdtui.model.experiment import UNNAMED, Experiment
from sgdtui.preset import library
from sgdtui.preset.forms.named import noise_from_file
from sgdtui.preset.from_document import assemble
from sgdtui.preset.schema import ExperimentSection, LossSection, NoiseSection
from sgdtui.preset.text.file import read_text
from sgdtui.preset.text.problem import PresetError, Problem, did_you_mean, shortened
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.values import described
from sgdtui.preset.text.yaml_places import MAX_BYTES, Located, locate
from sgdtui.preset.text.yaml_places import Path as Route

_NOISE_KEYS = frozenset(NoiseSection.model_fields)
_ONLY_LOSS = frozenset(LossSection.model_fields) - frozenset(ExperimentSection.model_fields)
_ONLY_EXPERIMENT = frozenset(ExperimentSection.model_fields) - frozenset(LossSection.model_fields)


def load(source: str | Path | Mapping[str, Any]) -> Experiment:
    """The experiment of a preset.

    `source` is a name (an experiment first, one of literature, then a loss with noise 1), `experiment/NAME`,
    `literature/NAME` or `loss/NAME`, the path of a preset file, or a mapping such as a preset file holds. Raises
    PresetError with every mistake (UnreadableError where the file cannot be read, TypeError for anything else).
    """
    if isinstance(source, Mapping):
        return build(source, folder=Path.cwd(), name=UNNAMED)
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"a preset is a name, a file, a mapping or an Experiment, not {described(source)}")
    return load_with_warnings(source)[0]


def load_with_warnings(source: str | Path) -> tuple[Experiment, tuple[Problem, ...]]:
    """Like `load`, with the warnings that do not stop a preset."""
    path = find(source)
    return _read(path, read_text(path))


def find(source: str | Path) -> Path:
    """The file of a preset by name or path. Raises PresetError where there is none."""
    text = os.fspath(source)
    if not text.strip():
        raise PresetError.plain("the name of a preset is empty", "sgdtui presets lists them all")
    kind, slash, name = text.partition("/")
    if slash and kind in library.KINDS and library.NAME.match(name) and not Path(text).is_file():
        found = library.find(name, kind)
        if kind == "noise" and found is not None:
            raise PresetError.plain(
                f"noise/{name} is a noise; it needs a loss to run", f"such as --loss quadratic --noise {name}"
            )
    elif library.NAME.match(text) and not text.endswith(library.SUFFIXES):
        kinds = (*library.GROUPS, "loss")
        found = next(filter(None, (library.find(text, wanted) for wanted in kinds)), None)
        kind = ""
        if found is None and library.find(text, "noise") is not None:
            raise PresetError.plain(
                f"'{text}' is a noise; it needs a loss to run", f"such as --loss quadratic --noise {text}"
            )
        if found is None and Path(text).is_file():
            found = Path(text)
    else:
        return Path(source)
    if found is None:
        raise _no_such_preset(text, kind)
    return found


def _no_such_preset(text: str, kind: str) -> PresetError:
    kinds = (kind,) if kind else (*library.GROUPS, "loss")
    known = [name for wanted in kinds for name in library.names(wanted)]
    close = did_you_mean(text.rpartition("/")[2], known)
    hint = f"did you mean '{close}'? " if close else ""
    return PresetError.plain(
        f"there is no preset and no file '{shortened(text)}'", f"{hint}sgdtui presets lists them all"
    )


def load_text(text: str, *, folder: Path | None = None, name: str = UNNAMED, file: str = "") -> Experiment:
    """The experiment of YAML text. `folder` is where its data files may lie; `file` is what problems are named by."""
    if len(text) > MAX_BYTES:
        raise PresetError.plain(
            f"the text is too long: {len(text) / 1e6:.1f} MB", f"allowed: {MAX_BYTES / 1e6:g} MB", file
        )
    return _built(locate(text, file or name), folder, name)[0]


def build(document: Mapping[str, Any], *, folder: Path | None = None, name: str = UNNAMED) -> Experiment:
    """The experiment of a plain mapping, as a preset file would hold it."""
    report = Report(subscripts=True)
    return _finished(assemble(document, report, folder=folder, name=name), report)[0]


def combine(loss: str, noise: str) -> Experiment:
    """A loss with a noise, each a preset's name or an expression."""
    from sgdtui.preset.setting_path import read_value

    title = ", ".join(shortened(part, 40) for part in (loss, noise))
    name = loss if library.NAME.match(loss) else "in-place"
    report = Report(f"--loss {shortened(loss, 30)} --noise {shortened(noise, 30)}")
    document = {
        "title": title,
        "loss": loss if library.find(loss, "loss") else read_value(loss),
        "noise": noise if library.find(noise, "noise") else read_value(noise),
    }
    return _finished(assemble(document, report, name=name), report)[0]


Further = Callable[[Experiment], Iterable[tuple[Route, str, int, int]]]
"""For each mistake the path in the document, the message, and which characters there are to blame: offset, length."""


def check_file(path: Path, further: Further | None = None) -> tuple[tuple[Problem, ...], dict[str, str]]:
    """Every problem of a preset file of any kind, warnings included, and the texts they are in.

    `further` is asked of an experiment that could be built: what those say who know more of it than presets do.

    Raises UnreadableError where the file cannot be read.
    """
    text = read_text(path)
    if _kind(locate(text, str(path)).value, path) == "noise":
        report = Report(str(path))
        noise_from_file(path, report)
        return report.in_order(), report.texts
    try:
        experiment, problems = _read(path, text)
    except PresetError as error:
        return error.problems, error.source_texts
    report = Report(str(path), locate(text, str(path)), list(problems))
    for where, message, offset, length in further(experiment) if further is not None else ():
        report.error_inside(where, message, offset, length)
    return report.in_order(), {str(path): text}


def _kind(document: Any, path: Path) -> str:
    """What a file holds, from its keys: a noise, a loss, or an experiment."""
    if not isinstance(document, Mapping):
        return "experiment"
    keys = set(document)
    folder = path.resolve().parent.name
    if "covariance" in keys or (folder == "noise" and keys <= _NOISE_KEYS):
        return "noise"
    is_loss = "loss" in keys and not keys & _ONLY_EXPERIMENT and (keys & _ONLY_LOSS or folder == "loss")
    return "loss" if is_loss else "experiment"


def _read(path: Path, text: str) -> tuple[Experiment, tuple[Problem, ...]]:
    located = locate(text, str(path))
    match _kind(located.value, path):
        case "noise":
            raise PresetError.plain(
                "this is a noise preset; it needs a loss to run",
                "name it in an experiment: noise: …",
                str(path),
            )
        case "loss":
            return _from_loss_file(path, located)
    return _built(located, path.parent, path.stem)


def _from_loss_file(path: Path, located: Located) -> tuple[Experiment, tuple[Problem, ...]]:
    """A loss preset by itself, with noise 1: its own keys become the experiment's loss."""
    report = Report(str(path), located)
    report.problems.extend(located.problems)
    inside = Report(str(path), located, report.problems, report.texts, relocate=_out_of_loss)
    document = {
        "title": located.value.get("title") or path.stem,
        "loss": {"name": path.stem, **located.value},
    }
    experiment = assemble(document, inside, folder=path.parent, name=path.stem)
    return _finished(experiment, inside)


def _out_of_loss(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return path[1:] if path[:1] == ("loss",) else path


def _built(located: Located, folder: Path | None, name: str) -> tuple[Experiment, tuple[Problem, ...]]:
    report = Report(located.file, located)
    report.problems.extend(located.problems)
    if located.value is None and not report.errors:
        report.error((), "the file is empty", "the least preset is one line: loss: x**2/2")
    if not (located.value is None and report.errors):
        return _finished(assemble(located.value, report, folder=folder, name=name), report)
    return _finished(None, report)


def _finished(experiment: Experiment | None, report: Report) -> tuple[Experiment, tuple[Problem, ...]]:
    report.raise_if_wrong()
    assert experiment is not None
    return experiment, report.in_order()
