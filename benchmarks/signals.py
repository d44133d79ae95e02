"""Interrupts `run`, `verify` and `sweep` at random moments, and measures how long each takes to be gone.

    python -m benchmarks.signals [N] [--seed S] [--limit 0.5]

The presets are chosen so that every phase is met: loading, pilot, compilation, burn-in, predictions inside long calls
of LAPACK and SuperLU, the companion run, the output. On a quiet machine every answer must come within the limit; what
the process computes between the signal and its end is told beside it, for machines that are not.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STATUS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}

PRESETS = {
    "columns": (
        'sample: {loss: "(u*a + w*b - c)**2/2 + tanh(u*c)", variables: [u, w], data: {a: "normal(0, 1)", '
        'b: "normal(0, 0.7)", c: "normal(0, 0.5)"}, domain: [[-2, 2], [-2, 2]]}\n'
        'expect: [{that: "mean[0]", is: 0, within: 9}]\n'
    ),
    "weights": (
        'variables: [a, b, c, d, e, f]\nloss: "(a*b*c - 1)**2 + (d*e*f + a)**2 + (a**2 + b**2 + c**2 + d**2 + e**2 + '
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
}


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
        return End(child.returncode, seconds, _ended_children() - before, out, err)


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
