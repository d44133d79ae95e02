"""`sgdtui verify`: run presets' claims headless, and print each with what was measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sgdtui.cli.budget import BUDGET_HELP, prediction_seconds
from sgdtui.cli.interruption import Interruption

if TYPE_CHECKING:
    from sgdtui.claims.check import Claim
    from sgdtui.claims.verify import Progress, Verified


@click.command("verify")
@click.argument("presets", nargs=-1, metavar="[PRESET]…")
@click.option(
    "--group",
    type=click.Choice(["experiment", "literature"]),
    help="Only the presets of a group: of the two texts that this began with, or of papers.",
)
@click.option("--threads", type=click.IntRange(1, 1024), help="Cores to use; all of them by default.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail claims that prove little, too: a tolerance over five standard errors, an error over 1 % of the value.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the outcome as JUnit XML to FILE as well.",
)
@click.option("--budget", type=click.FloatRange(min=0.1), metavar="SECONDS", help=BUDGET_HELP)
def command(
    presets: tuple[str, ...],
    group: str | None,
    threads: int | None,
    strict: bool,
    as_json: bool,
    junit: Path | None,
    budget: float | None,
) -> None:
    """Run the claims of PRESETs (all that have some, if none is named, or all of a group) and print measured ± error.

    Exits with 1 if a claim fails, 2 if a preset cannot be read.
    """
    from sgdtui.claims.worth import weakness

    if presets and group:
        raise click.UsageError("name presets or a group of them, not both")
    names: list[str] = list(dict.fromkeys(presets))
    done: list[Verified] = []

    def last_word() -> None:
        _conclude(done, names, as_json, True)

    interruption = Interruption(raises=True)
    interruption.last_word = last_word
    with interruption.answering():
        try:
            with _bar(names) as (progress, log):
                from sgdtui.claims.verify import presets_with_claims, verify
                from sgdtui.preset.library import GROUPS

                names += [] if presets else presets_with_claims((group,) if group else GROUPS)
                _refuse_unreadable(presets, junit)
                seconds = prediction_seconds(budget)
                for preset in verify(names, threads=threads, progress=progress, budget=seconds):
                    if strict:
                        preset = preset.failing(weakness)
                    done.append(preset)
                    if not as_json:
                        log(_block(preset))
        except KeyboardInterrupt as error:
            status = getattr(error, "status", 130)
            interruption.speak()
        else:
            status = 0
            interruption.speak()
        failed = any(not preset.holds for preset in done)
        if junit is not None:
            from sgdtui.claims.junit import junit as to_junit
            from sgdtui.settings.file import write_atomically

            write_atomically(junit, to_junit(done))
        interruption.write()
        _conclude(done, names, as_json, bool(status))
    sys.exit(status or (1 if failed else 0))


def _conclude(done: list[Verified], names: list[str], as_json: bool, interrupted: bool) -> None:
    """Print how it went."""
    if as_json:
        document = {
            "holds": len(done) == len(names) and all(preset.holds for preset in done),
            "interrupted": interrupted,
            "presets": [preset.document() for preset in done],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(_summary(done, names, interrupted))


def _refuse_unreadable(presets: tuple[str, ...], junit: Path | None) -> None:
    """Exit 2 with every mistake before anything runs."""
    from sgdtui.claims.check import problems
    from sgdtui.preset.load import load
    from sgdtui.preset.text.problem import PresetError, printable

    wrong = []
    for name in presets:
        try:
            experiment = load(name)
        except PresetError as error:
            wrong.append(error.rendered())
            continue
        if not experiment.expect:
            wrong.append(f"{printable(name)}: this preset claims nothing (it has no `expect:`)")
        wrong += [f"{printable(name)}: {printable(e.that)}: {error}" for e, error in problems(experiment)]
    if junit is not None and not junit.absolute().parent.is_dir():
        wrong.append(
            f"--junit {printable(str(junit))}: there is no folder {printable(str(junit.absolute().parent))}"
        )
    if wrong:
        click.echo("\n".join(wrong), err=True)
        sys.exit(2)


@contextmanager
def _bar(names: list[str]) -> Iterator[tuple[Progress | None, Callable[[str], None]]]:
    """A progress bar on stderr where that is a terminal; gives the callback and where to print meanwhile."""
    if not sys.stderr.isatty():
        yield None, click.echo
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    shares: dict[str, float] = {}
    columns = (
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("loading", total=None)
        shown = ""

        def tell(name: str, share: float, doing: str) -> None:
            nonlocal shown
            shares[name] = share
            finished = sum(value >= 1.0 for value in shares.values())
            said = f"{finished}/{len(names)}" if doing == "done" else f"{name}: {doing}"
            bar.update(
                task,
                total=len(names),
                completed=sum(shares.values()),
                description=escape(said),
                refresh=said != shown,  # every phase is seen, however short
            )
            shown = said

        def log(text: str) -> None:
            bar.refresh()
            if sys.stdout.isatty():
                bar.stop()
                click.echo(text)
                bar.start()
            else:
                click.echo(text)

        yield tell, log


def _block(preset: Verified) -> str:
    """A preset and its claims, one a line."""
    from sgdtui.preset.text.problem import printable

    lines = [
        f"{_mark(preset.holds)} {click.style(printable(preset.name), bold=True)}  {preset.seconds:.1f} s"
    ]
    if preset.problem:
        lines += [f"    {printable(line)}" for line in preset.problem.splitlines()]
    wide = max((len(_what(claim)) for claim in preset.claims), default=0)
    lines += [
        f"  {_mark(bool(claim.holds))} {_what(claim):<{min(wide, 60)}}  {_said(claim)}"
        for claim in preset.claims
    ]
    if not preset.complete:
        lines.append("    interrupted")
    return "\n".join(lines)


def _mark(holds: bool) -> str:
    return click.style("✓", fg="green") if holds else click.style("✗", fg="red", bold=True)


def _what(claim: Claim) -> str:
    from sgdtui.preset.text.problem import printable

    variant = f" [{claim.variant}]" if claim.variant is not None else ""
    when = f" at t = {claim.at:g}" if claim.at is not None else ""
    return printable(f"{claim.that}{variant}{when}")


def _said(claim: Claim) -> str:
    from sgdtui.preset.text.problem import printable

    if claim.measured is None and claim.problem:
        return printable(claim.problem)
    if isinstance(claim.measured, bool | str) or isinstance(claim.expected, bool | str):
        expected = "" if claim.holds else f"   expected {_shown(claim.expected)}"
        return printable(f"{_shown(claim.measured)}{expected}")
    error = " ± ?" if claim.se is None else f" ± {claim.se:.2g}" if claim.se else ""
    within = f" ± {claim.within:g}" if claim.within is not None else ""
    z = f"   z {claim.z:+.1f}" if claim.z is not None else ""
    problem = f"   {printable(claim.problem)}" if claim.problem else ""
    return f"{_shown(claim.measured)}{error}   expected {_shown(claim.expected)}{within}{z}{problem}"


def _shown(value: float | bool | str | None) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:.7g}"


def _summary(done: list[Verified], names: list[str], interrupted: bool) -> str:
    claims = [claim for preset in done for claim in preset.claims]
    held = sum(bool(claim.holds) for claim in claims)
    broken = sum(bool(preset.problem) for preset in done)
    text = f"{held} of {len(claims)} claims hold, in {len(done)} of {len(names)} presets"
    if broken:
        text += f"; {broken} could not be run"
    if interrupted:
        text += "; interrupted"
    return text
