"""`sgdtui run`: one preset, headless. Results on stdout, progress and messages on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sgdtui.cli.budget import BUDGET_HELP, prediction_seconds
from sgdtui.cli.interruption import Interruption
from sgdtui.cli.output import Output
from sgdtui.cli.picture import refuse_plot, text_terminal
from sgdtui.cli.progress import progress_bar
from sgdtui.cli.table import Asked, experiment_of, is_table, refuse_without_table, table_options, with_target

if TYPE_CHECKING:
    from sgdtui.lab.result import Result
    from sgdtui.model.experiment import Experiment

INPUT_IS_WRONG = 2
_FILE = click.Path(path_type=Path, dir_okay=False)


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
    "--plot",
    "plot_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw it with Matplotlib too: FILE.png, .svg or .pdf.",
)
@click.option("--budget", type=click.FloatRange(min=0.1), metavar="SECONDS", help=BUDGET_HELP)
@click.option(
    "--show-kernel", is_flag=True, help="Print the generated program that steps the walkers, and stop."
)
@table_options
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
    plot_file: Path | None,
    budget: float | None,
    show_kernel: bool,
    asked: Asked,
) -> None:
    """Run PRESET (a name or a file) to its end and print where it settled.

    PRESET may also be a table (.csv, .tsv, .parquet), with --target COLUMN: what is to be predicted.

    In a terminal a picture in text follows: the histogram, the law that Gibbs foretells, and the verdict.

    Ctrl-C stops it and prints the partial result.
    """
    refuse_without_table(preset, asked)
    outputs = [as_json, csv_file, npz_file, svg_file]
    if sum(map(bool, outputs)) > 1:
        raise click.UsageError("--json, --csv, --npz and --svg exclude each other: run it once for each")
    if plot_file is not None:
        refuse_plot(plot_file)
    for file in (csv_file, npz_file, svg_file, plot_file):
        if file is not None and str(file) != "-" and not file.absolute().parent.is_dir():
            raise click.UsageError(f"{file}: there is no folder {file.absolute().parent}")
    dials = {"run.walkers": walkers, "run.steps": steps, "run.seed": seed}
    dials = {k: v for k, v in dials.items() if v is not None}
    asked = with_target("run", preset, asked)
    output = Output("json" if as_json else "text", csv_file, npz_file, svg_file, plot_file, text_terminal())
    interruption = Interruption()
    with interruption.answering():
        try:
            with progress_bar() as bar:
                bar.tell(0.0, "loading")
                experiment = _experiment(preset, asked, (loss, noise), changes, dials, bar.say)
                if show_kernel:
                    bar.say(_kernel(experiment), err=False)
                    return
                result = _run(experiment, threads, budget, bar.tell, interruption, output)
                bar.tell(1.0, "writing")
                interruption.speak()
                text = output.made(experiment, result)
            interruption.write()
            click.echo(text.out, nl=False)
            click.echo(text.err, nl=False, err=True)
            sys.stdout.flush()
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise click.ClickException(f"{error.filename or 'the file'}: {error.strerror or error}") from None
        except ValueError as error:
            _refuse(error, preset)
    sys.exit(interruption.status)


def _run(
    experiment: Experiment,
    threads: int | None,
    budget: float | None,
    tell: Callable[[float, str], None],
    interruption: Interruption,
    output: Output,
) -> Result:
    """The result; meanwhile the interruption knows what to say."""
    from sgdtui.lab.run import run

    def offer(so_far: Callable[[], Result]) -> None:
        interruption.last_word = lambda: output.last_word(experiment, so_far(), interruption)

    output.load()
    return run(
        experiment,
        threads=threads,
        progress=tell,
        cancelled=interruption.happened,
        budget=prediction_seconds(budget),
        offer=offer,
    )


def _refuse(error: ValueError, preset: str | None) -> None:
    """Exit 2 where the input is to blame; any other error goes on."""
    from sgdtui.preset.text.problem import PresetError
    from sgdtui.simulate.ensemble import Unsupported

    if isinstance(error, PresetError):
        click.echo(error.rendered(), err=True)
    elif isinstance(error, Unsupported):
        click.echo(f"{preset or 'this system'}: {error}", err=True)
    else:
        raise error
    sys.exit(INPUT_IS_WRONG)


def _experiment(
    preset: str | None,
    asked: Asked,
    exchanged: tuple[str | None, str | None],
    changes: tuple[str, ...],
    dials: dict[str, Any],
    say: Callable[[str], None],
) -> Experiment:
    loss, noise = exchanged
    from sgdtui.preset.change import changed, read_value
    from sgdtui.preset.load import combine, load_with_warnings

    if preset is None and loss is None:
        raise click.UsageError("name a preset, a preset file, or a --loss (sgdtui presets lists them)")
    if preset is None:
        experiment = combine(str(loss), noise if noise is not None else "1")
    elif is_table(preset):
        if loss is not None or noise is not None:
            raise click.UsageError("a table brings its own loss and noise: leave --loss and --noise out")
        experiment = experiment_of(preset, asked, say)
    else:
        experiment, warnings = load_with_warnings(preset)
        for warning in warnings:
            say(str(warning))
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
