"""Several quantities read from one result: what a row of a sweep holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sgdtui.claims.grammar import AbsentError, parse
from sgdtui.claims.value import evaluate


def measure(document: Mapping[str, Any], quantities: Sequence[str]) -> dict[str, tuple[Any, float | None]]:
    """Each quantity (a path or arithmetic of paths, as in a claim) with its value and standard error.

    A prediction that does not exist for the system leaves its quantities None.

    Raises:
        ClaimError: a quantity cannot be read, or names what no result has.
    """
    read: dict[str, tuple[Any, float | None]] = {}
    for quantity in quantities:
        try:
            reading = evaluate(parse(quantity), document)
            read[quantity] = (reading.value, reading.se)
        except AbsentError:
            read[quantity] = (None, None)
    return read
