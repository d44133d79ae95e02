import math

import pytest

from sgdtui.claims.grammar import ClaimError, parse
from sgdtui.claims.value import evaluate
from tests.claims.results import result


def value(text, document=None):
    reading = evaluate(parse(text), document or result())
    return reading.value, reading.se


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("left", (0.75, 0.004)),
        ("observables.left.value", (0.75, 0.004)),
        ("observables.left", (0.75, 0.004)),
        ("mean[1]", (-0.25, 0.02)),
        ("covariance[0][1]", (0.3, 0.06)),
        ("gibbs.tv", (0.25, 0.005)),
        ("gibbs.kl", (0.1, 0.002)),
        ("predictions.gibbs.distance.ks", (0.25, 0.005)),
        ("gibbs.w1", (None, None)),
        ("fokker-planck.left", (0.76, 0.0)),
        ("fokker_planck.left", (0.76, 0.0)),
        ("predictions.fokker_planck.observables.left", (0.76, 0.0)),
        ("gibbs.temperature", (0.1, 0.0)),
        ("gibbs.floor.tv", (0.01, 0.0)),
        ("gibbs.agrees", (False, None)),
        ("verdict", ("equilibrium, not gibbs", None)),
        ("entropy_production", (0.5, 0.01)),
        ("flow.area_rate", (0.04, 0.002)),
        ("mean_steps", (200.0, 3.0)),
        ("first_passage.mean_time", (20.0, pytest.approx(0.3))),
        ("eta", (0.1, 0.0)),
        ("s", (2.0, 0.0)),
        ("lost", (0.0, 0.0)),
        ("predicted_entropy_production", (0.50625, 0.0)),
    ],
)
def test_paths_with_their_errors(text, expected):
    assert value(text) == expected


def test_arithmetic_carries_the_error():
    assert value("2*left - 1") == (pytest.approx(0.5), pytest.approx(0.008))
    assert value("left + mean[0]") == (pytest.approx(1.25), pytest.approx(math.hypot(0.004, 0.01)))
    assert value("sqrt(m2)") == (2.0, pytest.approx(0.05, rel=1e-3))
    assert value("m2/eta") == (pytest.approx(40.0), pytest.approx(2.0))
    assert value("left - left") == (0.0, 0.0)  # one path twice is one number, not two
    assert value("left - fokker-planck.left") == (pytest.approx(-0.01), pytest.approx(0.004))
    assert value("max(left, m2)") == (4.0, pytest.approx(0.2))
    assert value("min(abs(mean[1]), exp(0), log(3), 2**2)") == (0.25, pytest.approx(0.02))
    assert value("left + fokker-planck.kl") == (pytest.approx(0.7501), None)


def test_what_has_no_real_value_is_null():
    assert value("sqrt(-left)") == (None, None)
    assert value("1/(left - left)") == (None, None)
    assert value("left + gibbs.w1") == (None, None)
    assert value("exp(1000*m2)") == (None, None)


def test_variants():
    document = result(variants={"fine": result(observables={"left": {"value": 0.5, "se": 0.003}})})
    assert value("variants.fine.left", document) == (0.5, 0.003)
    assert value("fine.left", document) == (0.5, 0.003)
    assert value("2*variants.fine.observables.left.value - left", document) == (
        pytest.approx(0.25),
        pytest.approx(math.hypot(0.006, 0.004)),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lefft", "did you mean left"),
        ("gibs.tv", "did you mean gibbs"),
        ("gibbs.tx", "no entry named 'tx'"),
        ("predictions.transfer.tv", "no transfer prediction: degenerate noise"),
        ("mean", "list of 2"),
        ("gibbs", "section"),
        ("mean[2]", "there are 2"),
        ("mean.x", "no index"),
        ("left.value.more", "nothing named 'more'"),
        ("verdict + 1", "no number to reckon with"),
        ("variants.fine.left", "no variant named 'fine'"),
    ],
)
def test_paths_that_lead_nowhere(text, says):
    with pytest.raises(ClaimError) as caught:
        value(text)
    assert says in caught.value.message
