"""`sgdtui new`: a commented preset to edit."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command("new")
@click.argument("kind", metavar="loss|noise|drift|data|network")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def command(kind: str, file: Path | None) -> None:
    """Write a commented preset to edit: FILE, or my-KIND.yaml here. Nothing is written over."""
    from sgdtui.preset.new import beginning
    from sgdtui.preset.text.problem import PresetError, printable

    texts = list(beginning(kind).items())
    preset = file if file is not None else Path(texts[0][0])
    if preset.suffix not in (".yaml", ".yml"):
        raise PresetError.plain(f"{preset}: a preset's name ends in .yaml")
    wanted = [(preset, texts[0][1]), *((preset.parent / name, text) for name, text in texts[1:])]
    for path, _ in wanted:
        if path.exists():
            raise PresetError.plain(f"{path} is there already", "give another name: sgdtui new KIND FILE")
    try:
        for path, text in wanted:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PresetError.plain(f"{preset} cannot be written: {error.strerror or error}") from None
    shown = printable(shlex.quote(str(preset)))
    click.echo(f"wrote {', '.join(printable(str(path)) for path, _ in wanted)}; edit it, then")
    click.echo(f"  sgdtui check {shown}     every mistake with its line")
    click.echo(f"  sgdtui launch {shown}    watch it")
