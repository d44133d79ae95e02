"""Where one test's (or one measurement's) sgdtui lives, and the ways to reach it over ssh."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import uuid
from pathlib import Path

from tests.ssh import processes
from tests.ssh.link import Link
from tests.ssh.sshd import Sshd
from tests.ssh.terminal import Terminal

SGDTUI = f"{shlex.quote(sys.executable)} -m sgdtui"


class Place:
    """Where one test's sgdtui lives, and the ways to reach it."""

    def __init__(self, server: Sshd, folder: Path, cache: Path) -> None:
        self.server, self.folder, self.cache = server, folder, cache
        self.mark = uuid.uuid4().hex
        self.terminals: list[Terminal] = []
        self.links: list[Link] = []

    @property
    def environment(self) -> dict[str, str]:
        """What the client has; ssh carries the SGDTUI_ variables over."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "USER", "LOGNAME") if name in os.environ}
        return {
            **kept,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "SGDTUI_CACHE_DIR": str(self.cache),
            "SGDTUI_STATE_DIR": str(self.folder / "state"),
            "SGDTUI_CONFIG_DIR": str(self.folder / "config"),
            processes.VARIABLE: self.mark,
        }

    def ssh(
        self,
        command: str = "",
        *,
        kilobits: float | None = None,
        compress: bool = False,
        columns: int = 120,
        rows: int = 40,
        answers: bool = True,
        **environment: str,
    ) -> Terminal:
        """The client in a terminal, over a link of that speed and 200 ms, or none."""
        port = None
        if kilobits is not None:
            self.links.append(Link(self.server.port, kilobits * 125, 0.2))
            port = self.links[-1].port
        arguments = ["-C"] if compress else []
        line = self.server.client(*arguments, "-tt", command, port=port)
        terminal = Terminal(
            [word for word in line if word],
            columns=columns,
            rows=rows,
            environment={**self.environment, **environment},
            answers=answers,
        )
        self.terminals.append(terminal)
        return terminal

    def launch(self, preset: str = "double-well-tanh", options: str = "", **how: object) -> Terminal:
        """The app in a terminal over ssh, running."""
        terminal = self.ssh(f"{SGDTUI} launch {preset} {options}", **how)  # type: ignore[arg-type]
        wait_until_running(terminal)
        return terminal

    def launch_by(self, way: str, preset: str, kilobits: float) -> Terminal:
        """The app over such a link: `plain`, `compressed` (ssh -C) or in a `tmux` on the far side."""
        command = f"{SGDTUI} launch {preset}"
        if way == "tmux":
            command = f"tmux -S {self.folder}/tmux -f /dev/null new {shlex.quote(command)}"
        terminal = self.ssh(command, kilobits=kilobits, compress=way == "compressed")
        wait_until_running(terminal)
        return terminal

    def command(self, options: str) -> str:
        """The command line of `launch` with these options."""
        return f"{SGDTUI} launch {options}"

    def ssh_resume(self) -> Terminal:
        """The app going on with the last checkpoint."""
        return self.ssh(self.command("--resume"))

    def close(self) -> None:
        """Ends everything of this test."""
        while self.terminals:
            self.terminals.pop().close()
        while self.links:
            self.links.pop().close()
        subprocess.run(
            ["tmux", "-S", str(self.folder / "tmux"), "kill-server"],
            capture_output=True,
            timeout=10,
            check=False,
        )
        processes.end_all(self.mark)


def wait_until_running(terminal: Terminal) -> None:
    """The header says that walkers walk."""

    def walks() -> bool:
        header = terminal.screen.display[0]
        return "●" in header or "* running" in header or "* settling" in header

    there = terminal.run(90, walks)
    assert there, f"it does not run:\n{terminal.text}\n{bytes(terminal.raw[-500:])!r}"
