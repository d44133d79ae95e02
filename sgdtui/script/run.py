"""`sgdtui.run`: one run from beginning to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sgdtui.lab.allowance import HEADLESS
from sgdtui.lab.pilot import Cancelled
from sgdtui.lab.result import Result
from sgdtui.lab.run import Progress
from sgdtui.lab.run import run as run_experiment
from sgdtui.script.limits import hold_to_limits
from sgdtui.script.load import Source, load


def run(
    source: Source,
    *,
    target: str | None = None,
    model: str | None = None,
    network: str | int | Sequence[int] | None = None,
    features: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    variants: bool = True,
    budget: float = HEADLESS,
    **changes: Any,
) -> Result:
    """Run it to its end: walkers, predictions, comparisons, verdict.

    Args:
        source: see `sgdtui.load`, as for `target`, `model`, `network`, `features` and `changes`.
        target: of a table: the column to predict.
        model: of a table: "linear" or "logistic".
        network: of a table: the hidden units of each layer.
        features: of a table: the columns to learn from.
        threads: that step the walkers; one a core if None. The numbers do not depend on it.
        progress: called now and then with the share that is done, 0 to 1, and what is being done.
        cancelled: asked now and then; once it says True the result so far is returned, with `complete` False.
        variants: whether to run the preset's variants too.
        budget: seconds of one core that each prediction may take; what would take more is absent, too costly.
        changes: new values of dials.

    Raises:
        PresetError: the source or a change is wrong.

    Examples:
        >>> result = sgdtui.run({"loss": "x**2/2", "noise": "1"}, eta=0.1, walkers=1024, steps=500)
        >>> bool(abs(result.covariance[0, 0] - 0.1 / 1.9) < 5 * result.covariance_se[0, 0])
        True
        >>> result.predictions["gibbs"].temperature
        0.05
    """
    hold_to_limits(threads=threads, budget=budget)
    experiment = load(source, target=target, model=model, network=network, features=features, **changes)
    return run_experiment(
        experiment, threads=threads, progress=progress, cancelled=cancelled, variants=variants, budget=budget
    )
