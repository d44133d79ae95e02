"""`sgdtui sweep`: one preset at many settings, as a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sgdtui.cli.budget import BUDGET_HELP, prediction_seconds
from sgdtui.cli.interruption import Interruption
from sgdtui.cli.table import Asked, experiment_of, is_table, refuse_without_table, table_options, with_target

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment
    from sgdtui.sweeps.executors import Engine
    from sgdtui.sweeps.grid import Axis
    from sgdtui.sweeps.sweep import Outcome, Plan, Progress
    from sgdtui.sweeps.table import TableFile

USUAL = ("verdict", "gibbs.tv", "fokker-planck.tv", "transfer.tv")


@click.command("sweep")
@click.argument("preset")
@click.option(
    "--over",
    "over",
    multiple=True,
    required=True,
    metavar="NAME=…",
    help="A dial and its values: eta=0.01:1:24:log, s=1:3:5, batch=1,2,4. Give it once for each axis.",
)
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Turn a dial for every point.")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="PATH",
    help="What to keep of every result, as in a claim: gibbs.tv, left, 2*left - 1. "
    "[verdict, each prediction's TV, each observable]",
)
@click.option("--refine", "contour", metavar="MEASURE=VALUE", help="Spend further points along this contour.")
@click.option(
    "--levels", type=click.IntRange(1, 20), default=3, show_default=True, help="Halvings for --refine."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The table, .csv or .parquet. What is in it already is not run again. [PRESET-sweep.csv]",
)
@click.option("--walkers", type=click.IntRange(min=1), help="Independent walkers of every point.")
@click.option("--steps", type=click.IntRange(min=1), help="Steps after burn-in of every point.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the whole sweep.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes on this machine. [one a core]")
@click.option(
    "--dask", "address", metavar="ADDRESS", help="Run on a dask scheduler, such as tcp://host:8786."
)
@click.option("--budget", type=click.FloatRange(min=0.1), metavar="SECONDS", help=BUDGET_HELP)
@click.option("--retry", is_flag=True, help="Run the points again that failed.")
@table_options
def command(
    preset: str,
    over: tuple[str, ...],
    changes: tuple[str, ...],
    measures: tuple[str, ...],
    contour: str | None,
    levels: int,
    out: Path | None,
    walkers: int | None,
    steps: int | None,
    seed: int,
    workers: int | None,
    address: str | None,
    budget: float | None,
    retry: bool,
    asked: Asked,
) -> None:
    """Run PRESET at every combination of settings and keep a table: one row a point.

    PRESET may also be a table of data (.csv, .tsv, .parquet), with --target COLUMN: what is to be predicted.

    Interrupted and started again, it runs only what is missing. A point that fails is a row that says why; exit 1
    where every one failed.
    """
    refuse_without_table(preset, asked)
    if workers is not None and address is not None:
        raise click.UsageError("--workers and --dask exclude each other")
    fixed = [
        *changes,
        *(f"{k}={v}" for k, v in (("run.walkers", walkers), ("run.steps", steps)) if v is not None),
    ]
    asked = with_target("sweep", preset, asked)
    interruption = Interruption(raises=True)
    with interruption.answering():
        try:
            with _bar() as bar:
                given = _Given(preset, asked, over, fixed, measures, contour, levels, seed, budget)
                outcome, path = _swept(given, out, (workers, address), retry, interruption, bar)
        except KeyboardInterrupt as error:
            interruption.speak()
            interruption.last_word()
            sys.exit(getattr(error, "status", 130))
        interruption.speak()
    click.echo(_summary(outcome, path))
    if outcome.progress.failures == outcome.progress.done > 0:
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the command line says of a sweep; `fixed` are settings of every point, NAME=VALUE."""

    preset: str
    asked: Asked
    over: tuple[str, ...]
    fixed: list[str]
    measures: tuple[str, ...]
    contour: str | None
    levels: int
    seed: int
    budget: float | None


def _swept(
    given: _Given,
    out: Path | None,
    where: tuple[int | None, str | None],
    retry: bool,
    interruption: Interruption,
    bar: Callable[[Path], Callable[[Progress], None] | None],
) -> tuple[Outcome, Path]:
    """How the sweep went, and its table. Exits where it is wrong."""
    from sgdtui.claims.grammar import ClaimError
    from sgdtui.claims.measure import measure
    from sgdtui.preset.text.problem import PresetError
    from sgdtui.sweeps.executors import EngineError
    from sgdtui.sweeps.grid import GridError
    from sgdtui.sweeps.sweep import sweep
    from sgdtui.sweeps.table import TableError

    table = None
    try:
        plan = _plan(given)
        path = out if out is not None else Path(f"{plan.experiment.name}-sweep.csv")
        interruption.last_word = partial(_interrupted, path)
        table = _table(path, given.preset, plan)
        return sweep(plan, table, _engine(*where), measure, retry=retry, progress=bar(path)), path
    except PresetError as error:
        _refuse(error.rendered())
    except (GridError, TableError, ClaimError) as error:
        _refuse(str(error))
    except EngineError as error:
        click.echo(f"{error}; what was done is kept in the table", err=True)
        sys.exit(1)
    finally:
        if table is not None:
            table.close()


