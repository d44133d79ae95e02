"""What walkers cost, in steps of the one-dimensional double well; figures measured with one thread are in brackets."""

from __future__ import annotations

import pytest

from sgdtui.lab.cost import cost, whole_cost
from sgdtui.preset.load import load_text

SDE = "dynamics: {kind: sde, eta: 0.1, dt: 0.01}"


def test_costly_expressions_and_dimensions_cost():
    plain = load_text('{loss: "x**2/2"}')
    assert cost(plain) == 1
    assert cost(load_text('{loss: "x**2/2", noise: "1 + tanh(x)/2"}')) > 1
    assert cost(load_text('{loss: {loss: "x**2 + y**2", variables: [x, y]}}')) > 2


def recorded(walkers: int, every: int) -> float:
    text = f'{{loss: "x**2/2", run: {{walkers: {walkers}, every: {every}}}}}'
    return whole_cost(load_text(text), recorded=True)


def test_records_of_few_walkers_cost_more_than_their_steps():
    assert whole_cost(load_text('{loss: "x**2/2", run: {walkers: 64, every: 1}}')) == 1
    assert 20 < recorded(64, 1) < 40  # [24]
    assert 6 < recorded(256, 1) < 12  # [9]
    assert 2 < recorded(65_536, 1) < 4  # [2.8]
    assert recorded(65_536, 10) == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize(
    ("law", "batch", "least", "most"),
    [
        ("gaussian", 20, 1, 1),
        ("laplace", 20, 12, 25),  # [17]
        ("student-t(5)", 1, 7, 12),  # [9]
        ("student-t(5)", 20, 100, 250),  # [167]
        ("stable(1.5)", 1, 12, 25),  # [16 to 20]
        ("stable(1.5)", 20, 12, 25),  # [18]: one draw for the batch
    ],
)
def test_a_law_costs_what_its_draws_take(law, batch, least, most):
    text = f'{{loss: "x**2/2", noise: {{covariance: "1", law: "{law}"}}, dynamics: {{eta: 0.1, batch: {batch}}}}}'
    assert least <= whole_cost(load_text(text)) <= most
    assert cost(load_text(text)) == 1


def test_the_increments_of_an_sde_are_drawn_by_its_law_too():
    text = """
loss: "x**2/2 + y**2"
variables: [x, y]
noise: {covariance: "1", law: "student-t(5)"}
dynamics: {kind: sde, eta: 0.1, dt: 0.01, batch: 20}
"""
    assert 200 < whole_cost(load_text(text)) < 450  # [290]


def over_columns(dynamics: str, loss: str = "log(1 + exp(-(x*a + y*b)*c))") -> float:
    text = f"""
sample:
  loss: "{loss}"
  variables: [x, y]
  data: {{a: "normal(0, 1)", b: "normal(0, 1)", c: "normal(0, 1)"}}
{dynamics}
space: {{domain: [[-2, 2], [-2, 2]]}}
"""
    return whole_cost(load_text(text))


def test_an_sde_over_columns_goes_through_all_nodes_of_their_quadrature():
    assert over_columns("dynamics: {eta: 0.1}") < 15
    assert over_columns(SDE) > 500  # some thousand nodes a step
    assert over_columns(SDE, "(a*x + b*y - c)**2/2") < 200  # a polynomial: a few nodes
