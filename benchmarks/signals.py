"""Interrupts `run`, `verify` and `sweep` at random moments, and measures how long each takes to be gone.

    python -m benchmarks.signals [N] [--seed S] [--limit 0.5]

The presets are chosen so that every phase is met: loading, pilot, compilation, burn-in, predictions inside long calls
of LAPACK and SuperLU, the companion run, the output. On a quiet machine every answer must come within the limit; what
the process computes between the signal and its end is told beside it, for machines that are not.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STATUS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}

_ENDLESS = (
    'loss: "x**2/2"\nspace: {{domain: [[-3, 3]]}}\nrun: {{burn_in: {burn_in}, steps: {steps}, every: 1000}}\n'
    'expect: [{{that: "mean[0]", is: 0, within: 9}}]\n'
)
"""No machine comes to the end of its burn-in, or of its steps."""

PRESETS = {
    "columns": (
        'sample: {loss: "(u*a + w*b - c)**2/2 + tanh(u*c)", variables: [u, w], data: {a: "normal(0, 1)", '
        'b: "normal(0, 0.7)", c: "normal(0, 0.5)"}, domain: [[-2, 2], [-2, 2]]}\n'
        'expect: [{that: "mean[0]", is: 0, within: 9}]\n'
    ),
    "weights": (
        'variables: [a, b, c, d, g, f]\nloss: "(a*b*c - 1)**2 + (d*g*f + a)**2 + (a**2 + b**2 + c**2 + d**2 + g**2 + '
        'f**2)/9"\nexpect: [{that: "mean[0]", is: 0, within: 9}]\n'
    ),
    "plane": (
        'variables: [x, y]\nloss: "(1 - x)**2 + 20*(y - x**2)**2"\nnoise: {covariance: ["1 + x**2", "2"], law: uniform}'
        '\ndynamics: {eta: 0.01}\nspace: {domain: [[-3, 3], [-3, 7]]}\nexpect: [{that: "mean[0]", is: 0, within: 9}]\n'
    ),
    "wall": (
        'loss: "x - 2*log(x)"\nnoise: "2"\ndynamics: {kind: sde, eta: 1, dt: 0.001}\nspace: {domain: [[0, 25]], '
        'boundary: reflect}\nstart: {at: [2]}\nexpect: [{that: "mean[0]", is: 3, within: 9}]\n'
    ),
    "companion": (
        'drift: ["-x + 2*y", "-y - 2*x", "-z"]\nvariables: [x, y, z]\ndynamics: {kind: sde, eta: 0.5, dt: 0.001}\n'
        'run: {walkers: 200000}\nexpect: [{that: "mean[0]", is: 0, within: 9}]\n'
    ),
    "settling": _ENDLESS.format(burn_in=10**9, steps=1000),
    "sampling": _ENDLESS.format(burn_in=1000, steps=10**9),
}
OUTPUT = "output"
"""The phase in which the result is on its way to a pipe that nobody reads."""


_COMES = 240.0
"""Seconds in which every phase is met, however slow the machine."""

_AT_THAT_MOMENT = 0.05
"""Seconds in which a process that was at its end anyway is gone."""


@dataclass(frozen=True)
class End:
    """How a process ended after a signal: its exit status, seconds, those of CPU, and what it printed."""

    status: int
    seconds: float
    cpu: float
    out: str
    err: str


def command(verb: str, preset: Path, folder: Path) -> list[str]:
    """The command line of a verb on a preset."""
    more = {
        "run": ["--json"],
        "verify": ["--threads", "1"],
        "sweep": ["--over", "eta=0.01,0.02", "--workers", "1", "--out", str(folder / f"{preset.stem}.csv")],
    }
    return [sys.executable, "-m", "sgdtui", verb, str(preset), *more[verb]]


def ended_by(arguments: Sequence[str], name: str, delay: float, patience: float = 30.0) -> End | None:
    """Start a command, send it a signal after a while; None where it had ended before."""
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as child:
        try:
            child.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            pass
        else:
            return None
        before = _ended_children() + _used(child.pid)
        began = time.monotonic()
        child.send_signal(getattr(signal, name))
        try:
            out, err = child.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
        seconds = time.monotonic() - began
        if child.returncode == 0 and seconds < _AT_THAT_MOMENT:
            return None
        return End(child.returncode, seconds, _ended_children() - before, out, err)


def ended_in(
    phase: str,
    arguments: Sequence[str],
    name: str,
    *,
    linger: float = 0.0,
    patience: float = 30.0,
    **env: str,
) -> End | None:
    """Start a command, send it a signal `linger` seconds after its progress line names a phase; None: it never did.

    The line is read from a pseudo-terminal; so however fast a machine is, the signal comes in that phase or a later
    one. In the phase `OUTPUT` nothing is read before the process is gone: no more gets through than a pipe holds.
    """
    with _terminal() as (screen, tty):
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=tty, stdin=subprocess.DEVNULL, env=_wide(env)
        ) as child:
            assert child.stdout is not None
            told = _Told(screen, phase)
            try:
                if phase == OUTPUT:
                    select.select([child.stdout], [], [], _COMES)
                    seen = bool(os.read(child.stdout.fileno(), 1))
                else:
                    seen = told.seen(child)
                if not seen:
                    return None
                time.sleep(linger)
                before = _ended_children() + _used(child.pid)
                began = time.monotonic()
                child.send_signal(getattr(signal, name))
                out = b""
                with contextlib.suppress(subprocess.TimeoutExpired):
                    if phase == OUTPUT:
                        child.wait(patience)
                    else:
                        out = child.communicate(timeout=patience)[0]
                seconds = time.monotonic() - began
            finally:
                child.kill()
            out = child.stdout.read() if phase == OUTPUT else out
        cpu = _ended_children() - before
    return End(child.returncode, seconds, cpu, out.decode(errors="replace"), told.text)


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, int]]:
    """A pseudo-terminal: the end that sees what is drawn, and the one to draw on."""
    screen, tty = os.openpty()
    try:
        yield screen, tty
    finally:
        os.close(tty)
        os.close(screen)


def _wide(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process whose progress line is not cut short."""
    return {**os.environ, "TERM": "xterm", "COLUMNS": "200", "LINES": "50", **more}


