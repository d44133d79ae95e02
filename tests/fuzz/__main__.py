"""`python -m tests.fuzz 2000`: so many random presets. Prints what is wrong with whom, and exits with 1 if any is."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections import Counter

from tests.fuzz.presets import preset
from tests.fuzz.trial import Trial, guarded, limited


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--verbose", action="store_true", help="a line for each preset")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.count)
    verdicts: Counter[str] = Counter()
    wrong, slowest, compared, done = 0, Trial(-1), 0, 0
    # A fresh process for every few presets: what one leaves behind must not weigh on the next.
    with multiprocessing.get_context("spawn").Pool(given.jobs, limited, maxtasksperchild=25) as pool:
        for told in pool.imap_unordered(guarded, seeds):
            done += 1
            verdicts[told.verdict or f"refused ({told.status})"] += 1
            compared += told.compared
            slowest = max(slowest, told, key=lambda t: t.seconds)
            if told.faults:
                wrong += 1
                print(f"seed {told.seed}: {json.dumps(preset(told.seed))}")
                print("\n".join(f"    {fault}" for fault in told.faults), flush=True)
            elif given.verbose:
                print(f"seed {told.seed}: {told.verdict} {told.seconds:.1f} s", flush=True)
    print(
        f"{done} presets, seeds {seeds.start} to {seeds.stop - 1}: {wrong} in disorder; {dict(verdicts)}; {compared} "
        f"predictions held against numpy; the slowest took {slowest.seconds:.1f} s of one core (seed {slowest.seed})"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