def _interrupted(path: Path) -> None:
    """What there is, and how to go on."""
    from sgdtui.sweeps.table import TableError, read_table

    try:
        rows = len(read_table(path).columns.get("key", ()))
    except (OSError, TableError):
        rows = 0
    click.echo(f"interrupted; {path} holds {rows} points, the same command goes on")


def _refuse(message: str) -> NoReturn:
    from sgdtui.preset.text.problem import printable

    click.echo("\n".join(printable(line) for line in message.splitlines()), err=True)
    sys.exit(2)


def _plan(given: _Given) -> Plan:
    from sgdtui.claims.grammar import parse
    from sgdtui.claims.names import first_names, hold_to_names
    from sgdtui.preset.load import load
    from sgdtui.sweeps.grid import Axis, GridError, parse_axes
    from sgdtui.sweeps.point import at_point
    from sgdtui.sweeps.refine import parse_target, refine
    from sgdtui.sweeps.sweep import Plan

    if is_table(given.preset):
        experiment = experiment_of(given.preset, given.asked, partial(click.echo, err=True))
    else:
        experiment = load(given.preset)
    axes = parse_axes(given.over)
    for change in given.fixed:
        name, equals, value = change.partition("=")
        if not equals or not name.strip():
            raise GridError(f"{change!r}: write NAME=VALUE, as in --set s=2")
        if name.strip() in {axis.name for axis in axes}:
            raise GridError(f"{name.strip()} is both set and swept")
        axes = (*axes, Axis(name.strip(), (value.strip(),)))
    aim = parse_target(given.contour, given.levels) if given.contour is not None else None
    if aim is not None:
        next(refine(axes, aim))
    quantities = list(dict.fromkeys(given.measures)) or _usual(experiment, axes)
    quantities += [aim.measure] if aim is not None and aim.measure not in quantities else []
    for quantity in quantities:
        hold_to_names(parse(quantity), first_names(experiment))
    first = tuple((axis.name, axis.values[0]) for axis in axes)
    at_point(experiment, first, 0)
    return Plan(experiment, axes, tuple(quantities), given.seed, aim, prediction_seconds(given.budget))


def _usual(experiment: Experiment, axes: tuple[Axis, ...]) -> list[str]:
    swept = {axis.name for axis in axes}
    return [*USUAL, *(name if name not in swept else f"observables.{name}" for name, _ in experiment.observe)]


def _table(path: Path, preset: str, plan: Plan) -> TableFile:
    from sgdtui.sweeps.table import TableError, TableFile

    if not path.absolute().parent.is_dir():
        raise TableError(f"{path}: there is no folder {path.absolute().parent}")
    try:
        return TableFile(path, preset, [axis.name for axis in plan.axes], plan.quantities)
    except OSError as error:
        raise TableError(f"{path}: {error.strerror or error}") from None


def _engine(workers: int | None, address: str | None) -> Engine:
    from sgdtui.sweeps.executors import DaskCluster, LocalProcesses

    return DaskCluster(address) if address is not None else LocalProcesses(workers)


@contextmanager
def _bar() -> Iterator[Callable[[Path], Callable[[Progress], None] | None]]:
    """A progress bar with the time left on stderr, where that is a terminal: given the table, who is to be told."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns: Any = (
        SpinnerColumn(),
        TextColumn("{task.fields[table]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("loading", total=None, table="")
        before = 0

        def tell(progress: Progress) -> None:
            nonlocal before
            if (
                progress.resumed > before
            ):  # what was there already took no time and tells nothing about the rest
                before = progress.resumed
                bar.reset(task)
            failed = f"{progress.failures} failed" if progress.failures else ""
            bar.update(task, total=progress.total, completed=progress.done, description=failed)

        def of(path: Path) -> Callable[[Progress], None]:
            bar.update(task, description="", table=escape(path.name))
            return tell

        yield of


def _summary(outcome: Outcome, path: Path) -> str:
    progress = outcome.progress
    lines = [f"{progress.done} points in {path}"]
    if progress.resumed:
        lines[0] += f", {progress.resumed} of them there before"
    if progress.failures:
        lines[0] += f"; {progress.failures} failed, the column `error` says why"
    for crossing in outcome.crossings:
        others = ", ".join(f"{name} = {value}" for name, value in crossing.low if name != crossing.axis)
        lines.append(f"{crossing.axis} = {crossing.position:.6g}" + (f"  at {others}" if others else ""))
    return "\n".join(lines)
