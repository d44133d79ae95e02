"""The command line: one file a verb, imported when it is used."""

from sgdtui.cli.group import main

__all__ = ["main"]
