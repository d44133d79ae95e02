import numpy as np
import pytest

from sgdtui.compare.distance import distances
from tests.compare.drawn_laws import edges, gaussian


def test_of_a_law_to_itself_is_zero():
    law = gaussian("law", 0.1)
    d = distances(law.probability, law.outside, law.probability, law.outside, law.edges, law.distribution)
    assert max(d.tv, d.kl, d.hellinger, d.ks, d.w1) < 1e-12


def test_of_two_gaussians_are_the_exact_ones():
    # N(0,1) from N(0,1.2): KL = (r - 1 - ln r)/2, H² = 1 - sqrt(2 s1 s2/(s1² + s2²)), W1 = sqrt(2/π)(s2 - s1).
    at = edges(8, 1600)
    one, other = gaussian("one", 1.0, at), gaussian("other", 1.2, at)
    d = distances(
        one.probability, one.outside, other.probability, other.outside, one.edges, other.distribution
    )
    r = 1 / 1.2
    assert d.kl == pytest.approx((r - 1 - np.log(r)) / 2, rel=1e-4)
    s = np.sqrt(1.2)
    assert d.hellinger == pytest.approx(np.sqrt(1 - np.sqrt(2 * s / (1 + 1.2))), rel=1e-4)
    assert d.w1 == pytest.approx(np.sqrt(2 / np.pi) * (s - 1), rel=1e-4)
    # The densities cross at ±x, so TV is twice the gap of the distribution functions there, which is KS.
    assert d.tv == pytest.approx(2 * d.ks, rel=1e-3)


def test_kl_is_of_the_first_law_from_the_second():
    one, other = np.array([0.9, 0.1]), np.array([0.5, 0.5])
    at = (np.array([0.0, 1.0, 2.0]),)
    d = distances(one, 0.0, other, 0.0, at)
    assert d.kl == pytest.approx(0.9 * np.log(1.8) + 0.1 * np.log(0.2))
    assert d.tv == pytest.approx(0.4)
    assert d.ks == pytest.approx(0.4)
    assert d.w1 == pytest.approx(0.4)


def test_mass_outside_the_window_counts_as_one_more_bin():
    at = (np.array([0.0, 1.0, 2.0]),)
    d = distances(np.array([0.4, 0.4]), 0.2, np.array([0.5, 0.5]), 0.0, at)
    assert d.tv == pytest.approx(0.2)
    assert np.isfinite(d.kl)


def test_a_gap_that_changes_sign_within_a_bin_is_integrated_exactly():
    # F - G goes from .2 at 1 to -.2 at 2: two triangles of area .05, and .1 on the rising and falling bins each.
    at = (np.array([0.0, 1.0, 2.0, 3.0]),)
    d = distances(np.array([0.6, 0.0, 0.4]), 0.0, np.array([0.4, 0.4, 0.2]), 0.0, at)
    assert d.w1 == pytest.approx(0.3)


def test_a_singular_law_has_ks_and_w1_alone():
    at = np.linspace(-1, 1, 201)
    uniform = np.full(200, 1 / 200)
    steps = np.where(at < 0, 0.0, 1.0)
    d = distances(uniform, 0.0, None, 0.0, (at,), steps)
    assert (d.tv, d.kl, d.hellinger) == (None, None, None)
    assert d.ks == pytest.approx(0.5)
    assert d.w1 == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ValueError, match="distribution function"):
        distances(uniform, 0.0, None, 0.0, (at,))


def test_in_two_dimensions_the_larger_axis_counts():
    at = (np.linspace(0, 1, 3), np.linspace(0, 1, 3))
    one = np.array([[0.25, 0.25], [0.25, 0.25]])
    other = np.array([[0.1, 0.2], [0.4, 0.3]])  # gaps .2 along the first axis, 0 along the second
    d = distances(one, 0.0, other, 0.0, at)
    assert d.ks == pytest.approx(0.2)
    assert d.w1 == pytest.approx(0.1)
    assert d.tv == pytest.approx(0.2)


def test_uniform_from_gauss_as_in_the_cantor_claim():
    # Row 34: the uniform law on [-1, 1] against Gibbs at T = .25 has KS .091478.
    at = edges(4, 1600)
    gibbs = gaussian("gibbs", 0.25, at)
    middle = (at[1:] + at[:-1]) / 2
    uniform = np.where(np.abs(middle) < 1, 1 / 400, 0.0)
    d = distances(uniform, 0.0, gibbs.probability, gibbs.outside, gibbs.edges, gibbs.distribution)
    assert d.ks == pytest.approx(0.091478, abs=2e-6)
