"""One point of a sweep: a changed preset run to its end, and its row."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sgdtui.lab.allowance import HEADLESS
from sgdtui.sweeps.grid import Point

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment

Reader = Callable[[Mapping[str, Any], Sequence[str]], Mapping[str, tuple[Any, float | None]]]
"""Reads quantities from a result's document: each with its value and standard error. It must pickle."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one point gave.

    measures  each quantity's value (None where there is none) and standard error
    error     why there are none; "" where it ran
    """

    key: str
    point: Point
    seed: int
    measures: dict[str, tuple[Any, float | None]]
    seconds: float
    error: str = ""


def run_point(
    experiment: Experiment,
    key: str,
    point: Point,
    seed: int,
    quantities: Sequence[str],
    reader: Reader,
    threads: int = 1,
    budget: float = HEADLESS,
) -> Row:
    """Run the experiment with the point's settings. A failure is a row that says why, never an exception.

    Linear algebra gets one thread wherever this runs: points run side by side, and rounding must not depend on where.
    """
    import scipy.linalg  # noqa: F401 - only libraries that are loaded can be limited
    from threadpoolctl import threadpool_limits

    from sgdtui.lab.run import run

    begin = time.perf_counter()
    try:
        changed = at_point(experiment, point, seed)
        with threadpool_limits(1):
            result = run(changed, threads=threads, variants=False, on_the_way=False, budget=budget)
            document = result.document()
        measures = dict(reader(document, quantities))
        return Row(key, point, seed, measures, time.perf_counter() - begin)
    except Exception as error:  # a point that fails must not cost the others
        return failed(key, point, seed, _told(error), time.perf_counter() - begin)


def at_point(experiment: Experiment, point: Point, seed: int) -> Experiment:
    """The experiment with a point's settings and its own seed (which wins over a swept one).

    Raises PresetError for a setting that is wrong.
    """
    from sgdtui.preset.change import changed, read_value

    given = {name: read_value(value) if isinstance(value, str) else value for name, value in point}
    return changed(experiment, {**given, "run.seed": seed})


def failed(key: str, point: Point, seed: int, why: str, seconds: float = 0.0) -> Row:
    """The row of a point that gave nothing."""
    return Row(key, point, seed, {}, seconds, " ".join(why.split()) or "it failed")


def _told(error: Exception) -> str:
    from sgdtui.preset.text.problem import PresetError

    told = str(error)
    return told if isinstance(error, PresetError) else f"{type(error).__name__}: {told}"
