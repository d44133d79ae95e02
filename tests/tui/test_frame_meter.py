"""Pictures a second, by a clock that is moved by hand."""

from __future__ import annotations

import pytest

from sgdtui.tui.frame_meter import SECONDS, FrameMeter


def test_it_is_the_rate_of_the_last_seconds() -> None:
    now = [0.0]
    meter = FrameMeter(lambda: now[0])
    assert meter.rate == 0
    meter.count()
    assert meter.rate == 0
    for interval, rate in ((0.1, 10.0), (0.25, 4.0)):
        for _ in range(int(2 * SECONDS / interval)):
            now[0] += interval
            meter.count()
        assert meter.rate == pytest.approx(rate)
