"""The forms that a system may have, and which one a preset has."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath

from sgdtui.model.system import System
from sgdtui.preset.forms.drift import DRIFT
from sgdtui.preset.forms.form import Form, Found
from sgdtui.preset.forms.gradient import GRADIENT
from sgdtui.preset.forms.hops import HOPS
from sgdtui.preset.forms.network import NETWORK
from sgdtui.preset.forms.sample import SAMPLE
from sgdtui.preset.forms.tumble import TUMBLE
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.text.report import Report

FORMS: dict[str, Form] = {form.key: form for form in (GRADIENT, DRIFT, SAMPLE, HOPS, TUMBLE, NETWORK)}
"""By the section of a preset that holds each."""

_BY_WORD = {form.form: form for form in FORMS.values()}


def form_of(system: System) -> Form:
    """The form of a system."""
    return _BY_WORD[system.form]


def read_system(
    section: ExperimentSection, report: Report, folder: FilePath | None, declared: Collection[str]
) -> Found | None:
    """The system and all parameters, or None where there is none.

    `declared` are the names of the document's parameters, the wrong ones included.
    """
    forms = [form for form in FORMS if getattr(section, form) is not None]
    if len(forms) != 1:
        if forms:
            report.error(
                (forms[1],),
                f"{' and '.join(forms)}: a preset has one system",
                f"keep one of: {', '.join(forms)}",
                key=True,
            )
        elif not any(report.left_out((form,)) for form in FORMS):
            report.error(
                (),
                "there is no system",
                "give a loss (with a noise), a drift (with a noise), sample, hops, tumble or network",
            )
        return None
    form = FORMS[forms[0]]
    for key, why in form.forbids.items():
        if getattr(section, key) is not None:
            report.error((key,), f"'{key}' does not go with {form.key}: {why}", "remove it", key=True)
    return form.read(section, report, folder, declared)
