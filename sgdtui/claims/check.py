"""Hold an experiment's claims against its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sgdtui.claims.grammar import ClaimError, Node, Path, parse, paths
from sgdtui.claims.moment import at_time
from sgdtui.claims.names import first_names, hold_to_names
from sgdtui.claims.path import Reading, read
from sgdtui.claims.value import evaluate
from sgdtui.model.experiment import Expectation, Experiment

EXACT = 1e-9
"""A number claimed without `within` must match to this, relative to its size."""

Value = float | bool | str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, checked.

    that, expected, within, at, variant   as the preset says
    measured    what the result says; None where that is not known
    se          its standard error; None where that is not known, 0 for what was not measured
    holds       None while it cannot be told (only of an unfinished run)
    z           (measured - expected)/se, where there is an error
    problem     why there is nothing to measure: a path that leads nowhere, a time outside the series
    """

    that: str
    expected: float | bool | str
    measured: Value
    se: float | None
    holds: bool | None
    z: float | None = None
    within: float | None = None
    at: float | None = None
    variant: str | None = None
    problem: str = ""

    def document(self) -> dict[str, Any]:
        """The claim as `run --json` prints it; a text where there is a problem, keys without content left out."""
        kept = {"within": self.within, "at": self.at, "variant": self.variant, "z": self.z}
        entry: dict[str, Any] = {
            "that": self.that,
            "expected": self.expected,
            "measured": self.measured,
            "se": self.se,
            "holds": self.holds,
        }
        entry |= {key: value for key, value in kept.items() if value is not None}
        return entry | ({"problem": self.problem} if self.problem else {})


def check(experiment: Experiment, document: Mapping[str, Any], *, final: bool = True) -> list[Claim]:
    """Check every claim of an experiment against a result's document.

    A number holds within `within` (without it, exactly); a text or truth value if equal. With `final` a claim whose
    measured value is null fails. Without, for a run that goes on, `holds` is None while the value is null, the run is
    not settled, or the deviation may still be chance: up to three standard errors beyond `within`.
    """
    return [_checked(expectation, document, final) for expectation in experiment.expect]


def problems(experiment: Experiment) -> list[tuple[Expectation, ClaimError]]:
    """The claims of an experiment that cannot be read, without running it: each with its error.

    A variant that does not exist is one of them, and a path whose first name no result has; where a path leads further
    shows only in a result.
    """
    names = [variant.name for variant in experiment.variants]
    first = first_names(experiment)
    found = []
    for expectation in experiment.expect:
        try:
            hold_to_names(parse(expectation.that, [name for name in names if "-" in name]), first)
            if expectation.variant is not None and expectation.variant not in names:
                raise ClaimError(f"no variant named {expectation.variant!r}")
        except ClaimError as error:
            found.append((expectation, error))
    return found


def unreadable(experiment: Experiment) -> list[tuple[tuple[str | int, ...], str, int, int]]:
    """The same by place in the preset: path in the document, message, offset and length of the characters to blame."""
    places = {id(expectation): index for index, expectation in enumerate(experiment.expect)}
    return [
        (("expect", places[id(expectation)], "that"), error.message, error.offset, error.length)
        for expectation, error in problems(experiment)
    ]


def _checked(expectation: Expectation, document: Mapping[str, Any], final: bool) -> Claim:
    problem = ""
    try:
        reading, settled = _read(expectation, document)
    except ClaimError as error:
        reading, settled, problem = Reading(None, None), None, error.message
    return Claim(
        that=expectation.that,
        expected=expectation.value,
        measured=reading.value,
        se=reading.se,
        holds=_holds(expectation, reading) if final else _holds_so_far(expectation, reading, settled),
        z=_z(expectation, reading),
        within=expectation.within,
        at=expectation.at,
        variant=expectation.variant,
        problem=problem,
    )


def _read(expectation: Expectation, document: Mapping[str, Any]) -> tuple[Reading, bool | None]:
    variants = document.get("variants") or {}
    node = parse(expectation.that, [name for name in variants if "-" in name])
    chosen = document
    if expectation.variant is not None:
        if expectation.variant not in variants:
            raise ClaimError(f"there is no result of the variant {expectation.variant!r}")
        chosen = {**variants[expectation.variant], "variants": variants}
    settled = (chosen.get("settings") or {}).get("settled")
    on_the_way = _walkers_on_the_way(node, chosen)
    if on_the_way is not None:
        settled = not on_the_way
    if expectation.at is not None:
        chosen, settled = at_time(chosen, expectation.at), True
    return evaluate(node, chosen), settled


def _walkers_on_the_way(node: Node, document: Mapping[str, Any]) -> bool | None:
    """Whether walkers have still to arrive whose first passage the claim measures; None where it measures none."""
    found = None
    for path in paths(node):
        keys = path.keys
        passage = "first_passage" in keys or (len(keys) == 1 and document.get("first_passage"))
        if passage and keys[-1] in ("mean_steps", "mean_time", "sde_time", "fraction"):
            arrived = read(document, Path((*keys[:-1], "fraction"), path.offset, path.length)).value
            found = bool(found) or arrived != 1.0
    return found


def _deviation(expectation: Expectation, reading: Reading) -> float | None:
    if isinstance(expectation.value, bool | str) or isinstance(reading.value, bool | str):
        return None
    return None if reading.value is None else reading.value - expectation.value


def _allowed(expectation: Expectation) -> float:
    if expectation.within is not None:
        return expectation.within
    return EXACT * max(1.0, abs(float(expectation.value)))


def _holds(expectation: Expectation, reading: Reading) -> bool:
    deviation = _deviation(expectation, reading)
    if deviation is not None:
        return abs(deviation) <= _allowed(expectation)
    same_kind = isinstance(reading.value, bool) == isinstance(expectation.value, bool)
    return reading.value is not None and same_kind and reading.value == expectation.value


def _holds_so_far(expectation: Expectation, reading: Reading, settled: bool | None) -> bool | None:
    if reading.value is None or reading.value == "undecided":
        return None
    deviation = _deviation(expectation, reading)
    if deviation is None:
        return _holds(expectation, reading)
    if (
        expectation.that.rpartition(".")[2] == "fraction" and settled is False
    ):  # some have still to arrive; or nobody ever does
        return _holds(expectation, reading) or None
    if reading.se == 0:  # a prediction: it does not change as the run goes on
        return _holds(expectation, reading)
    if settled is False:
        return None
    if abs(deviation) <= _allowed(expectation):
        return True
    far = reading.se is not None and abs(deviation) > _allowed(expectation) + 3 * reading.se
    return False if far else None


def _z(expectation: Expectation, reading: Reading) -> float | None:
    deviation = _deviation(expectation, reading)
    return deviation / reading.se if deviation is not None and reading.se else None
