import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdtui.claims.grammar import MAX_LENGTH, ClaimError, Constant, Operation, Path, parse, paths


def keys(text, **options):
    return [path.keys for path in paths(parse(text, **options))]


def test_paths():
    assert keys("left") == [("left",)]
    assert keys("covariance[0][1]") == [("covariance", 0, 1)]
    assert keys("mean.0") == [("mean", 0)]
    assert keys("covariance.0.1") == [("covariance", 0, 1)]
    assert keys("predictions.gibbs.distance.tv") == [("predictions", "gibbs", "distance", "tv")]


def test_a_hyphen_is_a_minus_except_in_known_names():
    assert keys("left-right") == [("left",), ("right",)]
    assert keys("left-right", hyphenated=["left-right"]) == [("left-right",)]
    assert keys("fokker-planck.kl - gibbs.kl") == [("fokker-planck", "kl"), ("gibbs", "kl")]
    assert keys("predictions.fokker-planck.kl") == [("predictions", "fokker-planck", "kl")]
    assert keys("a-fokker-planck.tv") == [("a",), ("fokker-planck", "tv")]


def test_precedence():
    assert parse("1+2*3**2") == Operation(
        "+", (Constant(1), Operation("*", (Constant(2), Operation("**", (Constant(3), Constant(2))))))
    )
    assert parse("-2**2") == Operation("neg", (Operation("**", (Constant(2), Constant(2))),))
    assert parse("2**-1") == Operation("**", (Constant(2), Operation("neg", (Constant(1),))))
    assert parse("8/4/2") == Operation("/", (Operation("/", (Constant(8), Constant(4))), Constant(2)))
    assert parse("2**3**2") == Operation("**", (Constant(2), Operation("**", (Constant(3), Constant(2)))))


def test_a_path_knows_where_it_stands():
    (first, second) = paths(parse("2*left + mean[0]"))
    assert (first.offset, first.length) == (2, 4)
    assert (second.offset, second.length) == (9, 7)


@pytest.mark.parametrize(
    ("text", "offset", "says"),
    [
        ("", 0, "needs a path"),
        ("left +", 6, "missing at the end"),
        ("left $", 5, "means nothing"),
        ("(left", 5, "')' is missing"),
        ("left right", 5, "not expected"),
        ("mean[x]", 5, "index is missing"),
        ("mean[1.5]", 5, "whole number"),
        ("mean[0", 6, "']' is missing"),
        ("mean.", 4, "after the dot"),
        ("squrt(left)", 0, "did you mean sqrt"),
        ("sqrt(left, 2)", 0, "takes 1 argument, not 2"),
        ("min(left)", 0, "two or more"),
        ("__import__('os')", 11, "means nothing"),
        ("(" * 200 + "1" + ")" * 200, 50, "nested too deeply"),
        ("1" * (MAX_LENGTH + 1), MAX_LENGTH, "at most"),
    ],
)
def test_errors_say_where_and_what(text, offset, says):
    with pytest.raises(ClaimError) as caught:
        parse(text)
    assert says in caught.value.message
    assert abs(caught.value.offset - offset) <= 1


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_parses_or_is_a_claim_error(text):
    try:
        node = parse(text)
    except ClaimError:
        return
    assert isinstance(node, Constant | Path | Operation)
