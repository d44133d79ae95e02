"""`sgdtui launch`: the app. Nothing heavy is imported before its first frame."""

from __future__ import annotations

import os
import sys

import click

NEEDS_TERMINAL = (
    "sgdtui launch needs an interactive terminal.\n"
    "Over ssh: ssh -t HOST sgdtui launch …   Without one: sgdtui run PRESET [--json]"
)


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
    "--color",
    type=click.Choice(["auto", "true", "256", "16", "none"]),
    default="auto",
    show_default=True,
    help="How many colours to use; NO_COLOR means none.",
)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option(
    "--fps", type=click.FloatRange(0.2, 60), default=10.0, show_default=True, help="Frames a second at most."
)
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--bandwidth", type=click.FloatRange(min=0.5), metavar="KB", help="Kilobytes a second at most.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads that step the walkers. [one a core]")
def command(
    preset: str | None,
    loss: str | None,
    noise: str | None,
    resume: bool,
    kiosk: bool,
    color: str,
    ascii_only: bool,
    fps: float,
    no_mouse: bool,
    bandwidth: float | None,
    threads: int | None,
) -> None:
    """Open the laboratory on PRESET (a name or a file), or on a loss with a noise."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") in (None, "", "dumb"):
        click.echo(NEEDS_TERMINAL, err=True)
        sys.exit(2)
    from sgdtui.tui.app import Options, SgdApp

    app = SgdApp(
        Options(
            preset=preset or (None if loss or noise else "double-well-tanh"),
            loss=loss,
            noise=noise,
            resume=resume,
            kiosk=kiosk,
            colour=None if color == "auto" else color,
            ascii=ascii_only,
            fps=fps,
            mouse=not no_mouse,
            bandwidth=bandwidth,
            threads=threads,
        )
    )
    code = app.run(mouse=not no_mouse)
    if app.refusal:
        click.echo(app.refusal, err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that are still predicting are daemons; they must not hold the shell back.
    os._exit(code if isinstance(code, int) else app.return_code or 0)
