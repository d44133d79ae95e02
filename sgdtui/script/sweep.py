"""`sgdtui.sweep`: one experiment at many settings, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sgdtui.claims.grammar import parse
from sgdtui.claims.measure import measure
from sgdtui.claims.names import first_names, hold_to_names
from sgdtui.lab.allowance import HEADLESS
from sgdtui.script.limits import hold_to_limits
from sgdtui.script.load import Source, load
from sgdtui.sweeps.executors import LocalProcesses
from sgdtui.sweeps.grid import Axis, GridError, Value
from sgdtui.sweeps.point import at_point
from sgdtui.sweeps.sweep import Plan, Progress
from sgdtui.sweeps.sweep import sweep as sweep_plan
from sgdtui.sweeps.table import SweepTable, TableFile, read_table

USUAL = ("verdict", "gibbs.tv", "fokker-planck.tv", "transfer.tv")


def sweep(
    source: Source,
    over: Mapping[str, Sequence[Value]],
    *,
    target: str | None = None,
    model: str | None = None,
    network: str | int | Sequence[int] | None = None,
    features: Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    workers: int | None = None,
    budget: float = HEADLESS,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **changes: Any,
) -> SweepTable:
    """Run it at every combination of the settings in `over`, in processes of this machine: one row a point.

    Args:
        source: see `sgdtui.load`, as for `target`, `model`, `network`, `features` and `changes`.
        over: the values of each dial.
        target: of a table: the column to predict.
        model: of a table: "linear" or "logistic".
        network: of a table: the hidden units of each layer.
        features: of a table: the columns to learn from.
        measures: what to keep of every result, as in a claim ("gibbs.tv", "left"); the verdict, the distance of each
            prediction and every observable if None.
        seed: of the whole sweep.
        out: a table (.csv or .parquet) to keep; what is in it already is not run again.
        workers: processes; one a core if None.
        budget: seconds of one core that each prediction of a point may take.
        progress: called after every row.
        cancelled: asked a few times a second; once it says True what is done is returned.
        changes: dials turned for every point.

    Raises:
        PresetError: the source, a change or the first point is wrong.
        ValueError: an axis or a measure is wrong; the sentence says how.

    Examples:
        >>> table = sgdtui.sweep({"loss": "x**2/2"}, {"eta": [0.1, 0.4]}, walkers=512, steps=200, workers=1)
        >>> table.settings, len(table)
        (('eta',), 2)
        >>> bool(table.columns["gibbs.tv"][1] > table.columns["gibbs.tv"][0])
        True
    """
    hold_to_limits(workers=workers, budget=budget)
    experiment = load(source, target=target, model=model, network=network, features=features, **changes)
    if not isinstance(over, Mapping) or not over:
        raise GridError('over is a mapping of dials to their values, such as {"eta": [0.05, 0.1]}')
    axes = tuple(_axis(name, values) for name, values in over.items())
    seen = [name for name, _ in experiment.observe]
    usual = [*USUAL, *(name if name not in over else f"observables.{name}" for name in seen)]
    quantities = tuple(dict.fromkeys(measures if measures is not None else usual))
    for quantity in quantities:
        hold_to_names(parse(quantity), first_names(experiment))
    at_point(experiment, tuple((axis.name, axis.values[0]) for axis in axes), 0)
    plan = Plan(experiment, axes, quantities, seed, None, budget)
    with TemporaryDirectory() as folder:
        path = Path(out) if out is not None else Path(folder, "sweep.csv")
        table = TableFile(path, experiment.name, [axis.name for axis in axes], quantities)
        try:
            sweep_plan(plan, table, LocalProcesses(workers), measure, progress=progress, cancelled=cancelled)
        finally:
            table.close()
        return read_table(path)


def _axis(name: str, values: Sequence[Value]) -> Axis:
    """A list of plain values. Raises GridError."""
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise GridError(f"{name}: give a list of values, such as [0.05, 0.1]")
    listed = tuple(v.item() if hasattr(v, "item") else v for v in values)
    if not listed:
        raise GridError(f"{name}: there are no values")
    if len(set(map(str, listed))) < len(listed):
        raise GridError(f"{name}: a value is there twice")
    return Axis(name, listed)
