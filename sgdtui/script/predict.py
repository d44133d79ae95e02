"""`sgdtui.predict`: where the walkers should settle, without any."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sgdtui.lab.allowance import HEADLESS, Allowance
from sgdtui.lab.named import Named
from sgdtui.lab.pilot import Cancelled
from sgdtui.lab.plan import with_domain
from sgdtui.lab.predictions import Foresight, bin_edges, foresee
from sgdtui.script.limits import hold_to_limits
from sgdtui.script.load import Source, load


def predict(
    source: Source,
    *,
    target: str | None = None,
    model: str | None = None,
    network: str | int | Sequence[int] | None = None,
    features: Sequence[str] | None = None,
    cancelled: Cancelled | None = None,
    budget: float = HEADLESS,
    **changes: Any,
) -> Foresight:
    """The predicted laws by name (`.predictions["gibbs"].mean`), and why another is absent (`.absences`).

    No walker is run, except where the window is not given: a pilot then finds it.

    Args:
        source: see `sgdtui.load`, as for `target`, `model`, `network`, `features` and `changes`.
        target: of a table: the column to predict.
        model: of a table: "linear" or "logistic".
        network: of a table: the hidden units of each layer.
        features: of a table: the columns to learn from.
        cancelled: asked now and then; once it says True, `sgdtui.budget.Cancel` is raised.
        budget: seconds of one core that each prediction may take; what would take more is absent, too costly.
        changes: new values of dials.

    Raises:
        PresetError: the source or a change is wrong.

    Examples:
        >>> foretold = sgdtui.predict({"loss": "x**2/2", "noise": "1", "space": {"domain": [[-2, 2]]}}, eta=0.1)
        >>> {name: round(float(law.covariance[0, 0]), 4) for name, law in foretold.predictions.items()}
        {'gibbs': 0.05, 'fokker-planck': 0.05, 'transfer': 0.0526, 'gaussian': 0.0526}
    """
    hold_to_limits(budget=budget)
    experiment = load(source, target=target, model=model, network=network, features=features, **changes)
    allowed = Allowance(budget, cancelled)
    experiment = with_domain(experiment, cancelled, allowed)
    (last,) = deque(foresee(experiment, bin_edges(experiment), allowance=allowed), maxlen=1)
    absent = {name: absence.detail or absence.reason for name, absence in last.absences.items()}
    return replace(last, predictions=Named("prediction", last.predictions, absent))
