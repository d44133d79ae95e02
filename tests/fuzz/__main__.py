"""`python -m tests.fuzz 2000`: so many random presets. Prints what is wrong with whom, and exits with 1 if any is."""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import statistics
import sys
import time
from collections import Counter

from tests.fuzz.presets import preset
from tests.fuzz.trial import SECONDS, Trial, guarded, limited


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--minutes", type=float, default=math.inf, help="tell of those that are done by then")
    parser.add_argument("--verbose", action="store_true", help="a line for each preset")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.count)
    verdicts: Counter[str] = Counter()
    wrong, slowest, compared = 0, Trial(-1), 0
    seconds: list[float] = []
    end = time.monotonic() + 60 * given.minutes
    # A fresh process for every few presets: what one leaves behind must not weigh on the next.
    with multiprocessing.get_context("spawn").Pool(given.jobs, limited, maxtasksperchild=25) as pool:
        for told in pool.imap_unordered(guarded, seeds):
            seconds.append(told.seconds)
            verdicts[told.verdict or f"refused ({told.status})"] += 1
            compared += told.compared
            slowest = max(slowest, told, key=lambda t: t.seconds)
            if told.faults:
                wrong += 1
                print(f"seed {told.seed}: {json.dumps(preset(told.seed))}")
                print("\n".join(f"    {fault}" for fault in told.faults), flush=True)
            elif given.verbose:
                print(f"seed {told.seed}: {told.verdict} {told.seconds:.1f} s", flush=True)
            if time.monotonic() > end:
                break
    in_time = sum(took <= SECONDS for took in seconds)
    print(
        f"{len(seconds)} presets from seed {seeds.start} on: {wrong} in disorder; {in_time} ended within "
        f"{SECONDS:.0f} s of one core, half within {statistics.median(seconds):.1f}, "
        f"the slowest took {slowest.seconds:.1f} (seed {slowest.seed}); {compared} predictions held against numpy; "
        f"{dict(verdicts)}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
