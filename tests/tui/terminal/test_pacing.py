"""The pacer on simulated links: what a key waits for, and how much is sent. No real clock."""

from __future__ import annotations

import pytest

from sgdtui.tui.terminal.detect import FASTEST, SLOW, UNMEASURED
from sgdtui.tui.terminal.pacing import STALLED, Pacer
from tests.tui.terminal.link import Link, place_of

KILOBIT = 125.0


def percentile(values: list[float], share: float) -> float:
    """The value below which so many of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@pytest.mark.parametrize("kilobits", [56, 256, 1000])
def test_by_replies_a_key_shows_soon_on_every_link(kilobits: int) -> None:
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), kilobits * KILOBIT)
    link.run(120)
    late = link.latencies[5:]
    assert percentile(late, 0.5) <= 0.3
    assert percentile(late, 0.95) <= 0.4
    assert link.speed_since(20) <= SLOW * 1.02
    assert link.speed_since(20) >= 0.35 * min(SLOW, kilobits * KILOBIT)


@pytest.mark.parametrize("kilobits", [56, 256])
def test_behind_a_multiplexer_replies_are_not_asked_for_and_the_bucket_keeps_the_link_clear(
    kilobits: int,
) -> None:
    link = Link(lambda clock: Pacer(UNMEASURED, clock=clock), kilobits * KILOBIT, honest=False)
    link.run(60)
    assert link.pacer.query() == ""
    assert percentile(link.latencies, 0.5) <= 0.3
    assert percentile(link.latencies, 0.95) <= 0.45
    assert link.speed_since(10) <= UNMEASURED * 1.02


@pytest.mark.parametrize("frame", [60, 250, 500])
def test_a_quiet_picture_that_suddenly_changes_does_not_fill_the_link(frame: int) -> None:
    """While little was sent nothing was learnt of the link, so nothing may be hoped of it."""
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 56 * KILOBIT, frame=frame)
    link.run(120)
    assert percentile(link.latencies[5:], 0.5) <= 0.3
    assert percentile(link.latencies[5:], 0.95) <= 0.4


@pytest.mark.parametrize(("kilobits", "jitter"), [(8000, 0.05), (8000, 0.1), (8000, 0.2), (56, 0.1)])
def test_where_replies_are_late_by_chance_the_picture_goes_on(kilobits: int, jitter: float) -> None:
    """A busy machine or a radio link delays replies without any queue: the rate must not sink to nothing."""
    link = Link(
        lambda clock: Pacer(FASTEST, replies=True, clock=clock), kilobits * KILOBIT, 0.02, jitter=jitter
    )
    link.run(120)
    assert link.speed_since(20) >= 1_500
    assert percentile(link.latencies[5:], 0.95) <= 0.2


def test_near_by_the_rate_grows_to_the_ceiling_and_not_beyond() -> None:
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 1e6, 0.02)
    link.run(30)
    assert 0.6 * FASTEST < link.speed_since(20) <= 1.02 * FASTEST


def test_an_asked_bandwidth_is_not_lowered_to_the_ceiling_of_slow_links() -> None:
    link = Link(lambda clock: Pacer(40_000, replies=True, asked=True, clock=clock), 1e6, 0.2)
    link.run(60)
    assert SLOW < link.speed_since(40) <= 41_000


def test_local_output_has_no_limit_but_waits_for_the_terminal_to_take_it() -> None:
    taken = [0]
    pacer = Pacer(None, backlog=lambda: taken[0])
    assert pacer.allowance() is None
    assert pacer.query() == ""
    taken[0] = 5
    assert pacer.allowance() == 0


def test_a_frozen_terminal_stops_the_picture_and_is_known_to_be_stalled() -> None:
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 256 * KILOBIT)
    link.run(10)
    assert not link.pacer.stalled
    link.frozen_from = link.now
    link.run(3)
    before = link.pacer.total
    link.run(STALLED)
    assert link.pacer.total == before
    assert link.pacer.stalled


def test_after_a_frozen_terminal_wakes_the_picture_goes_on() -> None:
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 256 * KILOBIT)
    link.run(5)
    link.frozen_from = link.now
    link.run(10)
    link.frozen_from = float("inf")
    link.answer_all()
    assert not link.pacer.unanswered
    before = link.pacer.total
    link.run(10)
    assert not link.pacer.stalled
    assert link.pacer.total - before > 10 * 2_000


@pytest.mark.parametrize("lost", [1, 2, 5])
@pytest.mark.parametrize("frame", [None, 250])
def test_a_reply_that_got_lost_is_not_waited_for(lost: int, frame: int | None) -> None:
    """The picture stands for some seconds at most; afterwards round trips are measured as before."""
    link, whole = (
        Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 256 * KILOBIT, frame=frame)
        for _ in range(2)
    )
    whole.run(84)
    link.run(20)
    link.lost = lost
    link.run(4)
    seen, sent = len(link.latencies), link.pacer.total
    link.run(60)
    assert link.pacer.total - sent > 60 * 500
    assert percentile(link.latencies[seen:], 0.95) <= 0.4
    assert link.pacer.round_trip == pytest.approx(whole.pacer.round_trip, abs=0.05)
    assert link.pacer.unanswered <= whole.pacer.unanswered + 2


@pytest.mark.parametrize(("round_trip", "seconds"), [(0.01, 45), (0.2, 180)])
def test_after_a_busy_moment_the_walkers_come_back_though_little_is_drawn_without_them(
    round_trip: float, seconds: float
) -> None:
    """A picture without walkers is too small to prove what the link takes."""
    link = Link(
        lambda clock: Pacer(FASTEST, replies=True, clock=clock), 1e6, round_trip, frame=60, jitter=0.3
    )
    link.run(20)
    assert link.pacer.tight
    link.jitter = 0.0
    link.run(seconds)
    assert not link.pacer.tight


def test_a_slow_link_is_tried_ever_more_seldom() -> None:
    """Walkers appear, the link proves too slow, they vanish: at most so often."""
    link = Link(
        lambda clock: Pacer(FASTEST, replies=True, clock=clock), 56 * KILOBIT, 0.02, frame=60, typed=False
    )
    tries = []
    for second in range(900):
        tight = link.pacer.tight
        link.frame = 60 if tight else 600
        link.run(1)
        if tight and not link.pacer.tight:
            tries.append(second)
    assert 1 <= len(tries) <= 8
    assert len([at for at in tries if at > 450]) <= 2


def test_a_frozen_terminal_is_asked_ever_more_seldom() -> None:
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 256 * KILOBIT)
    link.run(10)
    link.frozen_from = link.now
    link.run(4)
    before = link.pacer.unanswered
    link.run(596)
    assert 8 <= link.pacer.unanswered - before <= 14
    assert link.pacer.stalled


def test_a_terminal_that_never_answers_gets_the_bucket() -> None:
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 256 * KILOBIT, answers=False)
    link.run(40)
    assert not link.pacer.uses_replies
    assert link.pacer.round_trip is None
    assert 0.5 * UNMEASURED < link.speed_since(10) < 1.02 * UNMEASURED


def test_a_terminal_whose_first_answer_is_late_is_believed_from_then_on() -> None:
    """As on a machine so busy that the app reads the reply seconds after it came."""
    now = [0.0]
    pacer = Pacer(FASTEST, replies=True, clock=lambda: now[0])
    queries = []
    for _ in range(3):
        assert pacer.allowance()
        queries.append(pacer.query())
        pacer.wrote(300)
        now[0] += 0.2
    now[0] = 3.0
    pacer.allowance()
    assert not pacer.uses_replies
    assert pacer.query() == ""
    for query in queries:
        pacer.replied(*place_of(query))
    assert pacer.uses_replies
    assert not pacer.unanswered
    now[0] = 3.5
    assert pacer.allowance()
    assert place_of(pacer.query())
    now[0] += 5
    assert pacer.stalled


def test_what_is_told_in_the_status_line_is_measured() -> None:
    link = Link(lambda clock: Pacer(FASTEST, replies=True, clock=clock), 1e6, 0.2)
    link.run(20)
    assert link.pacer.round_trip == pytest.approx(0.2, abs=0.03)
    assert link.pacer.bytes_per_second == pytest.approx(link.speed_since(link.now - 2), rel=0.1)
    assert link.pacer.frames_per_second > 1
    assert place_of(link.pacer.query())
