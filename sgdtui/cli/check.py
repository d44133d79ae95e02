"""`sgdtui check`: every error in every preset file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

WRONG, UNREADABLE = 1, 2


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Print errors only, not warnings and not the summary.")
def command(files: tuple[Path, ...], quiet: bool) -> None:
    """Check preset files of any kind and print every mistake with its line.

    Exit 0: all are right; 1: some are wrong; 2: a file cannot be read.
    """
    from sgdtui.claims.check import unreadable
    from sgdtui.preset.load import check_file
    from sgdtui.preset.text.problem import UnreadableError, printable, render

    status, wrong = 0, 0
    for file in files:
        try:
            problems, texts = check_file(file, unreadable)
        except UnreadableError as error:
            click.echo(error.rendered())
            status = UNREADABLE
            continue
        errors = sum(problem.severity == "error" for problem in problems)
        for problem in problems:
            if problem.severity == "error" or not quiet:
                click.echo(render(problem, texts.get(problem.file, "")))
        if errors:
            wrong += 1
            status = max(status, WRONG)
        elif not quiet:
            click.echo(f"{printable(str(file))}: ok")
    if not quiet and len(files) > 1:
        click.echo(f"{len(files)} files, {wrong} with errors", err=True)
    sys.exit(status)
