"""The command `sgdtui`: its verbs, and what happens to errors. Imports nothing but click and what costs nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

import click

import sgdtui
from sgdtui.settings.linear_algebra import one_thread

VERBS = {
    "launch": "the app: pick a loss and a noise, watch SGD settle",
    "run": "one preset headless: text and a picture, JSON, CSV, NPZ, SVG",
    "verify": "run presets' claims, print measured ± error",
    "sweep": "many runs, a table: where does Gibbs hold?",
    "new": "a commented preset to edit: loss, noise, drift, data, network",
    "presets": "the presets that there are",
    "check": "every error in every preset file",
    "doctor": "what this terminal and machine can do",
    "schema": "the JSON Schema of a preset, for editors",
    "completion": "shell completion for bash, zsh or fish",
}

INPUT_IS_WRONG, INTERRUPTED = 2, 130


class _Verbs(click.Group):
    """Verbs are imported only when they are called; help is printed from the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs, in the order of use."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The verb's command, from the file of its name."""
        if name not in VERBS:
            return None
        command: click.Command = import_module(f"sgdtui.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with "did you mean" for a verb that is none."""
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            import difflib

            close = difflib.get_close_matches(name, VERBS, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            ctx.fail(f"no such command '{_printable(name)}'.{hint} Commands: {', '.join(VERBS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The verbs with one line each, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; a wrong preset is told and ends in 2, an interrupt in 130, a closed pipe quietly.

        With one thread of linear algebra the figures do not depend on the number of cores.
        """
        one_thread(unless_asked=True)
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.Exit as stop:
            sys.exit(stop.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt) as error:
            click.echo("interrupted", err=True)
            sys.exit(getattr(error, "status", INTERRUPTED))
        except MemoryError:
            click.echo("there is not enough memory: fewer walkers, bins or weights need less", err=True)
            sys.exit(1)
        except BrokenPipeError:
            # Python would complain once more when it flushes the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except ValueError as error:
            rendered = getattr(error, "rendered", None)
            if rendered is None:
                raise
            click.echo(rendered(), err=True)
            sys.exit(INPUT_IS_WRONG)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:60])


def _settings() -> MutableMapping[str, Any]:
    return {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=_Verbs, context_settings=_settings())
@click.version_option(
    sgdtui.__version__, "-V", "--version", prog_name="sgdtui", message="%(prog)s %(version)s"
)
def main() -> None:
    """Where does stochastic gradient descent settle?

    A terminal laboratory: tens of thousands of SGD walkers beside the Gibbs distribution, the Fokker–Planck
    solution and the law of the discrete chain.

    \b
    sgdtui launch                       the app
    sgdtui run double-well --json       the numbers
    sgdtui VERB --help                  more
    """  # noqa: D301 (click wants the backspace itself, not its spelling)
