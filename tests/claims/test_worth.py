import pytest

from sgdtui.claims.check import Claim
from sgdtui.claims.worth import weakness


def claim(expected=0.5, measured=0.501, se=0.001, within=0.004):
    return Claim("left", expected, measured, se, holds=True, within=within)


@pytest.mark.parametrize(
    "strong",
    [
        claim(),
        claim(within=0.005),
        claim(within=0.0062),  # the error itself is known to 9 %
        claim(within=None),  # exact
        claim(se=0.0, within=0.1),  # a prediction
        claim(se=1e-16, within=0.1),  # a run without noise
        claim(expected=0.0, measured=0.0001),
        claim(expected="gibbs", measured="gibbs", se=None),
        claim(expected=True, measured=True, se=None),
        claim(measured=None, se=None),
    ],
)
def test_a_claim_that_proves_something(strong):
    assert weakness(strong) == ""


@pytest.mark.parametrize(
    ("weak", "says"),
    [
        (claim(within=0.008), "may be off by 8.0 standard errors"),
        (claim(se=None), "not known"),
        (claim(se=0.01, within=0.04), "known to 2.0 % of its value"),
        (claim(expected=0.0, measured=0.0001, within=0.01), "may be off by 10.0 standard errors"),
    ],
)
def test_a_claim_that_proves_little(weak, says):
    assert says in weakness(weak)
