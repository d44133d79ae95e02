"""`sgdtui schema`: the JSON Schema of a preset; with a hidden option, the written reference made from it."""

from __future__ import annotations

import json

import click


@click.command("schema")
@click.option(
    "--kind",
    type=click.Choice(["experiment", "loss", "noise"]),
    default="experiment",
    show_default=True,
    help="Of which kind of preset.",
)
@click.option("--markdown", is_flag=True, hidden=True, help="Print docs/presets.md instead.")
def command(kind: str, markdown: bool) -> None:
    """Print the JSON Schema of a preset, for editors.

    With the YAML language server, put this on a preset's first line:

    # yaml-language-server: $schema=preset.schema.json
    """
    if markdown:
        from sgdtui.preset.reference import reference

        click.echo(reference(), nl=False)
        return
    from sgdtui.preset.schema import json_schema

    click.echo(json.dumps(json_schema(kind), indent=2, ensure_ascii=False))
