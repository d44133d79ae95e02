"""The dials of an experiment as the panel shows them, the learning rate first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sgdtui.model.experiment import Experiment
from sgdtui.preset.dials import dials
from sgdtui.tui.panels.dial import Dial

LABEL = {
    "eta": "η",
    "batch": "B",
    "momentum": "β",
    "convention": "a",
    "temperature": "kT",
    "coupling": "pull",
    "evaluate": "s",
}
FIRST = ("eta", "batch")
LAST = ("walkers", "burn_in", "every", "bins", "seed")
HIDDEN = ("steps",)
"""A live run goes on as long as somebody looks."""


def dials_of(experiment: Experiment, initials: Mapping[str, float | str] | None = None) -> tuple[Dial, ...]:
    """Learning rate and batch, the parameters, the rest of the dynamics, then the run's numbers.

    `initials` are values that the preset had, by dial, where the experiment itself no longer says so.
    """
    found = {dial.name: (dial, dial.value) for dial in dials(experiment) if dial.name not in HIDDEN}
    middle = [name for name in found if name not in (*FIRST, *LAST)]
    order = [name for name in (*FIRST, *middle, *LAST) if name in found]
    shown = [
        Dial(
            path=dial.name,
            label=_label(dial.name, experiment),
            value=value,
            initial=dial.default if dial.default is not None else value,
            low=dial.minimum,
            high=dial.maximum,
            whole=dial.integer,
            decades=dial.logarithmic,
            about=dial.about,
        )
        for dial, value in (found[name] for name in order)
        if value is not None
    ]
    if experiment.system.has_fields:
        place = sum(dial.path in FIRST for dial in shown)
        kind = Dial(
            "kind",
            "kind",
            experiment.dynamics.kind,
            str(experiment.document.get("dynamics", {}).get("kind", "sgd")),
            options=("sgd", "sde"),
            about="sgd: the discrete chain itself; sde: its limit of small steps",
        )
        shown.insert(place, kind)
    if initials:
        shown = [replace(dial, initial=initials.get(dial.path, dial.initial)) for dial in shown]
    return tuple(shown)


def turned(
    experiment: Experiment, initials: Mapping[str, float | str] | None = None
) -> dict[str, float | str]:
    """The preset's values of the dials that have left them, by dial."""
    return {dial.path: dial.initial for dial in dials_of(experiment, initials) if dial.value != dial.initial}


def _label(name: str, experiment: Experiment) -> str:
    """The sign of a dial; its whole name where a parameter is called like the sign."""
    sign = LABEL.get(name, name)
    return name if any(parameter.name == sign for parameter in experiment.parameters) else sign
