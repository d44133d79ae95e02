"""Means over examples by moments of the columns, against averages over the examples themselves."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.budget import TooCostly
from sgdtui.model.data import Distribution, Fresh, weighted_examples
from sgdtui.model.fields import fields
from sgdtui.model.polynomial_fields import PolynomialFields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.preset.load import load, load_text

QUARTIC = """
sample:
  loss: "(u*a + s*w**2*b - c)**2/2 + u**4/4 - (u - w)*a*b/3"
  variables: [u, w]
  data: {a: "normal(0.3, 1.2)", b: "uniform(-1, 2)", c: "exponential(0.5)"}
parameters: {s: 0.7}
"""


def both(text):
    experiment = load_text(text)
    exact = fields(experiment)
    return exact, SampleFields(experiment.system, {**experiment.values, "k": 0.0, "t": 0.0})


@pytest.mark.parametrize("name", ["loss", "gradient", "covariance", "hessian", "covariance_divergence"])
def test_moments_give_what_quadrature_gives(name):
    exact, by_quadrature = both(QUARTIC)
    assert isinstance(exact, PolynomialFields)
    x = np.random.default_rng(0).uniform(-2, 2, (6, 2))
    found, wanted = getattr(exact, name)(x), getattr(by_quadrature, name)(x)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)


def test_a_table_is_averaged_over_once(tmp_path):
    rows = np.random.default_rng(1).normal([100.0, -3.0], [0.1, 2.0], (500, 2))
    np.savetxt(tmp_path / "rows.csv", rows, "%.17g", ",", header="a,b", comments="")
    preset = tmp_path / "table.yaml"
    preset.write_text(
        'sample: {loss: "(u*a + w - b)**2/2", variables: [u, w], columns: [a, b], data: rows.csv}'
    )
    exact = fields(load(preset))
    assert isinstance(exact, PolynomialFields)
    x = np.array([[0.5, -1.0], [2.0, 0.25]])
    residual = [u * rows[:, 0] + w - rows[:, 1] for u, w in x]
    gradient = np.array([[r * rows[:, 0], r] for r in residual])
    np.testing.assert_allclose(exact.gradient(x), gradient.mean(axis=2), rtol=1e-12)
    centred = gradient - gradient.mean(axis=2, keepdims=True)
    wanted = np.einsum("nie,nje->nij", centred, centred) / len(rows)
    np.testing.assert_allclose(exact.covariance(x), wanted, rtol=1e-9)


def test_a_loss_that_is_no_polynomial_is_averaged_over_the_examples():
    experiment = load_text(QUARTIC.replace("u**4/4", "tanh(u*a)"))
    found = fields(experiment)
    assert isinstance(found, SampleFields)
    assert not isinstance(found, PolynomialFields)


def test_twenty_drawn_columns_are_refused_before_they_are_laid_out():
    columns = tuple(f"c{i}" for i in range(20))
    with pytest.raises(TooCostly, match="20 drawn columns"):
        weighted_examples(Fresh(columns, (Distribution("normal", (0.0, 1.0)),) * 20))


@pytest.mark.parametrize("domain", ["[[0, 2.2], [0, 2.2]]", "[[-1, 3], [-2, 1]]"])
def test_noise_that_vanishes_at_zero_does_so_exactly(domain):
    """Whether walkers can leave such a place is asked of the noise within 1e-200 of it."""
    text = f"""
sample:
  loss: "(u*w*x - x - 0.5*z)**2/2"
  variables: [u, w]
  data: {{x: "normal(0, 1)", z: "normal(0, 1)"}}
  domain: {domain}
"""
    found = fields(load_text(text))
    assert isinstance(found, PolynomialFields)
    q = np.array([0.0, 1e-200, 1e-100, 1e-20, 1e-5])
    there = np.column_stack([q, q])
    assert found.gradient(there) == pytest.approx((q**2 - 1)[:, None] * there, rel=1e-12, abs=0)
    exact = q**2 * (2 * (q**2 - 1) ** 2 + 0.25)
    assert found.covariance(there)[:, 0, 1] == pytest.approx(exact, rel=1e-12, abs=0)