class _Told:
    """What a process draws on a terminal, read as it comes; `seen` waits for a phrase in it."""

    def __init__(self, screen: int, phrase: str) -> None:
        self._phrase = phrase
        self._there = threading.Event()
        self._drawn = b""
        threading.Thread(target=self._read, args=(screen,), daemon=True).start()

    @property
    def text(self) -> str:
        """Without the codes that move the cursor and colour."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._drawn.decode(errors="replace"))

    def _read(self, screen: int) -> None:
        with contextlib.suppress(OSError):
            while piece := os.read(screen, 65536):
                self._drawn += piece
                if self._phrase in self.text:
                    self._there.set()

    def seen(self, child: subprocess.Popen[bytes]) -> bool:
        """Whether the phrase comes before the process ends."""
        until = time.monotonic() + _COMES
        while child.poll() is None and time.monotonic() < until:
            if self._there.wait(0.02):
                return True
        return False


def _used(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ended_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signals", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=0.5, help="seconds")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    taken, wrong = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for name, text in PRESETS.items():
            (Path(folder) / f"{name}.yaml").write_text(text)
        for _ in range(given.count):
            verb = chance.choice(("run", "run", "verify", "sweep"))
            preset, name = chance.choice(list(PRESETS)), chance.choice(list(STATUS))
            delay = chance.choice((chance.uniform(0.15, 1.5), chance.uniform(1, 20)))
            end = ended_by(command(verb, Path(folder) / f"{preset}.yaml", Path(folder)), name, delay)
            if end is None:
                continue
            taken.append(end.seconds)
            bad = end.status != STATUS[name] or end.seconds > given.limit or "Traceback" in end.err
            wrong += bad
            told = f"{verb:7} {preset:10} {name:8} after {delay:5.2f} s: {end.status} in {end.seconds:.3f} s"
            told += f", {end.cpu:.2f} s of CPU"
            print(told + ("  WRONG " + end.err[-300:] if bad else ""), flush=True)
    print(f"{len(taken)} interrupted, the slowest in {max(taken, default=0):.3f} s; {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
