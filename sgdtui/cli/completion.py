"""`sgdtui completion`: the script that a shell needs to complete verbs, options and files."""

from __future__ import annotations

import click

_WHERE = {
    "bash": 'eval "$(sgdtui completion bash)" in ~/.bashrc',
    "zsh": 'eval "$(sgdtui completion zsh)" in ~/.zshrc',
    "fish": "sgdtui completion fish > ~/.config/fish/completions/sgdtui.fish",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(list(_WHERE)))
def command(shell: str) -> None:
    r"""Print the completion script for SHELL.

    \b
    bash   eval "$(sgdtui completion bash)"   in ~/.bashrc
    zsh    eval "$(sgdtui completion zsh)"    in ~/.zshrc
    fish   sgdtui completion fish > ~/.config/fish/completions/sgdtui.fish
    """
    from click.shell_completion import get_completion_class

    from sgdtui.cli.group import main

    completer = get_completion_class(shell)
    assert completer is not None
    click.echo(completer(main, {}, "sgdtui", "_SGDTUI_COMPLETE").source())
