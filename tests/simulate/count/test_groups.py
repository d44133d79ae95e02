"""The layout of walkers in groups and blocks."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.simulate.count.groups import VECTOR, layout


@pytest.mark.parametrize(
    ("walkers", "swarm"),
    [(1, 1), (7, 1), (64, 1), (1000, 1), (8192, 1), (100_000, 1), (3000, 6), (4096, 1024)],
)
def test_blocks_cover_everyone_once_and_respect_groups_and_swarms(walkers: int, swarm: int) -> None:
    walkers = walkers // swarm * swarm
    found = layout(walkers, swarm, max(512, swarm))
    assert found.bounds[0] == 0
    assert found.bounds[-1] == walkers
    assert np.all(np.diff(found.bounds) % swarm == 0)
    assert np.all(np.diff(found.bounds) > 0)
    at = rows = 0
    for low, high, first, last, row in found.blocks:
        assert low == at
        assert row == rows
        assert list(found.row_groups[row : row + last - first]) == list(range(first, last))
        rows += last - first
        assert 0 < high - low <= max(512, swarm)
        assert (high - low) % swarm == 0
        assert found.bounds[first] <= low
        assert high <= found.bounds[last]
        at = high
    assert at == walkers
    assert rows == len(found.row_groups)
    assert np.all(np.diff(found.row_groups) >= 0)


@pytest.mark.parametrize("threads", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("walkers", [10, 640, 5000, 100_000])
def test_no_two_threads_share_a_group(walkers: int, threads: int) -> None:
    found = layout(walkers)
    tasks = found.tasks(threads)
    assert tasks[0][0] == 0
    assert tasks[-1][1] == len(found.blocks)
    seen: set[int] = set()
    for first, last in tasks:
        groups = {g for b in found.blocks[first:last] for g in range(b[2], b[3])}
        assert not groups & seen
        seen |= groups


@pytest.mark.parametrize("walkers", [60_000, 100_000, 102_400, 1_048_576])
def test_a_group_is_cut_into_blocks_of_one_size(walkers: int) -> None:
    found = layout(walkers)
    lengths = found.blocks[:, 1] - found.blocks[:, 0]
    for group in range(found.groups):
        own = lengths[found.blocks[:, 2] == group]
        assert np.all(own[:-1] == own[0])
        assert own[0] % VECTOR == 0
        assert own[0] - own[-1] < VECTOR * len(own)
