"""A prediction that is no law on bins: numbers by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sgdtui.arrays import Array


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What one of the kinds in `sgdtui.predict.asymptotic.registry` gives.

    values  by name as in JSON: a number, or an array of any shape
    se      the standard error of `values["value"]`, of what was found by simulation; None: it was computed
    notes   sentences worth showing
    """

    name: str
    values: Mapping[str, float | Array] = field(default_factory=dict)
    se: float | None = None
    notes: tuple[str, ...] = ()
