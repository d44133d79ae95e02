"""`sgdtui presets`: list, show and path."""

from __future__ import annotations

import json

import click


class _ListByDefault(click.Group):
    """`sgdtui presets` without a subcommand lists them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` in where no subcommand is named."""
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("presets", cls=_ListByDefault)
def command() -> None:
    """The presets that there are: shipped, and your own. Without a subcommand, lists them."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_presets(as_json: bool) -> None:
    """List every experiment, what is claimed in the literature, every loss and noise."""
    from sgdtui.preset.library import GROUPS, KINDS, entries

    found = {kind: entries(kind) for kind in (*GROUPS, "loss", "noise")}
    if as_json:
        rows = [
            {
                "name": e.name,
                "kind": kind,
                "title": e.title,
                "about": e.about,
                "origin": e.origin,
                "path": str(e.path),
            }
            for kind in KINDS
            for e in found[kind]
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max((len(e.name) for listed in found.values() for e in listed), default=0)
    for kind, listed in found.items():
        click.echo(f"{kind}:")
        for e in listed:
            mark = " (yours)" if e.origin == "personal" else ""
            click.echo(f"  {e.name:<{width}}  {e.title}{mark}")


@command.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Print a preset's file. NAME may be experiment/NAME, literature/NAME, loss/NAME or noise/NAME."""
    from sgdtui.preset import library
    from sgdtui.preset.text.file import read_text
    from sgdtui.preset.text.problem import PresetError, names_hint, shortened

    kind, slash, bare = name.partition("/")
    path = library.find(bare, kind) if slash and kind in library.KINDS else library.find(name)
    if path is None:
        known = [n for kind in library.KINDS for n in library.names(kind)]
        raise PresetError.plain(f"there is no preset '{shortened(name)}'", names_hint(name, known))
    click.echo("\n".join(_printable_lines(read_text(path))), nl=False)


def _printable_lines(text: str) -> list[str]:
    from sgdtui.preset.text.problem import printable

    return [printable(line) for line in text.split("\n")]


@command.command("path")
def show_path() -> None:
    """Print where presets are looked for, your own folder first."""
    from sgdtui.preset.library import folders

    for origin, folder in folders():
        missing = "" if folder.is_dir() else "  (not there yet)"
        click.echo(f"{origin}: {folder}{missing}")
