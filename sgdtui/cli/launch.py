"""`sgdtui launch`: the app. Nothing heavy is imported before its first frame."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TypeVar

import click

from sgdtui.cli.table import (
    Asked,
    is_table,
    question,
    refuse_without_table,
    table_options,
    with_target,
)

T = TypeVar("T")


@click.command("launch")
@click.argument("preset", required=False)
@click.option("--loss", metavar="NAME", help="A loss, by name or as an expression, in place of the preset's.")
@click.option(
    "--noise", metavar="NAME", help="A noise, by name or as an expression, in place of the preset's."
)
@click.option(
    "--resume", is_flag=True, help="Go on with the last run: the same walkers, random streams and view."
)
@click.option("--kiosk", is_flag=True, help="For a shared host: no files, no paths, no suspending; capped.")
@click.option(
    "--idle",
    "idle_minutes",
    type=click.FloatRange(0.1, 10_000),
    metavar="MINUTES",
    help="With --kiosk: end after so long without a key. [15]",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "truecolor", "256", "16", "8", "none"]),
    default="auto",
    show_default=True,
    help="How many colours to use; NO_COLOR means none.",
)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--fps", type=click.FloatRange(0.2, 60), metavar="N", help="Frames a second at most. [10]")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--bandwidth", type=click.FloatRange(min=0.5), metavar="KB", help="Kilobytes a second at most.")
@click.option(
    "--detach-safe",
    "detach_minutes",
    type=click.FloatRange(0.1, 10_000),
    is_flag=False,
    flag_value=60,
    metavar="MINUTES",
    help="After a hang-up compute on without a terminal for so long, then keep a checkpoint. [60]",
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads that step the walkers. [one a core]")
@table_options
def command(
    preset: str | None,
    loss: str | None,
    noise: str | None,
    resume: bool,
    kiosk: bool,
    idle_minutes: float | None,
    color: str,
    ascii_only: bool,
    fps: float | None,
    no_mouse: bool,
    bandwidth: float | None,
    detach_minutes: float | None,
    threads: int | None,
    asked: Asked,
) -> None:
    """Open the laboratory on PRESET (a name or a file), or on a loss with a noise.

    A table of your own (.csv, .tsv or .parquet) opens with --target COLUMN: what is to be predicted.
    The table of a sweep (.csv or .parquet) opens as a map; Enter on a cell runs that point.
    """
    from sgdtui.settings.settings import load_settings
    from sgdtui.tui.terminal.start import ASKED_FOR, Refused, prepare

    if idle_minutes is not None and not kiosk:
        raise click.UsageError("--idle is for --kiosk; without it nobody is sent away")
    refuse_without_table(preset, asked)
    settings, problems = load_settings()
    try:
        session = prepare(
            preset=preset,
            color=_first(
                None if color == "auto" else color, None if settings.color == "auto" else settings.color
            ),
            ascii_only=ascii_only or bool(settings.ascii),
            bandwidth=_first(bandwidth, settings.bandwidth),
            resume=resume,
            kiosk=kiosk,
            idle_minutes=idle_minutes,
            detach_minutes=detach_minutes,
        )
    except Refused as refused:
        click.echo(str(refused), err=True)
        sys.exit(2)
    session.notices = problems
    table = preset is not None and is_table(preset) and not asked.anything and _is_sweep(preset)
    asks = (
        None
        if table or preset is None or not is_table(preset)
        else question(with_target("launch", preset, asked))
    )
    if asks is not None and (loss is not None or noise is not None):
        raise click.UsageError("a table brings its own loss and noise: leave --loss and --noise out")
    from sgdtui.tui.app import Options, SgdApp

    mouse = settings.mouse and not no_mouse
    app = SgdApp(
        Options(
            preset=preset or (None if loss or noise else "double-well-tanh"),
            table=preset if table else None,
            question=asks,
            loss=loss,
            noise=noise,
            resume=resume,
            kiosk=kiosk,
            colour=ASKED_FOR[session.terminal.colours.number],
            ascii=session.terminal.characters.ascii,
            fps=_first(fps, settings.fps) or 10.0,
            mouse=mouse,
            bandwidth=bandwidth,
            threads=session.threads(_first(threads, settings.threads)),
            budget=settings.budget,
            theme=settings.theme,
            keys=settings.keys,
        ),
        session=session,
    )
    code = app.run(mouse=mouse)
    status = session.after(app)
    if app.refusal:
        click.echo(app.refusal, err=True)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Threads that are still predicting are daemons; they must not hold the shell back.
    os._exit(status if status is not None else code if isinstance(code, int) else app.return_code or 0)


def _is_sweep(name: str) -> bool:
    from sgdtui.sweeps.recognise import is_sweep

    return is_sweep(Path(name))


def _first(*values: T | None) -> T | None:
    """The first that was given: the command line before the settings before the default."""
    return next((value for value in values if value is not None), None)
