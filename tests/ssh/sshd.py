"""A private sshd on loopback: its own keys, a free high port, as the current user; nothing of the machine's is used."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path


def tools() -> str | None:
    """What is missing for real terminals, None if nothing is."""
    missing = [name for name in ("ssh", "ssh-keygen", "tmux") if shutil.which(name) is None]
    if sshd_path() is None:
        missing.append("sshd")
    return ", ".join(missing) or None


def sshd_path() -> str | None:
    """Where sshd lies; it is seldom on the PATH of a user."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Sshd:
    """A running server; `stop` ends it. `more` is added to the end of its configuration."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.folder, self.port = folder, free_port()
        folder.chmod(0o700)
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True,
                timeout=30,
            )
        shutil.copy(folder / "user.pub", folder / "authorized")
        host = (folder / "host.pub").read_text().split()
        (folder / "known").write_text(f"[127.0.0.1]:{self.port} {host[0]} {host[1]}\n")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        options = {
            "Port": self.port, "ListenAddress": "127.0.0.1", "HostKey": folder / "host", "PidFile": "none",
            "AuthorizedKeysFile": folder / "authorized", "StrictModes": "no", "UsePAM": "no",
            "PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no", "PermitRootLogin": "yes",
            "AcceptEnv": "LANG LC_* COLORTERM SGDTUI_* NO_COLOR COLUMNS LINES", "PrintMotd": "no",
            "PrintLastLog": "no", "X11Forwarding": "no", "LogLevel": "ERROR", "UseDNS": "no",
        }  # fmt: skip
        (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in options.items()) + more)
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [str(sshd_path()), "-D", "-e", "-f", str(folder / "config")], stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=self._log,
        )  # fmt: skip
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"sshd did not start: {(folder / 'log').read_text()}")

    def client(self, *arguments: str, port: int | None = None) -> list[str]:
        """The command line of a client; `port` of a link to go through."""
        folder = self.folder
        options = [
            f"IdentityFile={folder / 'user'}", "IdentitiesOnly=yes", f"UserKnownHostsFile={folder / 'known'}",
            f"HostKeyAlias=[127.0.0.1]:{self.port}", "StrictHostKeyChecking=yes", "LogLevel=ERROR",
            "PreferredAuthentications=publickey", "SendEnv=SGDTUI_* LANG LC_* COLORTERM NO_COLOR COLUMNS LINES",
        ]  # fmt: skip
        command = ["ssh", "-F", "none", "-p", str(port or self.port)]
        for option in options:
            command += ["-o", option]
        return [*command, *arguments[:-1], f"{getpass.getuser()}@127.0.0.1", *arguments[-1:]]

    def stop(self) -> None:
        """Ends the server."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._log.close()
