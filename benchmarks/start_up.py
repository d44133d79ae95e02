"""How long a person waits from `sgdtui launch` to a first frame and to walkers that move, on a pseudo-terminal.

Beside them the floors: a Textual app that says hello, and a Python that imports what computes.
"""

from __future__ import annotations

import os
import random
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.latency import Latency

ALTERNATE_SCREEN = b"\x1b[?1049h"
RATE = b"steps/s"
"""What the header says once walkers move."""
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello " * 400)
Hello().run()
"""
LIMIT = 30.0


def start_up(count: int = 5) -> list[Latency]:
    """Every stage of a start, and the floors; nothing where there is no pseudo-terminal."""
    if sys.platform == "win32":
        return []
    with tempfile.TemporaryDirectory() as folder:
        known, fresh = Path(folder, "known.yaml"), Path(folder, "fresh.yaml")
        known.write_text(_preset(0.05))
        launch = [sys.executable, "-m", "sgdtui", "launch"]
        _stages([*launch, str(known)], (RATE,))
        frames, walkers, expressions, hello, imports = [], [], [], [], []
        for _ in range(count):  # in turns, so that a busy moment of the machine meets all of them
            frame, walking = _stages([*launch, str(known)], (ALTERNATE_SCREEN, RATE))
            frames.append(frame)
            walkers.append(walking)
            fresh.write_text(_preset(random.uniform(0.001, 0.1)))
            expressions += _stages([*launch, str(fresh)], (RATE,))
            hello += _stages([sys.executable, "-c", HELLO], (b"hello",))
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import numpy, numba"], check=True)
            imports.append(time.perf_counter() - began)
    named = {
        "cold start to the first frame": frames,
        "… to moving walkers, a known kernel": walkers,
        "… to moving walkers, a new expression": expressions,
        "floor: a Textual app says hello": hello,
        "floor: import numpy, numba": imports,
    }
    return [Latency(name, 1e3 * statistics.median(took), 1e3 * max(took)) for name, took in named.items()]


def _preset(tilt: float) -> str:
    return f"variables: [x]\nloss: (x**2 - 1)**2/4 + {tilt!r}*x**3\nnoise: 1 + tanh(4*x)/2\n"


def _stages(command: Sequence[str], signs: Sequence[bytes]) -> list[float]:
    """Seconds until each sign has come. Raises RuntimeError where one does not."""
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    seen, took = b"", [0.0] * len(signs)
    try:
        while not all(took):
            now = time.perf_counter() - began
            if now > LIMIT:
                raise RuntimeError(f"{' '.join(command)[:80]}: not all of {signs} came in {LIMIT:g} s")
            if not select.select([master], [], [], 0.01)[0]:
                continue
            seen += os.read(master, 65_536)
            now = time.perf_counter() - began
            took = [t or (now if sign in seen else 0.0) for t, sign in zip(took, signs, strict=True)]
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        os.close(master)
    return took
