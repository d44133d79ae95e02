"""Walkers in groups and in blocks: groups carry the standard errors, blocks carry the work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.simulate.driver.layout import BLOCK

GROUPS = 64
VECTOR = 16
"""Lanes of the widest vectors: blocks that are cut out of a group are whole numbers of them."""
FEWEST = 32
"""Below this many independent units (walkers, or swarms) a unit is a group, and time is cut into batches too."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Who belongs where.

    `bounds` (groups + 1,) are the walkers at which groups begin; `blocks` (n, 5) are walkers from, to, groups from, to,
    and a block's first row of sums. A group is a whole number of swarms; a block is part of one group or a few whole
    groups. `row_groups` (rows,) is the group of every row of sums: one row for each group of each block, because a sum
    that only one block adds to is always added up in the same order. `time_batched` says that there are too few groups
    for a standard error, so that time must give the rest.
    """

    bounds: NDArray[np.int64]
    blocks: NDArray[np.int64]
    row_groups: NDArray[np.int64]
    time_batched: bool

    @property
    def groups(self) -> int:
        """The number of groups."""
        return len(self.bounds) - 1

    def tasks(self, count: int) -> list[tuple[int, int]]:
        """Ranges of blocks for `count` threads to share; no group is in two of them, so that none is written twice."""
        walkers = int(self.bounds[-1])
        whole = [0] + [i for i in range(1, len(self.blocks)) if self.blocks[i, 2] >= self.blocks[i - 1, 3]]
        cuts = [0]
        for part in range(1, count):
            wanted = part * walkers // count
            nearest = min(whole, key=lambda i: abs(int(self.blocks[i, 0]) - wanted))
            if nearest > cuts[-1]:
                cuts.append(nearest)
        return list(zip(cuts, [*cuts[1:], len(self.blocks)], strict=True))


def layout(walkers: int, swarm: int = 1, block: int = BLOCK) -> Layout:
    """Groups and blocks of `walkers` walkers in swarms of `swarm` (which divides them)."""
    units = walkers // swarm
    groups = min(GROUPS, units)
    bounds = (np.arange(groups + 1, dtype=np.int64) * units // groups) * swarm
    block = max(block // swarm, 1) * swarm
    whole = swarm if swarm > 1 else VECTOR
    blocks: list[tuple[int, int, int, int]] = []
    group = 0
    while group < groups:
        low, high = int(bounds[group]), int(bounds[group + 1])
        last = group + 1
        if high - low > block:
            # Blocks of one size: a short one at the end would take as many calls for fewer lanes.
            count = -(-(high - low) // block)
            length = -(-(high - low) // (count * whole)) * whole
            blocks += [(at, min(at + length, high), group, last) for at in range(low, high, length)]
        else:
            while last < groups and bounds[last + 1] - low <= block:
                last += 1
            blocks.append((low, int(bounds[last]), group, last))
        group = last
    spans = np.array(blocks, dtype=np.int64).reshape(-1, 4)
    counts = spans[:, 3] - spans[:, 2]
    rows = np.concatenate([[0], np.cumsum(counts)[:-1]])
    row_groups = np.concatenate([np.arange(first, last) for first, last in spans[:, 2:]])
    return Layout(bounds, np.column_stack([spans, rows]), row_groups, units < FEWEST)
