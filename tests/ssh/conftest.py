"""A server for the session; for each test a place of its own and everything ended afterwards."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ssh import processes
from tests.ssh.link import Link
from tests.ssh.sshd import Sshd, tools
from tests.ssh.terminal import Terminal

SGDTUI = f"{shlex.quote(sys.executable)} -m sgdtui"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is about real terminals."""
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.ssh)


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """The server. Where the tools are missing these tests fail: the full check installs them."""
    missing = tools()
    assert missing is None, f"not installed: {missing}"
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that all tests share, so that only the first one compiles."""
    return tmp_path_factory.mktemp("cache")


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

    def command(self, options: str) -> str:
        """The command line of `launch` with these options."""
        return f"{SGDTUI} launch {options}"

    def ssh_resume(self) -> Terminal:
        """The app going on with the last checkpoint."""
        return self.ssh(self.command("--resume"))

    def close(self) -> None:
        """Ends everything of this test."""
        for terminal in self.terminals:
            terminal.close()
        for link in self.links:
            link.close()
        subprocess.run(
            ["tmux", "-S", str(self.folder / "tmux"), "kill-server"],
            capture_output=True,
            timeout=10,
            check=False,
        )
        processes.end_all(self.mark)


@pytest.fixture
def place(sshd: Sshd, tmp_path: Path, kernels: Path) -> Iterator[Place]:
    """One test's own place."""
    found = Place(sshd, tmp_path, kernels)
    yield found
    found.close()


def wait_until_running(terminal: Terminal) -> None:
    """The header says that walkers walk."""

    def walks() -> bool:
        header = terminal.screen.display[0]
        return "●" in header or "* running" in header or "* settling" in header

    there = terminal.run(90, walks)
    assert there, f"it does not run:\n{terminal.text}\n{bytes(terminal.raw[-500:])!r}"
