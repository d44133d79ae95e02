"""What is watched and claimed: observables, first passage, expectations."""

from __future__ import annotations

import re
from collections.abc import Collection

from sgdtui.expression import Expression
from sgdtui.model.experiment import Expectation
from sgdtui.model.system import System
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.text.names import quantities_spelt
from sgdtui.preset.text.problem import names_hint, shortened
from sgdtui.preset.text.report import Report

THAT_BELONGS_TO_THE_SYSTEM = ("title", "story", "source", "variants", "expect")
"""Keys of a document that say something of its system: they go when the system is replaced."""

MAX_OBSERVABLES = 64
MAX_EXPECTATIONS = 500

_THAT = re.compile(r"[A-Za-z0-9_.\-+*/()\[\], ]{1,500}\Z")


def read_observables(
    section: ExperimentSection, system: System, names: Collection[str], report: Report
) -> tuple[tuple[str, Expression], ...]:
    """The named expressions: the loss's regions first, then the experiment's (which win where names are equal)."""
    surface = system.surface
    found: dict[str, Expression] = dict(surface.regions) if surface is not None else {}
    for name, text in section.observe.items():
        expression = report.expression(("observe", name), quantities_spelt(text), names)
        if expression is not None:
            found[name] = expression
    if len(found) > MAX_OBSERVABLES:
        report.error(("observe",), f"{len(found)} observables", f"allowed: at most {MAX_OBSERVABLES}")
    return tuple(found.items())


def read_until(section: ExperimentSection, names: Collection[str], report: Report) -> Expression | None:
    """The condition of first passage."""
    return (
        report.condition(("until",), quantities_spelt(section.until), names)
        if section.until is not None
        else None
    )


def read_expectations(section: ExperimentSection, report: Report) -> tuple[Expectation, ...]:
    """The claims. Their paths are checked by their characters and brackets only; the claims' room knows the rest."""
    if len(section.expect) > MAX_EXPECTATIONS:
        report.error(("expect",), f"{len(section.expect)} claims", f"allowed: at most {MAX_EXPECTATIONS}")
        return ()
    found = []
    for index, claim in enumerate(section.expect):
        path = ("expect", index)
        that = str(claim.that).strip()
        if not _THAT.match(that) or that.count("(") != that.count(")") or that.count("[") != that.count("]"):
            report.error(
                (*path, "that"),
                f"'{shortened(that)}' is no path nor arithmetic of paths",
                "such as observables.left.value",
            )
        if claim.within is not None and isinstance(claim.expected, bool | str):
            report.error((*path, "within"), "only a number has a tolerance", "remove it", key=True)
        if claim.variant is not None and claim.variant not in section.variants:
            report.error(
                (*path, "variant"),
                f"there is no variant '{shortened(claim.variant)}'",
                names_hint(claim.variant, list(section.variants)),
            )
        found.append(Expectation(that, claim.expected, claim.within, claim.at, claim.variant))
    return tuple(found)
