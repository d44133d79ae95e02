"""`sgdtui run`: one preset, headless. Results on stdout, progress and messages on stderr."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sgdtui.lab.result import Result
    from sgdtui.model.experiment import Experiment

INPUT_IS_WRONG = 2
_FILE = click.Path(path_type=Path, dir_okay=False)
_EXIT_OF = {"SIGINT": 130, "SIGHUP": 129, "SIGTERM": 143}


@click.command("run")
@click.argument("preset", required=False)
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Turn a dial; may be given many times."
)
@click.option("--walkers", type=click.IntRange(min=1), help="Independent walkers.")
@click.option("--steps", type=click.IntRange(min=1), help="Steps after burn-in.")
@click.option("--seed", type=click.IntRange(min=0), help="Same seed, same numbers.")
@click.option(
    "--threads", type=click.IntRange(min=1), help="Threads; the numbers do not depend on it. [one a core]"
)
@click.option("--loss", metavar="NAME", help="A loss, by name or as an expression, in place of the preset's.")
@click.option(
    "--noise", metavar="NAME", help="A noise, by name or as an expression, in place of the preset's."
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it as tidy CSV; - is stdout.",
)
@click.option(
    "--npz", "npz_file", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a numpy archive."
)
@click.option(
    "--svg",
    "svg_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the picture that the app shows.",
)
@click.option(
    "--show-kernel", is_flag=True, help="Print the generated program that steps the walkers, and stop."
)
def command(
    preset: str | None,
    changes: tuple[str, ...],
    walkers: int | None,
    steps: int | None,
    seed: int | None,
    threads: int | None,
    loss: str | None,
    noise: str | None,
    as_json: bool,
    csv_file: Path | None,
    npz_file: Path | None,
    svg_file: Path | None,
    show_kernel: bool,
) -> None:
    """Run PRESET (a name or a file) to its end and print where it settled.

    Ctrl-C stops it and prints the partial result.
    """
    from sgdtui.preset.text.problem import PresetError
    from sgdtui.simulate.ensemble import Unsupported

    outputs = [as_json, csv_file, npz_file, svg_file]
    if sum(map(bool, outputs)) > 1:
        raise click.UsageError("--json, --csv, --npz and --svg exclude each other: run it once for each")
    for file in (csv_file, npz_file, svg_file):
        if file is not None and str(file) != "-" and not file.absolute().parent.is_dir():
            raise click.UsageError(f"{file}: there is no folder {file.absolute().parent}")
    dials = {"run.walkers": walkers, "run.steps": steps, "run.seed": seed}
    try:
        experiment = _experiment(
            preset, loss, noise, changes, {k: v for k, v in dials.items() if v is not None}
        )
        if show_kernel:
            click.echo(_kernel(experiment))
            return
        with _interruptible() as interruption, _progress_bar() as progress:
            from sgdtui.lab.run import run

            result = run(experiment, threads=threads, progress=progress, cancelled=interruption.happened)
    except PresetError as error:
        click.echo(error.rendered(), err=True)
        sys.exit(INPUT_IS_WRONG)
    except Unsupported as error:
        click.echo(f"{preset or 'this system'}: {error}", err=True)
        sys.exit(INPUT_IS_WRONG)
    try:
        _give(experiment, result, as_json, csv_file, npz_file, svg_file)
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'the file'}: {error.strerror or error}") from None
    if interruption.signal:
        sys.exit(_EXIT_OF[interruption.signal])


def _experiment(
    preset: str | None, loss: str | None, noise: str | None, changes: tuple[str, ...], dials: dict[str, Any]
) -> Experiment:
    from sgdtui.preset.change import changed, read_value
    from sgdtui.preset.load import combine, load_with_warnings

    if preset is None and loss is None:
        raise click.UsageError("name a preset, a preset file, or a --loss (sgdtui presets lists them)")
    if preset is None:
        experiment = combine(str(loss), noise if noise is not None else "1")
    else:
        experiment, warnings = load_with_warnings(preset)
        for warning in warnings:
            click.echo(str(warning), err=True)
        parts = {k: read_value(v) for k, v in (("loss", loss), ("noise", noise)) if v is not None}
        experiment = changed(experiment, parts) if parts else experiment
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(
                f"{change!r}: write NAME=VALUE, as in --set eta=0.05", param_hint="--set"
            )
        experiment = changed(experiment, {name.strip(): read_value(value.strip())})
    return changed(experiment, dials) if dials else experiment


def _kernel(experiment: Experiment) -> str:
    from sgdtui.lab.plan import with_domain
    from sgdtui.simulate.ensemble import Ensemble

    ensemble = Ensemble(with_domain(experiment))
    try:
        return str(ensemble.kernel_source)
    finally:
        ensemble.close()


def _give(
    experiment: Experiment,
    result: Result,
    as_json: bool,
    csv_file: Path | None,
    npz_file: Path | None,
    svg_file: Path | None,
) -> None:
    if svg_file is not None:
        from sgdtui.settings.file import write_atomically
        from sgdtui.tui.capture.picture import svg_of

        write_atomically(svg_file, svg_of(result).encode())
        click.echo(f"wrote {svg_file}", err=True)
        return
    document = result.document()
    if experiment.expect:
        from sgdtui.claims.check import check

        document["claims"] = [claim.document() for claim in check(experiment, document)]
    if as_json:
        from sgdtui.export import json as json_export

        click.echo(json_export.text(document), nl=False)
    elif csv_file is not None and str(csv_file) == "-":
        from sgdtui.export import csv as csv_export

        click.echo(csv_export.text(document), nl=False)
    elif csv_file is not None:
        from sgdtui.export import csv as csv_export

        csv_export.write(csv_file, document)
        click.echo(f"wrote {csv_file}", err=True)
    elif npz_file is not None:
        from sgdtui.export import npz as npz_export

        npz_export.write(npz_file, document)
        click.echo(f"wrote {npz_file}", err=True)
    else:
        from sgdtui.cli.report import report

        click.echo(report(document), nl=False)


class _Interruption:
    """Whether a signal asked to stop. A second Ctrl-C stops at once."""

    def __init__(self) -> None:
        self.signal = ""

    def happened(self) -> bool:
        return bool(self.signal)

    def note(self, number: int, _frame: FrameType | None) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = signal.Signals(number).name
        if sys.stderr.isatty():
            click.echo("stopping; what there is so far follows", err=True)


@contextlib.contextmanager
def _interruptible() -> Iterator[_Interruption]:
    interruption = _Interruption()
    numbers = [getattr(signal, name) for name in _EXIT_OF if hasattr(signal, name)]
    try:
        former = {number: signal.signal(number, interruption.note) for number in numbers}
    except ValueError:  # not in the main thread: signals are somebody else's
        former = {}
    try:
        yield interruption
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _progress_bar() -> Iterator[Callable[[float, str], None] | None]:
    """A bar on stderr where that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("pilot run", total=1.0)
        yield lambda share, doing: bar.update(task, completed=share, description=doing)
