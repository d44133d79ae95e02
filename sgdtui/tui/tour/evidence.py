"""What the runs of one page have shown so far: its claims, held against the run that is on and those before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sgdtui.model.experiment import Expectation, Experiment

if TYPE_CHECKING:
    from sgdtui.claims.check import Claim

OWN = ""
"""The name of the preset's own run, beside those of its variants."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim with the run that it belongs to, and the runs that it still waits for."""

    claim: Claim
    run: str
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The documents of the runs that were looked at, by name; `OWN` is the preset's own."""

    experiment: Experiment
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[str, ...]:
        """The preset's own run and its variants, in the order of the file."""
        return (OWN, *(variant.name for variant in self.experiment.variants))

    def run_of(self, name: str) -> Experiment:
        """The experiment of a run. Raises PresetError where a variant cannot be made."""
        if name == OWN:
            return self.experiment
        from sgdtui.preset.change import variant

        # The series must hit the times that the preset's claims name.
        return replace(variant(self.experiment, name), expect=self.experiment.expect)

    def seen(self, run: str, document: Mapping[str, Any]) -> Evidence:
        """With what a run shows now."""
        return replace(self, documents={**self.documents, run: document})

    def claims(self, *, final: bool = False) -> tuple[Checked, ...]:
        """Every claim as it stands, in the order of the runs; `final`: no run goes on."""
        from sgdtui.claims.check import check

        others = {name: document for name, document in self.documents.items() if name != OWN}
        document = {**self.documents.get(OWN, {}), "variants": others}
        runs = self.runs
        held = check(self.experiment, document, final=final)
        entries = []
        for expectation, claim in zip(self.experiment.expect, held, strict=True):
            needs = self._needs(expectation)
            waits = tuple(run for run in needs if run not in self.documents)
            entries.append(Checked(replace(claim, holds=None) if waits else claim, needs[0], waits))
        return tuple(sorted(entries, key=lambda entry: runs.index(entry.run) if entry.run in runs else 0))

    def _needs(self, expectation: Expectation) -> tuple[str, ...]:
        """The runs whose results the claim names; a claim that cannot be read belongs to the preset's own."""
        from sgdtui.claims.grammar import ClaimError, parse, paths

        alone = expectation.variant or OWN
        variants = {variant.name for variant in self.experiment.variants}
        observed = {name for name, _ in self.experiment.observe}
        try:
            found = paths(parse(expectation.that, [name for name in variants if "-" in name]))
        except ClaimError:
            return (alone,)
        needs = [alone] if expectation.variant else []
        for path in found:
            first = path.keys[1] if path.keys[0] == "variants" and len(path.keys) > 1 else path.keys[0]
            run = first if first in variants and first not in observed else alone
            if run not in needs:
                needs.append(str(run))
        return tuple(needs)


def same_run(one: Experiment, other: Experiment) -> bool:
    """Whether two experiments are one as far as claims are concerned: not the window, nor the lengths of runs."""
    return one.name == other.name and all(
        getattr(one, part) == getattr(other, part)
        for part in ("system", "dynamics", "parameters", "start", "until", "temperature")
    )
