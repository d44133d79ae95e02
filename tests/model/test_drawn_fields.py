"""Means over drawn columns of losses with kinks, against scipy and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import expon, norm

from sgdtui.model.drawn_fields import DrawnFields
from sgdtui.model.fields import fields
from sgdtui.preset.load import load_text

PLACES = np.array([-0.7, 0.05, 0.3, 1.2126, 2.5])


def drawn(loss: str, data: str, variables: str = "[w]"):
    found = fields(load_text(f"sample:\n  loss: '{loss}'\n  variables: {variables}\n  data: {data}"))
    assert isinstance(found, DrawnFields)
    return found


@pytest.mark.parametrize(
    ("law", "frozen"), [("exponential(1.3)", expon(scale=1.3)), ("normal(0.4, 0.8)", norm(0.4, 0.8))]
)
def test_pinball(law, frozen):
    found = drawn("where(a > w, 0.7*(a - w), 0.3*(w - a))", f"{{a: '{law}'}}")
    below = frozen.cdf(PLACES)
    x = PLACES[:, None]
    assert found.gradient(x)[:, 0] == pytest.approx(below - 0.7, abs=1e-9)
    assert found.covariance(x)[:, 0, 0] == pytest.approx(below * (1 - below), rel=1e-8, abs=1e-12)
    # The curvature of the mean is all from the kink: the mean of the curvature is zero.
    assert found.hessian(x)[:, 0, 0] == pytest.approx(frozen.pdf(PLACES), abs=2e-6)
    slope = (1 - 2 * below) * frozen.pdf(PLACES)
    assert found.covariance_divergence(x)[:, 0] == pytest.approx(slope, abs=2e-6)


@pytest.mark.parametrize("slope", [1.0, 2.5])
def test_huber_regression_with_two_columns(slope):
    """E over a of E over b, the kinks of the inner at b = wa ± ½."""
    found = drawn(
        "where(abs(w*a - b) < 0.5, (w*a - b)**2/2, 0.5*abs(w*a - b) - 0.125)",
        "{a: 'uniform(-1, 2)', b: 'normal(0.3, 0.4)'}",
    )

    def inner(a: float, power: int) -> float:
        low, high = -3.7, 4.3
        kinks = [v for v in (slope * a - 0.5, slope * a + 0.5) if low < v < high]
        pull = lambda b: (a * np.clip(slope * a - b, -0.5, 0.5)) ** power * norm.pdf(b, 0.3, 0.4)  # noqa: E731
        return quad(pull, low, high, points=kinks or None, epsabs=1e-13)[0]

    first, second = (quad(inner, -1, 2, args=(n,), points=[0], epsabs=1e-12)[0] / 3 for n in (1, 2))
    at = np.array([[slope]])
    assert found.gradient(at)[0, 0] == pytest.approx(first, abs=1e-9)
    assert found.covariance(at)[0, 0, 0] == pytest.approx(second - first**2, rel=1e-8)


@pytest.mark.parametrize("w", [0.4, 0.7, 1.3])
def test_two_columns_with_ends(w):
    """Where the inner kink leaves the support of b the outer integrand has one of its own: at a = 1/w and a = 0."""
    found = drawn("abs(w*a - b)", "{a: 'uniform(-1, 2)', b: 'uniform(0, 1)'}")
    kinks = [0.0] + ([1 / w] if 1 / w < 2 else [])
    exact = quad(lambda a: a * (2 * np.clip(w * a, 0, 1) - 1) / 3, -1, 2, points=kinks, epsabs=1e-13)[0]
    assert found.gradient(np.array([[w]]))[0, 0] == pytest.approx(exact, abs=1e-9)


def test_hinge_with_labels_and_two_weights():
    found = drawn(
        "max(0, 1 - y*(w*x + c))", "{x: 'normal(0.5, 1)', y: 'choice([-1, 1], [0.3, 0.7])'}", "[w, c]"
    )
    w, c = 0.8, 0.2
    at = np.array([[w, c]])
    expected = np.zeros(2)
    for y, share in ((-1, 0.3), (1, 0.7)):
        kink = (y - c) / w  # 1 = y(wx + c) with y² = 1
        low, high = (-8.5, kink) if y > 0 else (kink, 9.5)
        for i, power in enumerate((1, 0)):
            expected[i] -= (
                share * y * quad(lambda x, p=power: x**p * norm.pdf(x, 0.5, 1), low, high, epsabs=1e-13)[0]
            )
    assert found.gradient(at)[0] == pytest.approx(expected, abs=1e-11)
    hessian = found.hessian(at)[0]
    assert hessian == pytest.approx(hessian.T, abs=1e-8)
    curvature = sum(share * norm.pdf((y - c) / w, 0.5, 1) / w for y, share in ((-1, 0.3), (1, 0.7)))
    assert hessian[1, 1] == pytest.approx(curvature, rel=1e-6)


def test_a_variance_that_dies_out_keeps_its_digits():
    found = drawn("abs(w - a)", "{a: 'normal(0, 1)'}")
    tail = norm.sf(np.array([3.0, 5.0, 6.5]))
    assert found.covariance(np.array([[3.0], [5.0], [6.5]]))[:, 0, 0] == pytest.approx(
        4 * tail * (1 - tail), rel=1e-6
    )


def test_what_is_polynomial_in_the_columns_is_left_to_gauss():
    plain = fields(
        load_text(
            "sample:\n  loss: '(w*a - b)**2/2'\n  variables: [w]\n  data: {a: 'normal(0,1)', b: 'uniform(0,1)'}"
        )
    )
    assert not isinstance(plain, DrawnFields)
