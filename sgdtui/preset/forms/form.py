"""What the preset room knows of a form: how it is read, written, turned and checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from sgdtui.model.experiment import Experiment
from sgdtui.model.parameter import Parameter
from sgdtui.model.start import Start
from sgdtui.model.system import System
from sgdtui.preset.dial import Dial
from sgdtui.preset.schema import ExperimentSection, StartSection
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document

Found = tuple[System, tuple[Parameter, ...]]
Reader = Callable[[ExperimentSection, Report, FilePath | None, Collection[str]], Found | None]


def no_dials(_experiment: Experiment) -> list[Dial]:
    """For forms without dials of their own."""
    return []


@dataclass(frozen=True, slots=True)
class Starts:
    """Ways to start that only one form has.

    left_out  where walkers start if nothing is said
    read      the start of a section, by one of the form's own keys `ways`; None where it is wrong (see the report)
    document  what a preset writes for such a start; None for one that every form has
    """

    left_out: Callable[[Any], Start]
    ways: tuple[str, ...]
    read: Callable[[StartSection, Any, Report, FilePath | None], Start | None]
    document: Callable[[Start], Document | None]


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    key           the section of a preset that holds it
    form          the word that its system has for it
    read          the system and all parameters of a document, or None where it is wrong (see the report); given the
                  preset's folder and the names of the document's parameters, the wrong ones included
    document      the inverse of `read`
    check         notes what is wrong with the numbers of an experiment
    dials         those that only this form has
    short         short names of its settings for `--set`
    forbids       keys of a preset that do not go with it, each with the reason
    has_dynamics  whether the dynamics section means anything
    starts        ways to start of its own
    has_single_precision  whether its walkers may be simulated in float32
    has_rules     whether its step may follow another rule than plain sgd
    """

    key: str
    form: str
    read: Reader
    document: Callable[[Any], Document]
    check: Callable[[Experiment, Report], None]
    dials: Callable[[Experiment], list[Dial]] = no_dials
    short: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forbids: Mapping[str, str] = field(default_factory=dict)
    has_dynamics: bool = True
    starts: Starts | None = None
    has_single_precision: bool = False
    has_rules: bool = False


def owned_parameters(system: System) -> tuple[Parameter, ...]:
    """The parameters that the loss and the noise brought, with the values that they gave."""
    surface, noise = system.surface, system.exchangeable_noise
    return (
        *(surface.parameters if surface is not None else ()),
        *(noise.parameters if noise is not None else ()),
    )
