"""The one place where predictions are called: what each may cost, and what becomes of one that fails.

A prediction that runs out of its budget, of memory, or into a solver that finds nothing, is an absence with a
sentence; so is one that our own mistake breaks, which tests and developers want to see (`SHOW_FAULTS`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from sgdtui.budget import Budget, Cancel, TooCostly, within
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Absence
from sgdtui.settings.memory import available_memory, bounded

log = logging.getLogger(__name__)

HEADLESS, LIVE = 20.0, 10.0
"""Seconds of one core that a prediction may take, where nobody set anything else."""
_TOGETHER = 2.0
"""All predictions of one run together may take so many times what each may."""
_LEAST = 0.5
"""Seconds that are left even to the last prediction: enough for one that is cheap."""

_MOST_MEMORY, _SHARE = 4e9, 0.7
"""Bytes that a prediction may take, and the share of what there is."""

SHOW_FAULTS = "SGDTUI_SHOW_FAULTS"
"""The environment variable with which a programming fault in a prediction is raised instead of told."""

_SOLVERS = ("LinAlgError", "ArpackError", "ArpackNoConvergence", "NoConvergence", "MemoryError")
"""What solvers raise where they find nothing, by name: scipy need not be loaded to know them."""

Told = TypeVar("Told")
Tell = Callable[[str], None]


@dataclass(slots=True, eq=False)
class Allowance:
    """What the predictions of one run may cost.

    seconds    of one core, each
    cancelled  asked at least every 0.2 s; once it says True what computes raises `Cancel`
    tell       told what is being worked out, before it is
    spent      seconds so far, all predictions together
    """

    seconds: float = HEADLESS
    cancelled: Callable[[], bool] | None = None
    tell: Tell | None = None
    spent: float = 0.0

    def attempt(
        self, name: str, experiment: Experiment, work: Callable[[], Told], doing: str = ""
    ) -> Told | Absence:
        """What `work` gives, or why it gives nothing. Raises `Cancel`.

        No warning of numpy's comes out: what is no number shows in the result. `doing` is what is told of it.
        """
        if self.tell is not None:
            self.tell(doing or f"predicting: {name}")
        left = max(_TOGETHER * self.seconds - self.spent, _LEAST)
        budget = Budget(min(self.seconds, left), self.cancelled, remedy(experiment))
        try:
            with within(budget), bounded(_memory()), np.errstate(all="ignore"):
                budget.look()
                return work()
        except TooCostly as cost:
            return Absence(name, "too costly", str(cost) or budget.overrun())
        except Cancel:
            raise
        except Exception as error:
            return _failure(name, error, budget)
        finally:
            self.spent += budget.spent


def _memory() -> float:
    """Bytes that a prediction may take in all."""
    free = available_memory()
    return _MOST_MEMORY if free is None else min(_MOST_MEMORY, _SHARE * free)


def _failure(name: str, error: Exception, budget: Budget) -> Absence:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "MemoryError" in kinds:
        return Absence(name, "too costly", budget.sentence("it takes more memory than there is"))
    said = " ".join(str(error).split())
    if kinds.intersection(_SOLVERS) or isinstance(error, ArithmeticError):
        return Absence(name, "not found", f"the solver gave up: {said or type(error).__name__}")
    if os.environ.get(SHOW_FAULTS):
        raise error
    log.info("the prediction %s failed", name, exc_info=error)
    return Absence(name, "not found", f"a fault of sgdtui's own: {type(error).__name__}: {said}")


def remedy(experiment: Experiment) -> str:
    """What makes predictions for this experiment cheaper, as the end of a sentence."""
    ways = []
    if experiment.dimension > 2:
        ways.append("fewer weights")
    if hasattr(experiment.system, "data"):
        ways.append("fewer rows or columns")
    if experiment.dimension <= 2:
        ways.append("a window closer to where the walkers are")
    return " or ".join(ways)
