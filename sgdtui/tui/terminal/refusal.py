"""Starts that are refused before a single escape byte is written."""

from __future__ import annotations

from collections.abc import Mapping

WITHOUT_TERMINAL = "Over ssh: ssh -t HOST sgdtui launch …   Without a terminal: sgdtui run PRESET [--json]"


def refusal(environ: Mapping[str, str], terminals: Mapping[str, bool]) -> str | None:
    """Why the app cannot start here and what to type instead, or None if it can.

    `terminals` says for stdin, stdout and stderr whether it is a terminal: Textual reads the first and writes to the
    last; where it is not one, it paints all the same and spins for ever once the client has gone.
    """
    missing = [name for name, there in terminals.items() if not there]
    if missing:
        them = " and ".join(missing) if len(missing) < 3 else "stdin, stdout and stderr"
        return f"sgdtui launch needs an interactive terminal, but {them} {_are_not(missing)}.\n{WITHOUT_TERMINAL}"
    term = environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        said = f"TERM={term}" if term else "TERM is not set, which"
        return (
            f"sgdtui launch needs a terminal that can place its cursor; {said} says that this one cannot.\n"
            f"If it can: TERM=xterm-256color sgdtui launch …   Else: sgdtui run PRESET [--json]"
        )
    return None


def _are_not(names: list[str]) -> str:
    return "is not one" if len(names) == 1 else "are not terminals"
