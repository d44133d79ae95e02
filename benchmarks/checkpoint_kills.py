"""Kills a process that does nothing but write checkpoints, at random moments, and loads what is there after each.

    python -m benchmarks.checkpoint_kills [N] [--walkers W] [--seed S]

After every kill the file must be there, load, and hold one whole moment: its step stands in its arrays too.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_WRITER = """
import sys
import numpy as np
from pathlib import Path
from sgdtui.lab.checkpoint import save
path, walkers, step = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
while True:
    step += 1
    state = {"step": step, "walkers": np.full((1, walkers), float(step)), "streams": np.full((2, walkers), step)}
    save(path, {"step": step}, state, {"step": step})
    print(step, flush=True)
"""


def kill_once(path: Path, walkers: int, step: int, chance: random.Random) -> int:
    """Lets a writer go on from `step`, kills it at a random moment of its writing, and checks what is left.

    Returns the step that was found. Raises AssertionError or CheckpointError if that is not one whole moment.
    """
    from sgdtui.lab.checkpoint import load

    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), str(walkers), str(step)], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    written = int(writer.stdout.readline())
    began = time.monotonic()
    written = int(writer.stdout.readline())
    time.sleep(chance.uniform(0, 2 * (time.monotonic() - began)))
    writer.send_signal(signal.SIGKILL)
    rest = writer.communicate()[0].split()
    written = int(rest[-1]) if rest else written
    saved = load(path)
    found = int(saved.state["step"])
    assert written <= found <= written + 1, f"{written} was written, {found} is there"
    assert saved.document["step"] == saved.view["step"] == found
    assert (saved.state["walkers"] == found).all()
    assert (saved.state["streams"] == found).all()
    return found


def kills(number: int, folder: Path, walkers: int = 50_000, seed: int = 0) -> int:
    """So many kills in a row on one file; the last step that was found."""
    chance = random.Random(seed)
    step = 0
    for _ in range(number):
        step = kill_once(folder / "run.npz", walkers, step, chance)
        for left in folder.glob(
            ".run.npz.*"
        ):  # what a kill leaves behind is the writer's own unfinished file
            left.unlink()
    return step


def main() -> None:
    """Kill and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("number", type=int, nargs="?", default=1000)
    parser.add_argument("--walkers", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        step = kills(asked.number, Path(folder), asked.walkers, asked.seed)
        print(
            f"{asked.number} kills, {step} checkpoints, every one loadable; {time.monotonic() - began:.0f} s"
        )


if __name__ == "__main__":
    main()
