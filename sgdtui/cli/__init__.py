"""The command line: one file a verb, imported when it is used."""

from typing import Any

__all__ = ["main"]


def __getattr__(name: str) -> Any:
    if name != "main":
        raise AttributeError(f"module 'sgdtui.cli' has no attribute {name!r}")
    from sgdtui.cli.group import main

    return main
