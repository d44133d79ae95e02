"""What a person over SSH waits for, how much is sent, and what is left when the client dies: against a real sshd.

    python -m benchmarks.over_ssh keys [--preset NAME …] [--kilobits N …] [--way plain compressed tmux …] [--keys N]
    python -m benchmarks.over_ssh ends
    python -m benchmarks.over_ssh resume

A private sshd on loopback, the real client under a terminal emulator, links with 200 ms there and back.
Prints Markdown. Needs openssh-server, openssh-client and tmux, and a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import datetime
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ssh import processes
from tests.ssh.place import SGDTUI, Place, wait_until_running
from tests.ssh.sshd import Sshd, tools
from tests.ssh.terminal import Terminal
from tests.ssh.typist import keys, quit_after, run_on

PRESETS = ("double-well-tanh", "four-rooms")
KILOBITS = (1000, 256, 56)
WAYS = ("plain", "compressed", "tmux")


@contextmanager
def places() -> Iterator[Callable[[], Place]]:
    """A server; gives a fresh place on it as often as it is asked."""
    made: list[Place] = []
    with tempfile.TemporaryDirectory(prefix="ssh-") as folder:
        server = Sshd(Path(folder))
        cache = Path(folder) / "cache"
        cache.mkdir(mode=0o700)

        def fresh() -> Place:
            own = Path(folder) / f"place-{len(made)}"
            own.mkdir(mode=0o700)
            made.append(Place(server, own, cache))
            return made[-1]

        try:
            yield fresh
        finally:
            for place in made:
                place.close()
            server.stop()


def key_row(place: Place, preset: str, kilobits: int, way: str, number: int) -> list[str]:
    """One session: the steady output, the keys, `q`."""
    terminal = place.launch_by(way, preset, kilobits)
    terminal.run(5)
    rate = terminal.rate(5)
    waits = keys(terminal, number)
    run_on(terminal, 1.5)
    took, status = quit_after(terminal)
    place.close()
    return [
        preset, f"{kilobits}", way, f"{waits.median:.2f}", f"{waits.p95:.2f}", f"{max(waits.seconds):.2f}",
        f"{took:.2f}{'' if status == 0 else f' (status {status})'}", f"{rate / 1000:.1f}",
    ]  # fmt: skip


def key_table(fresh: Callable[[], Place], asked: argparse.Namespace) -> None:
    """Every combination that was asked for."""
    warm = fresh()
    for preset in asked.preset:  # compiles, so that no measured session does
        wait_until_running(warm.ssh(f"{SGDTUI} launch {preset}"))
    warm.close()
    rows = []
    for preset in asked.preset:
        for kilobits in asked.kilobits:
            for way in asked.way:
                rows.append(key_row(fresh(), preset, kilobits, way, asked.keys))
                _say(" ".join(rows[-1]))
    if not asked.no_loopback:
        for preset in asked.preset:
            terminal = fresh().launch(preset, "--fps 60")
            terminal.run(5)
            _say(f"{preset} at --fps 60 over loopback: {terminal.rate(6) / 1000:.1f} kB/s")
            quit_after(terminal)
    head = ("preset", "kbit/s", "way", "key to screen: median s", "p95 s", "longest s", "quit s", "kB/s")
    print(table(head, rows))


def kill_client(terminal: Terminal, _app: int) -> None:
    """The laptop's battery is empty."""
    terminal.signal(signal.SIGKILL)


def kill_frozen_client(terminal: Terminal, _app: int) -> None:
    """It is suspended, and never wakes up again."""
    terminal.signal(signal.SIGSTOP)
    time.sleep(8)
    terminal.signal(signal.SIGKILL)


def end_client(terminal: Terminal, _app: int) -> None:
    """The window is closed."""
    terminal.signal(signal.SIGTERM)


def close_pty(terminal: Terminal, _app: int) -> None:
    """The terminal emulator goes away under the client."""
    os.close(terminal.fd)
    terminal.fd = os.open(os.devnull, os.O_RDWR)


