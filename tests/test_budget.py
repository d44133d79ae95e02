"""What a computation may cost: its own CPU time, what is refused before it begins, and who no longer wants it."""

from __future__ import annotations

import math
import time

import pytest

from sgdtui import budget
from sgdtui.budget import Budget, Cancel, TooCostly, afford, afford_dense, checkpoint, left, within


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        math.sqrt(2.0)


def test_the_time_is_up_at_the_next_look():
    with within(Budget(0.05, remedy="fewer weights")):
        checkpoint()
        burn(0.06)
        with pytest.raises(TooCostly, match=r"0\.05 s of one core .* affordable with fewer weights"):
            checkpoint()


def test_waiting_costs_nothing():
    with within(Budget(0.05)):
        time.sleep(0.1)
        checkpoint()


def test_a_loop_that_never_looks_is_ended_too():
    began = time.thread_time()
    with pytest.raises(TooCostly), within(Budget(0.1)):
        burn(30)
    assert time.thread_time() - began < 5
    burn(0.3)  # nothing comes after it


def test_what_ends_in_time_is_left_alone():
    with within(Budget(0.2)):
        burn(0.05)
    burn(0.4)


def test_who_asks_to_stop_is_heard():
    wanted = True
    with within(Budget(math.inf, lambda: not wanted)):
        checkpoint()
        wanted = False
        burn(0.06)
        with pytest.raises(Cancel):
            checkpoint()


def test_what_is_known_to_be_large_is_refused_before_it_begins(monkeypatch):
    with within(Budget(10)), pytest.raises(TooCostly, match=r"a grid would take about 40 s of one core"):
        afford("a grid", seconds=40)
    monkeypatch.setattr(budget, "available_memory", lambda: 4_000_000_000)
    with pytest.raises(
        TooCostly, match=r"a grid would take 3 GB where 4 GB are free; affordable with fewer cells"
    ):
        afford("a grid", bytes=3e9, remedy="fewer cells")
    with within(Budget(10)), pytest.raises(TooCostly, match="a matrix would take"):
        afford_dense("a matrix", 20_000)
    afford("a grid", bytes=1e9)


def test_without_a_budget_everything_passes():
    checkpoint()
    afford("anything", seconds=1e9)


def test_budgets_do_not_leak_into_what_comes_after():
    with within(Budget(0.01)):
        pass
    burn(0.05)
    checkpoint()


def test_what_is_left():
    assert left() == math.inf
    with within(Budget(0.5)):
        before = left()
        burn(0.05)
        assert 0.3 < left() <= before - 0.05 <= 0.45
