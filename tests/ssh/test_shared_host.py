"""What strangers can do to us: planted caches, full disks, escapes in titles, and a kiosk that is to be left."""

from __future__ import annotations

import getpass
import hashlib
import os
import pickle
import re
import shlex
import shutil
import stat
import subprocess
import time
from pathlib import Path

from tests.ssh import processes
from tests.ssh.place import SGDTUI, Place, wait_until_running
from tests.ssh.sshd import Sshd

PRESET = "double-well-tanh --threads 1"
"""One thread, so that the tests beside this one get on."""


class Planted:
    """Runs a command when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.proof}",)


def warmed(place: Place, cache: Path) -> list[Path]:
    """A cache with kernels in it, and the kernels."""
    subprocess.run(
        [*SGDTUI.replace("'", "").split(), "run", "quadratic", "--walkers", "512", "--steps", "10", "--json"],
        env={**os.environ, **place.environment, "SGDTUI_CACHE_DIR": str(cache)},
        check=True,
        capture_output=True,
        timeout=120,
    )
    return sorted(path for path in cache.rglob("*") if path.is_file())


def run_with(place: Place, cache: Path) -> subprocess.CompletedProcess[bytes]:
    """A small run with that cache."""
    return subprocess.run(
        place.server.client(
            "-T",
            f"env SGDTUI_CACHE_DIR={cache} {SGDTUI} run quadratic --walkers 512 --steps 10 --json",
        ),
        env=place.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_a_planted_kernel_is_not_executed(place: Place, tmp_path: Path) -> None:
    """Not even one with a right checksum where others can write: they can write that too. (The folder's other modes
    are tested beside the cache's code.)
    """
    cache, open_to_all, proof = tmp_path / "cache", tmp_path / "open", tmp_path / "proof"
    kernels = warmed(place, cache)
    assert kernels
    payload = pickle.dumps(Planted(proof))
    shutil.copytree(cache, open_to_all)
    for kernel in kernels:
        kernel.write_bytes(payload)
        twin = open_to_all / kernel.relative_to(cache)
        twin.write_bytes(hashlib.sha256(payload).digest() + payload)
        twin.parent.chmod(0o775)
    for folder in (cache, open_to_all):
        assert run_with(place, folder).returncode == 0
        assert not proof.exists()
    told = subprocess.run(
        place.server.client("-T", f"env SGDTUI_CACHE_DIR={open_to_all} {SGDTUI} doctor"),
        env=place.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert b"not kept" in told.stdout


def test_an_unwritable_home_is_no_reason_not_to_run(place: Place, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run_with(place, tmp_path / "file" / "cache").returncode == 0
    nowhere = (
        "env HOME=/proc/nowhere SGDTUI_CACHE_DIR=/proc/c SGDTUI_STATE_DIR=/proc/s SGDTUI_CONFIG_DIR=/proc/x"
    )
    terminal = place.ssh(f"{nowhere} {SGDTUI} launch {PRESET}")
    wait_until_running(terminal)
    terminal.run(6)
    assert "●" in terminal.screen.display[0]
    terminal.send("q")
    assert terminal.ended(5) == 0


def test_a_full_disk_is_no_reason_not_to_run(place: Place, tmp_path: Path) -> None:
    """No file may grow beyond 8 kB: what cannot be written whole is not written."""
    cache, state = tmp_path / "cache", tmp_path / "state-full"
    terminal = place.ssh(
        f"ulimit -f 8; exec env SGDTUI_CACHE_DIR={cache} SGDTUI_STATE_DIR={state} {SGDTUI} launch {PRESET}"
    )
    wait_until_running(terminal)
    terminal.run(6)
    assert "●" in terminal.screen.display[0]
    assert not [path for path in cache.rglob("*") if path.is_file()]
    assert not [path for path in state.rglob("*") if path.is_file()]
    terminal.send("q")
    assert terminal.ended(5) == 0


def test_what_is_kept_is_private(place: Place) -> None:
    terminal = place.launch(PRESET)
    terminal.run(6)
    terminal.send("q")
    terminal.ended(5)
    for path in (place.folder / "state").rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_escapes_and_markup_in_a_preset_are_text(place: Place) -> None:
    preset = place.folder / "hostile.yaml"
    preset.write_text(
        'title: "T\\e]52;c;aGFja2Vk\\a[@click=app.quit()]owned[/][red]R\\u009b31mX"\n'
        'story: "S \\e[2J\\e]0;title\\a [@click=app.bell()]x[/] \\u202e reversed"\n'
        'source: "[link=http://example.org]here[/link]\\e]8;;http://example.org\\e\\\\"\n'
        "loss: x**2/2\n"
    )
    terminal = place.ssh(f"{SGDTUI} launch {preset}")
    wait_until_running(terminal)
    terminal.send("?")
    terminal.run(2)
    terminal.send("\x1b")
    terminal.run(1)
    raw = bytes(terminal.raw)
    assert set(re.findall(rb"\x1b\](\d*)", raw)) <= {b"22"}, (
        "only the shape of the pointer, which Textual sets"
    )
    assert b"\x1b[2J" not in raw
    assert "\u009b".encode() not in raw
    assert "\u202e".encode() not in raw
    assert "[@" in terminal.screen.display[0]
    for x in range(8, 50, 4):
        terminal.send(f"\x1b[<0;{x};1M\x1b[<0;{x};1m")
    terminal.run(1)
    assert "●" in terminal.screen.display[0]


def test_escapes_in_names_and_errors_do_not_reach_the_terminal(place: Place) -> None:
    for command in ("launch $'a\\e]52;c;aGFj\\ab'", "run $'a\\e[31mb.yaml'", "check $'\\e]0;x\\a.yaml'"):
        terminal = place.ssh(f"bash -c {shlex.quote(f'{SGDTUI} {command}; echo ended')}")
        terminal.wait_for("ended", seconds=60)
        assert set(re.findall(rb"\x1b\](\d*)", bytes(terminal.raw))) <= {b"22"}
        assert b"\x1b[31m" not in terminal.raw


def test_a_kiosk_cannot_be_left(place: Place, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("loss: x**2\n")
    refused = place.ssh(f"{SGDTUI} launch --kiosk {mine}")
    assert refused.ended(30) == 2
    assert "by name only" in refused.text
    refused = place.ssh(f"{SGDTUI} launch --kiosk --resume")
    assert refused.ended(30) == 2

    terminal = place.ssh(f"cd {tmp_path}; exec {SGDTUI} launch --kiosk {PRESET}")
    wait_until_running(terminal)
    before = set(tmp_path.rglob("*"))
    for keys in (
        "e",
        "\x1a",
        "\x10",
        "export\r",
        "\x1b",
        "\x10",
        "screenshot\r",
        "\x1b",
        "\x13",
        "\x0f",
        "!",
        ":sh\r",
    ):
        terminal.send(keys)
        terminal.run(0.7)
    assert "NAME.yaml" not in terminal.text
    terminal.send("l")
    terminal.run(1)
    for text in ("__import__('os').system('id')", "open('/etc/passwd')", "/etc/passwd"):
        terminal.send("\x15" + text + "\r")
        terminal.run(0.7)
        assert "root:" not in terminal.text
    terminal.send("\x1b")
    terminal.run(4)
    made = set(tmp_path.rglob("*")) - before
    assert not [path for path in made if path.is_file()], made
    assert str(tmp_path) not in terminal.text
    terminal.send("q")
    assert terminal.ended(6) == 0


def test_a_kiosk_has_its_limits_and_ends_when_it_is_left_alone(place: Place) -> None:
    terminal = place.ssh(f"{SGDTUI} launch --kiosk --idle 0.1 {PRESET}")
    until = time.monotonic() + 60
    while "●" not in terminal.screen.display[0] and time.monotonic() < until:
        terminal.send("s")
        terminal.run(1)
    (app,) = processes.apps(place.mark)
    limits = Path(f"/proc/{app}/limits").read_text()
    data = next(line for line in limits.splitlines() if line.startswith("Max data size"))
    assert "unlimited" not in data
    for _ in range(3):
        terminal.send("s")
        terminal.run(3)
    assert terminal.status is None, "a key within six seconds: somebody is there"
    assert terminal.ended(10) == 0


def test_the_recipe_for_an_account_leads_to_the_kiosk_alone(place: Place, tmp_path: Path) -> None:
    """As docs/ssh.md has it, with this user and this sgdtui in its place."""
    text = (Path(__file__).parents[2] / "docs" / "ssh.md").read_text()
    recipe = re.search(r"    Match User sgd\n(?:        .*\n)+", text)
    assert recipe is not None
    mine = recipe.group().replace("User sgd", f"User {getpass.getuser()}")
    mine = mine.replace("/opt/sgdtui/bin/sgdtui", f"env {processes.VARIABLE}={place.mark} {SGDTUI}")
    folder = tmp_path / "sshd"
    folder.mkdir()
    server = Sshd(folder, mine)
    try:
        guest = Place(server, tmp_path, place.cache)
        refused = subprocess.run(
            server.client("-T", f"touch {tmp_path}/made"), env=guest.environment, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert refused.returncode == 2
        assert b"interactive terminal" in refused.stderr
        terminal = guest.ssh(f"touch {tmp_path}/made; bash")
        wait_until_running(terminal)
        assert not (tmp_path / "made").exists()
        terminal.send("e")
        terminal.run(1)
        assert "NAME.yaml" not in terminal.text
        terminal.send("q")
        assert terminal.ended(6) == 0
        guest.close()
    finally:
        server.stop()
