"""What `sgdtui run` gives in the end: a report, JSON, a file."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sgdtui.cli.interruption import Interruption
    from sgdtui.cli.picture import TextTerminal
    from sgdtui.lab.result import Result
    from sgdtui.model.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Text:
    """What goes to stdout and what to stderr; files are written by then."""

    out: str = ""
    err: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """The form that was asked for: `plain` is "text" or "json"; at most one of csv, npz and svg is given.

    plot      a file for Matplotlib's figure, beside whatever else is asked for
    terminal  where a report has a picture under it
    """

    plain: str
    csv_file: Path | None = None
    npz_file: Path | None = None
    svg_file: Path | None = None
    plot: Path | None = None
    terminal: TextTerminal | None = None

    def load(self) -> None:
        """Import what `made` needs: the last words of a run that is interrupted must not wait for it."""
        import sgdtui.claims.check
        import sgdtui.cli.report
        import sgdtui.compare.distance
        import sgdtui.export.csv
        import sgdtui.export.json
        import sgdtui.export.npz
        import sgdtui.lab.result  # noqa: F401

    def made(self, experiment: Experiment, result: Result) -> Text:
        """The result in that form. Raises OSError where a file cannot be written."""
        # Drawing takes time: who interrupted has a report instead.
        text = self._plain(experiment, result)
        if self.plot is not None and result.complete:
            from sgdtui.cli.picture import write_plot

            write_plot(self.plot, result)
            text = replace(text, err=f"{text.err}wrote {self.plot}\n")
        return text

    def _plain(self, experiment: Experiment, result: Result) -> Text:
        if self.svg_file is not None and result.complete:
            from sgdtui.settings.file import write_atomically
            from sgdtui.tui.capture.picture import svg_of

            write_atomically(self.svg_file, svg_of(result).encode())
            return Text(err=f"wrote {self.svg_file}\n")
        document = result.document()
        if experiment.expect:
            from sgdtui.claims.check import check

            document["claims"] = [claim.document() for claim in check(experiment, document)]
        text = self._of(document)
        if self.terminal is not None and result.complete and self._reports:
            text = replace(text, out=text.out + self.terminal.picture(result.snapshot))
        return text

    @property
    def _reports(self) -> bool:
        """Whether it is a report, for a person to read."""
        return self.plain == "text" and self.csv_file is None and self.npz_file is None

    def _of(self, document: dict[str, Any]) -> Text:
        if self.plain == "json":
            from sgdtui.export import json as json_export

            return Text(json_export.text(document))
        if self.csv_file is not None:
            from sgdtui.export import csv as csv_export

            if str(self.csv_file) == "-":
                return Text(csv_export.text(document))
            csv_export.write(self.csv_file, document)
            return Text(err=f"wrote {self.csv_file}\n")
        if self.npz_file is not None:
            from sgdtui.export import npz as npz_export

            npz_export.write(self.npz_file, document)
            return Text(err=f"wrote {self.npz_file}\n")
        from sgdtui.cli.report import report

        return Text(report(document))

    def last_word(self, experiment: Experiment, result: Result, interruption: Interruption) -> None:
        """Print what there is, from whatever thread."""
        text = self.made(experiment, result)
        interruption.write()
        click.echo(text.out, nl=False)
        click.echo(text.err, nl=False, err=True)
        sys.stdout.flush()
