from __future__ import annotations

from sgdtui.preset.memory import available_memory, bytes_per_walker


def test_at_most_64_bytes_a_walker_in_one_dimension() -> None:
    assert bytes_per_walker(1) == 64
    assert bytes_per_walker(2) < bytes_per_walker(2, remembered=1)


def test_what_is_free_is_positive_and_no_more_than_a_machine_can_have() -> None:
    free = available_memory()
    assert free is None or 1e6 < free < 1e15