def hang_up(_terminal: Terminal, app: int) -> None:
    """A hang-up reaches the app."""
    os.kill(app, signal.SIGHUP)


def end_app(_terminal: Terminal, app: int) -> None:
    """Somebody ends the app politely."""
    os.kill(app, signal.SIGTERM)


ENDS: dict[str, Callable[[Terminal, int], None]] = {
    "kill -9 of the client": kill_client,
    "kill -9 of a frozen client": kill_frozen_client,
    "SIGTERM to the client": end_client,
    "the client's pty closed": close_pty,
    "SIGHUP to the app": hang_up,
    "SIGTERM to the app": end_app,
}


def end_table(fresh: Callable[[], Place], asked: argparse.Namespace) -> None:
    """Seconds until every process is gone, and the processor's time while the client is frozen."""
    rows = []
    for preset in asked.preset:
        for name, way in ENDS.items():
            place = fresh()
            terminal = place.launch(preset, kilobits=256)
            terminal.run(2)
            (app,) = processes.apps(place.mark)
            way(terminal, app)
            rows.append([preset, name, f"all gone after {processes.gone_after(place.mark, 20):.2f} s"])
            _say(" ".join(rows[-1]))
            place.close()
        place = fresh()
        terminal = place.launch(preset)
        terminal.run(3)
        (app,) = processes.apps(place.mark)
        terminal.signal(signal.SIGSTOP)
        time.sleep(6)
        before = processes.cpu_seconds(app)
        time.sleep(6)
        used = (processes.cpu_seconds(app) - before) / 6
        rows.append([preset, "the client frozen for 12 s", f"{100 * used:.1f} % of a core"])
        _say(" ".join(rows[-1]))
        place.close()
    print(table(("preset", "what happens", "measured"), rows))


def resume_table(fresh: Callable[[], Place], asked: argparse.Namespace) -> None:
    """How much of the run a `kill -9` costs, at moments that drift through the keeper's beat."""
    from sgdtui.lab.checkpoint import load

    rows = []
    for walkers in asked.walkers:
        ages = []
        for turn in range(asked.times):
            place = fresh()
            preset = place.folder / "mine.yaml"
            preset.write_text(
                "loss: '(x**2-1)**2/4'\nspace: {domain: [[-3, 3]]}\n"
                f"run: {{walkers: {walkers}, burn_in: 100, seed: 7}}\n"
            )
            terminal = place.launch(str(preset))
            terminal.run(5 + 3.7 * turn / asked.times)
            (app,) = processes.apps(place.mark)
            os.kill(app, signal.SIGKILL)
            killed = time.time()
            terminal.ended(5)
            (path,) = (place.folder / "state" / "checkpoints").glob("run-*.npz")
            ages.append(killed - load(path).document["taken"])
            place.close()
        rows.append([f"{walkers:,}", f"{sum(ages) / len(ages):.1f}", f"{max(ages):.1f}"])
        _say(" ".join(rows[-1]))
    print(table(("walkers", "lost: mean s of the run", "most s"), rows))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def processor() -> str:
    """What /proc/cpuinfo calls the processor, and how many cores there are."""
    told = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), "?")
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.over_ssh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("part", choices=("keys", "ends", "resume"))
    parser.add_argument("--preset", nargs="+", default=list(PRESETS), metavar="NAME")
    parser.add_argument("--kilobits", nargs="+", type=int, default=list(KILOBITS), metavar="N")
    parser.add_argument("--way", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--keys", type=int, default=30, metavar="N")
    parser.add_argument("--no-loopback", action="store_true", help="leave out the output without a link")
    parser.add_argument("--walkers", nargs="+", type=int, default=[65_536, 1_000_000], metavar="N")
    parser.add_argument("--times", type=int, default=6, metavar="N", help="kills for each number of walkers")
    asked = parser.parse_args()
    missing = tools()
    if missing is not None:
        parser.error(f"not installed: {missing}")
    print(f"{datetime.date.today():%d %B %Y}, {processor()}\n", flush=True)
    with places() as fresh:
        {"keys": key_table, "ends": end_table, "resume": resume_table}[asked.part](fresh, asked)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
