"""What can be turned and chosen for an experiment: its dials, and the losses and noises of the library."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sgdtui.expression import Expression
from sgdtui.model.experiment import Experiment
from sgdtui.predict.linear.edge_of_stability import edge_of_stability
from sgdtui.preset import library
from sgdtui.preset.forms.named import loss_from_file, noise_from_file
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import text
from sgdtui.tui.controller.dial_list import dials_of
from sgdtui.tui.controller.events import Setup
from sgdtui.tui.draw.scale import number as written
from sgdtui.tui.panels.library import Choice


class Offers:
    """Reads the library, every entry of it once."""

    def __init__(self) -> None:
        self._dimensions: dict[tuple[str, str], int | None] = {}

    def setup(
        self,
        experiment: Experiment,
        number: int,
        undoable: int,
        initials: Mapping[str, float | str] | None = None,
    ) -> Setup:
        """All that the left column shows; for `initials` see `dials_of`."""
        system = experiment.system
        loss, noise = system.surface, system.exchangeable_noise
        without = "its own" if system.examples_a_step(1) is None else "from the data"
        edge, step = edge_of_stability(experiment), "dt" if experiment.dynamics.is_sde else "eta"
        warning = warning_of(experiment, edge)
        return Setup(
            number=number,
            experiment=experiment,
            dials=tuple(
                replace(d, warning=warning, edge=edge) if d.path == step else d
                for d in dials_of(experiment, initials)
            ),
            losses=self.choices("loss", experiment),
            noises=self.choices("noise", experiment),
            loss=(loss.name or "") if loss is not None else "",
            noise=(noise.name or "") if noise is not None else "",
            loss_text=_written(loss.expression) if loss is not None else f"{system.form} form",
            noise_text=_noise_text(noise) if noise is not None else without,
            undoable=undoable,
        )

    def choices(self, kind: str, experiment: Experiment) -> tuple[Choice, ...]:
        """The library's losses or noises, those that do not fit last and with the reason."""
        choices = []
        for entry in library.entries(kind):
            needs = self._dimension(kind, entry)
            reason = ""
            if kind == "noise" and needs is not None and needs != experiment.dimension:
                reason = f"it needs {_axes(needs)}, the loss has {_axes(experiment.dimension)}"
            if kind == "noise" and experiment.system.exchangeable_noise is None:
                reason = f"the {experiment.system.form} form brings its own noise"
            choices.append(Choice(entry.name, entry.title, entry.about, reason))
        return tuple(sorted(choices, key=lambda choice: (choice.reason != "", choice.title.lower())))

    def _dimension(self, kind: str, entry: Any) -> int | None:
        """The dimension that an entry needs; None where it fits any or cannot be read."""
        key = (kind, str(entry.path))
        if key not in self._dimensions:
            read = loss_from_file if kind == "loss" else noise_from_file
            part = None
            with contextlib.suppress(Exception):
                part = read(entry.path, Report(str(entry.path)))
            self._dimensions[key] = part.dimension if part is not None else None
        return self._dimensions[key]


def _written(expression: Expression) -> str:
    """An expression as a person would type it."""
    said = text(expression)
    return f"{said:g}" if isinstance(said, int | float) else said


def _noise_text(noise: Any) -> str:
    entries = [_written(entry) for entry in noise.covariance]
    if noise.form == "isotropic":
        return entries[0]
    if noise.form == "full":
        size = round(len(entries) ** 0.5)
        rows = (entries[first : first + size] for first in range(0, len(entries), size))
        return f"[{', '.join('[' + ', '.join(row) + ']' for row in rows)}]"
    return f"[{', '.join(entries)}]"


def _axes(dimension: int) -> str:
    return "one dimension" if dimension == 1 else f"{dimension} dimensions"


def warning_of(experiment: Experiment, edge: float | None) -> str:
    """One sentence where the steps are past the edge of stability; else ""."""
    step, name = (
        (experiment.dynamics.dt, "dt") if experiment.dynamics.is_sde else (experiment.dynamics.eta, "η")
    )
    if edge is None or step < edge:
        return ""
    if experiment.system.surface is None:
        return (
            f"{name} is past {written(edge)}, the edge of stability: the spread of the walkers grows for ever"
        )
    return f"{name} is past 2/λ = {written(edge)}: the steps diverge at the minimum"
