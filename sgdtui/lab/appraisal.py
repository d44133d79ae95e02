"""The judgement on a run, whatever happens to it: what cannot be compared leaves the run undecided."""

from __future__ import annotations

import math
from collections.abc import Callable

from sgdtui.compare.comparison import Verdict
from sgdtui.lab.allowance import Allowance
from sgdtui.lab.judgement import Appraisal
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Absence


def appraisal(experiment: Experiment, judge: Callable[[], Appraisal]) -> Appraisal:
    """What `judge` gives; undecided, with the reason, where a comparison fails."""
    found = Allowance(math.inf).attempt("comparisons", experiment, judge)
    if not isinstance(found, Absence):
        return found
    return Appraisal({}, Verdict("undecided", f"What was measured could not be compared: {found.detail}."))
