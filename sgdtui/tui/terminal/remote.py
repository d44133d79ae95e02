"""Whether a network lies between this process and the person, and a multiplexer that answers in the person's place."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_SSH = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
_ANCESTORS = 32


def multiplexer(environ: Mapping[str, str], ancestors: tuple[str, ...] = ()) -> str | None:
    """tmux, screen, zellij or mosh, if one of them stands between this process and the terminal."""
    if environ.get("TMUX"):
        return "tmux"
    if environ.get("STY"):
        return "screen"
    if environ.get("ZELLIJ") is not None:
        return "zellij"
    for name, process in (("tmux", "tmux: server"), ("screen", "screen"), ("mosh", "mosh-server")):
        if any(ancestor.lower() == process for ancestor in ancestors):
            return name
    return None


def over_ssh(
    environ: Mapping[str, str], through: str | None = None, ancestors: tuple[str, ...] = ()
) -> tuple[bool, str]:
    """Whether the person is at another machine, and what told so."""
    for name in _SSH:
        if environ.get(name):
            return True, f"{name} is set"
    if through == "mosh":
        return True, "mosh-server is an ancestor"
    if any(ancestor in ("sshd", "sshd-session", "dropbear") for ancestor in ancestors):
        return True, "sshd is an ancestor"
    if through == "tmux" and _tmux_was_attached_over_ssh(environ):
        return True, "the tmux session was attached over ssh"
    return False, "no sign of ssh"


def process_ancestors() -> tuple[str, ...]:
    """The names of the processes above this one, as far as /proc tells."""
    names: list[str] = []
    process = os.getppid()
    with contextlib.suppress(OSError, ValueError, IndexError):
        while process > 1 and len(names) < _ANCESTORS:
            stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
            name, _, rest = stat.partition("(")[2].rpartition(")")
            names.append(name)
            process = int(rest.split()[1])
    return tuple(names)


def _tmux_was_attached_over_ssh(environ: Mapping[str, str]) -> bool:
    """What tmux knows of the client that attached last; a shell inside keeps the environment of the first."""
    try:
        told = subprocess.run(
            ["tmux", "show-environment", "SSH_CONNECTION"],
            env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, timeout=0.5, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return told.stdout.startswith(b"SSH_CONNECTION=")
