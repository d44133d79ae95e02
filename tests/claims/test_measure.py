import pytest

from sgdtui.claims.grammar import ClaimError
from sgdtui.claims.measure import measure
from tests.claims.results import result


def test_quantities_with_their_errors():
    assert measure(result(), ["left", "verdict", "2*left"]) == {
        "left": (0.75, 0.004),
        "verdict": ("equilibrium, not gibbs", None),
        "2*left": (1.5, pytest.approx(0.008)),
    }


def test_a_prediction_that_does_not_exist_is_nothing_and_a_typo_an_error():
    absent = ["transfer.tv", "predictions.transfer.tv"]
    assert measure(result(), absent) == dict.fromkeys(absent, (None, None))
    with pytest.raises(ClaimError, match="did you mean gibbs"):
        measure(result(), ["gibs.tv"])
