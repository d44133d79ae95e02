"""Stretches of time as groups, where there are too few walkers: always some dozens, ever longer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.simulate.count.groups import GROUPS

Sums = dict[str, NDArray[Any]]

FIRST_LENGTH = 8
"""Records in a stretch at first."""


class Batches:
    """Closed stretches of equal length; when there are too many, neighbours are merged and the length doubles.

    So a run of any length ends with 64 to 128 groups (walkers times stretches), each as long as the run allows.
    """

    def __init__(self, groups: int) -> None:
        self.most = 2 * max(1, -(-GROUPS // groups))
        self.length = FIRST_LENGTH
        self.closed: list[Sums] = []

    def clear(self) -> None:
        """Forget all stretches."""
        self.length = FIRST_LENGTH
        self.closed = []

    def add(self, sums: Sums) -> None:
        """Close a stretch of `length` records with a copy of its sums."""
        self.closed.append({name: array.copy() for name, array in sums.items()})
        if len(self.closed) == self.most:
            pairs = zip(self.closed[::2], self.closed[1::2], strict=True)
            self.closed = [{name: first[name] + second[name] for name in first} for first, second in pairs]
            self.length *= 2

    def state(self) -> Sums:
        """Everything, as arrays."""
        names = self.closed[0] if self.closed else {}
        stacked = {f"batch_{name}": np.stack([batch[name] for batch in self.closed]) for name in names}
        return {"batch_length": np.array(self.length), "batch_count": np.array(len(self.closed)), **stacked}

    def restore(self, state: Sums, names: tuple[str, ...]) -> None:
        """Take back what `state` gave."""
        self.length = int(state["batch_length"])
        count = int(state["batch_count"])
        self.closed = [{name: state[f"batch_{name}"][i].copy() for name in names} for i in range(count)]
