"""Which question an answer belongs to, and what is made of those that get lost."""

from __future__ import annotations

import random

import pytest

from sgdtui.tui.terminal.queries import FROZEN, MEMORY, PLACES, ROW, Replies
from tests.tui.terminal.link import place_of


def known(round_trip: float = 0.2) -> Replies:
    """One question was answered, until time 0."""
    replies = Replies()
    assert replies.answer(0.0, *place_of(replies.ask(-round_trip))) == pytest.approx(round_trip)
    return replies


def test_the_smallest_round_trip_is_that_of_the_last_minute() -> None:
    replies = Replies()
    for asked, took in ((0.0, 0.5), (10.0, 0.1), (20.0, 0.3), (19.0 + MEMORY, 0.4)):
        replies.answer(asked + took, *place_of(replies.ask(asked)))
    assert replies.smallest == pytest.approx(0.3)
    mean = 0.5
    for took in (0.1, 0.3, 0.4):
        mean = 0.7 * mean + 0.3 * took
    assert replies.smoothed == pytest.approx(mean)


def test_an_answer_belongs_to_the_question_that_asked_from_there() -> None:
    replies = known()
    replies.ask(1.0)
    second = place_of(replies.ask(1.5))
    third = place_of(replies.ask(1.6))
    assert replies.answer(1.7, *second) == pytest.approx(0.2), "that of the first got lost"
    assert replies.waiting(1.7) == pytest.approx(0.1)
    assert replies.answer(1.7, *second) is None
    assert replies.answer(1.8, *third) == pytest.approx(0.2)
    assert replies.unanswered == 0
    assert replies.answer(1.9, *third) is None


def test_places_go_by_turns_and_lie_nowhere_where_answers_look_like_keys() -> None:
    replies = Replies()
    places = [place_of(replies.ask(0.0)) for _ in range(PLACES)]
    assert len(set(places)) == PLACES
    assert {row for row, _ in places} == {ROW}
    assert ROW > 1


def test_a_terminal_of_one_cell_answers_for_the_oldest() -> None:
    replies = known()
    replies.ask(1.0)
    replies.ask(1.1)
    assert replies.answer(1.3, 1, 1) == pytest.approx(0.3)
    assert replies.answer(1.3, 1, 1) == pytest.approx(0.2)
    assert replies.answer(1.4, 1, 1) is None


def test_a_terminal_that_wakes_up_is_believed_at_once_and_was_asked_ever_more_seldom() -> None:
    replies = known()
    questions = [replies.ask(asked) for asked in (1.0, 1.1, 1.2)]
    for now in range(4, 300):
        if replies.asks_again(float(now)):
            questions.append(replies.ask(float(now)))
    assert 3 + 5 <= replies.unanswered == len(questions) <= 3 + 10
    for question in questions:
        assert replies.answer(300.0, *place_of(question)) is None
    assert replies.unanswered == 0
    assert replies.smallest == pytest.approx(0.2), "the time that it stood still tells nothing of the way"


def test_before_the_first_answer_no_further_question_is_needed_to_learn_how_late_it_is() -> None:
    replies = Replies()
    place = place_of(replies.ask(0.0))
    assert replies.waiting(10.0) == 10.0
    assert replies.answer(11.0, *place) == 11.0


@pytest.mark.parametrize("seed", range(20))
def test_whatever_gets_lost_round_trips_are_right_and_nothing_stays_open(seed: int) -> None:
    chance = random.Random(seed)
    replies = known()
    now, on_the_way = 0.0, []
    for _ in range(3000):
        now += 0.05
        while on_the_way and on_the_way[0][0] <= now:
            took = replies.answer(now, *on_the_way.pop(0)[1])
            assert took is None or took == pytest.approx(0.2, abs=0.051)
        if replies.asks_again(now) or (replies.waiting(now) < FROZEN and chance.random() < 0.3):
            place = place_of(replies.ask(now))
            if chance.random() > 0.1:
                on_the_way.append((now + 0.2, place))
        assert replies.waiting(now) < 2 * FROZEN + 0.5
