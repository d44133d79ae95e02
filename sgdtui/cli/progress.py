"""The line on stderr that says what is being done, where stderr is a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click


def _tell_nobody(_share: float, _doing: str) -> None:
    """Progress where nobody looks."""


def _say(text: str, err: bool = True) -> None:
    click.echo(text, err=err)


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """`tell` takes the share that is done and what is being done; `say` prints a line meanwhile."""

    tell: Callable[[float, str], None] = _tell_nobody
    say: Callable[..., None] = _say


@contextlib.contextmanager
def progress_bar() -> Iterator[ProgressLine]:
    """A bar with a clock that goes on by itself; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield ProgressLine()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )

    def say(text: str, err: bool = True) -> None:
        bar.stop()
        click.echo(text, err=err)
        bar.start()

    with bar:
        task = bar.add_task("loading", total=1.0)
        shown = "loading"

        def tell(share: float, doing: str) -> None:
            nonlocal shown
            # Every phase is seen, however short: the bar itself looks ten times a second only.
            bar.update(task, completed=share, description=doing, refresh=doing != shown)
            shown = doing

        yield ProgressLine(tell, say)
