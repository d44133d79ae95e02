"""Presets with other numbers than the table's, by a stranger: rows 28, 33, 34 and 36 (real SGD over data).

The exact values come from enumeration, recursions of moments and quadrature here, not from the package.
"""

from __future__ import annotations

from itertools import combinations, permutations, product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import norm

from tests.acceptance.held import held, held_covariance, held_observable

LONG = [pytest.mark.slow]

# --- row 28: how the batch is drawn ------------------------------------------------------------------------------

LINE = """
sample:
  loss: "(w*x - y)**2/2"
  variables: [w]
  columns: [x, y]
  data: {rows}
  draw: {draw}
dynamics: {{eta: {eta}, batch: {batch}}}
space: {{domain: [[{low}, {high}]]}}
start: {{at: [{best}]}}
run: {{walkers: 32768, burn_in: {burn_in}, steps: {steps}, every: {every}, bins: 40, seed: 28}}
"""
FIVE = ((1.0, 0.4), (-0.5, -0.6), (2.0, 1.1), (1.2, 0.1), (0.3, 0.9))
SIX = ((0.5, -1.0), (1.5, -2.5), (-1.0, 2.4), (2.0, -3.9), (-0.4, 0.2), (1.1, -2.9))


def affine_law(factors, shifts):
    """Mean and variance of the stationary law of w' = a·w + b, the pair (a, b) drawn evenly from a list."""
    a, b = np.array(factors), np.array(shifts)
    mean = b.mean() / (1 - a.mean())
    second = ((b**2).mean() + 2 * (a * b).mean() * mean) / (1 - (a**2).mean())
    return mean, second - mean**2


def step_of(rows, eta):
    """The factor and the shift of one step on a batch."""
    x, y = np.array(rows).T
    return 1 - eta * (x**2).mean(), eta * (x * y).mean()


def epoch_of(order, eta, batch):
    """The same of a whole epoch in a given order."""
    factor, shift = 1.0, 0.0
    for first in range(0, len(order), batch):
        a, b = step_of(order[first : first + batch], eta)
        factor, shift = a * factor, a * shift + b
    return factor, shift


@pytest.mark.parametrize(
    ("rows", "draw", "eta", "batch"),
    [
        pytest.param(FIVE, "replacement", 0.1, 1, marks=LONG),
        (FIVE, "replacement", 0.3, 3),
        (FIVE, "distinct", 0.3, 3),
        pytest.param(FIVE, "reshuffle", 0.2, 1, marks=LONG),
        pytest.param(SIX, "replacement", 0.2, 2, marks=LONG),
        pytest.param(SIX, "distinct", 0.2, 4, marks=LONG),
        (SIX, "reshuffle", 0.1, 2),
        pytest.param(SIX, "reshuffle", 0.3, 3, marks=LONG),
    ],
)
def test_row_28_by_enumeration(printed, rows, draw, eta, batch):
    if draw == "replacement":
        steps = [step_of(chosen, eta) for chosen in product(rows, repeat=batch)]
    elif draw == "distinct":
        steps = [step_of(chosen, eta) for chosen in combinations(rows, batch)]
    else:
        steps = [epoch_of(order, eta, batch) for order in permutations(rows)]
    mean, variance = affine_law(*zip(*steps, strict=True))
    x, y = np.array(rows).T
    epoch = len(rows) // batch if draw == "reshuffle" else 1
    document = printed(
        LINE.format(
            rows=[list(row) for row in rows], draw=draw, eta=eta, batch=batch, best=(x @ y) / (x @ x),
            low=mean - 5 * variance**0.5, high=mean + 5 * variance**0.5,
            burn_in=120 * epoch, steps=400 * epoch, every=2 * epoch,
        )
    )  # fmt: skip
    spread = variance**0.5
    held(document["mean"][0], document["mean_se"][0], mean, at_most=0.005 * spread)
    held_covariance(document, 0, 0, variance, relative=0.005)
    gaussian = document["predictions"]["gaussian"]
    assert gaussian["covariance"][0][0] == pytest.approx(variance, rel=1e-7)
    assert gaussian["mean"][0] == pytest.approx(mean, abs=1e-7)


# --- row 33: useful sometimes ------------------------------------------------------------------------------------

FEATURE = """
sample:
  loss: "-c*u**2/2"
  variables: [u]
  data: {{c: "choice([1, -1], [{p}, {q}])"}}
  domain: [[0, 4]]
dynamics: {{eta: {eta}}}
start: {{at: [1]}}
observe: {{growth: "log(u)", larger: "u > 1"}}
run: {{walkers: 131072, burn_in: 0, steps: {steps}, every: 1, seed: 33}}
expect: [{{that: growth, is: 0, within: 1, at: {at}}}]
"""


def threshold(p):
    """Above this learning rate a feature that helps with probability p dies out."""
    return brentq(lambda eta: p * np.log1p(eta) + (1 - p) * np.log1p(-eta), 1e-6, 1 - 1e-12)


@pytest.mark.parametrize(
    ("p", "factor"),
    [
        (0.55, 1.0),
        (0.7, 0.8),
        (0.7, 1.15),
        pytest.param(0.7, 1.0, marks=LONG),
        pytest.param(0.8, 0.9, marks=LONG),
    ],
)
def test_row_33_typical_growth(printed, p, factor):
    eta, steps = factor * threshold(p), 50
    drift = p * np.log1p(eta) + (1 - p) * np.log1p(-eta)
    document = printed(
        FEATURE.format(p=p, q=round(1 - p, 9), eta=repr(float(eta)), steps=steps, at=repr(float(eta * steps)))
    )
    times = np.array(document["series"]["time"])
    growth = np.array(document["series"]["observables"]["growth"])
    k = times / eta
    se = np.sqrt(p * (1 - p) / 131072 * k) * np.log((1 + eta) / (1 - eta))
    assert k[-1] == pytest.approx(steps)
    assert np.all(np.abs(growth - k * drift) <= 5 * se)
    # The typical walker grows exactly below the threshold.
    assert np.sign(np.round(growth[-1] / se[-1] / 9)) == np.sign(round(1 - factor, 9))


# --- row 34: laws without a density ------------------------------------------------------------------------------

TARGETS = """
sample:
  loss: "(w - a)**2/2"
  variables: [w]
  columns: [a]
  data: {rows}
dynamics: {{eta: {eta}}}
space: {{domain: [[{low}, {high}]]}}
start: {{at: [{start}]}}
observe: {{m2: "(w - {centre})**2", m4: "(w - {centre})**4", below: "w < {cut}"}}
run: {{walkers: 65536, burn_in: 80, steps: 1000, every: 5, seed: 34}}
"""


@pytest.mark.parametrize(
    ("targets", "eta"),
    [
        ((0.0, 1.0, 2.0), 2 / 3),
        ((-1.0, 0.5, 3.0), 0.3),
        *(
            pytest.param(*case, marks=LONG)
            for case in (((2.0, -2.0), 0.5), ((1.0, 0.0), 0.75), ((1.0, -1.0), 0.2))
        ),
    ],
)
def test_row_34_moments_and_shares(printed, targets, eta):
    """The weight less its mean is the sum of (1-η)^k·η·d over the draws of d: moments by recursion."""
    a = np.array(targets)
    centre, keep = a.mean(), 1 - eta
    kick = eta * (a - centre)
    m2 = (kick**2).mean() / (1 - keep**2)
    m4 = (6 * keep**2 * m2 * (kick**2).mean() + (kick**4).mean()) / (1 - keep**4)
    low, high = a.min(), a.max()
    document = printed(
        TARGETS.format(
            rows=[[t] for t in targets], eta=repr(eta), low=low - 0.2, high=high + 0.2, start=repr(float(centre)),
            centre=repr(float(centre)), cut=repr(float(low + keep * (high - low))),
        )
    )  # fmt: skip
    held_observable(document, "m2", m2, at_most=0.005 * m2)
    held_observable(document, "m4", m4, at_most=0.01 * m4)
    if eta >= 1 - 1 / len(targets):  # the pieces touch or lie apart: all but the topmost lie below the cut
        held_observable(document, "below", 1 - 1 / len(targets), at_most=0.002)
    assert document["predictions"]["gaussian"]["covariance"][0][0] == pytest.approx(m2, rel=1e-9)


def test_row_34_three_targets_make_a_uniform_law(printed):
    """With three evenly spaced targets and η = ⅔ the thirds fit together without gap or overlap."""
    document = printed(
        TARGETS.format(
            rows=[[-1.5], [0], [1.5]], eta=repr(2 / 3), low=-1.8, high=1.8, start=0, centre=0, cut=0.75
        )
    )
    x = np.linspace(-1.5, 1.5, 30001)
    ks = np.abs((x + 1.5) / 3 - ndtr(x / np.sqrt((2 / 3) * 1.5 / 2))).max()  # Gibbs at T = ησ²/2 = ½
    assert document["predictions"]["gibbs"]["temperature"] == pytest.approx(0.5)
    assert document["predictions"]["gibbs"]["distance"]["ks"] == pytest.approx(ks, abs=0.001)
    held_observable(document, "m2", 0.75, at_most=0.002)
    held_observable(document, "below", 0.75, at_most=0.001)


# --- row 36: heavy tails -----------------------------------------------------------------------------------------

FEATURES = """
sample:
  loss: "z**2*x**2/2 + s*c*x"
  variables: [x]
  data: {{z: "normal(0, {width})", c: "normal(0, 1)"}}
  domain: [[-{edge}, {edge}]]
parameters: {{s: {s}}}
dynamics: {{eta: {eta}}}
start: {{at: [{at}]}}
observe: {{m2: "x**2", near: "abs(x) > {near}", far: "abs(x) > {far}", power: "abs(x)**{kappa}"}}
run: {{walkers: {walkers}, burn_in: {burn_in}, steps: {steps}, every: {every}, seed: 36}}
"""


def mean_power(kappa, eta, width):
    """E|1 − ηz²|^κ of a normal z, split where it has its kink."""
    kink = 1 / np.sqrt(eta)
    return 2 * sum(
        quad(lambda z: abs(1 - eta * z**2) ** kappa * norm.pdf(z, scale=width), *ends, epsabs=1e-12)[0]
        for ends in ((0, kink), (kink, 14 * width))
    )


def tail_index(eta, width):
    """κ where E|1 − ηz²|^κ = 1."""
    return brentq(lambda kappa: mean_power(kappa, eta, width) - 1, 0.3, 30)


def shares_beyond(radii, eta, width, s):
    """P(|x| > r) of the stationary law: |x| on a grid fine near zero and even in its logarithm far out."""
    edges = np.concatenate([[0.0], np.geomspace(0.02, 1e5, 350)])
    x = np.concatenate([[0.01], np.sqrt(edges[1:-1] * edges[2:])])
    z = (np.arange(2000) + 0.5) / 2000 * 7 * width
    weight = norm.pdf(z, scale=width)
    weight /= weight.sum()
    step = np.empty((len(x), len(x)))
    for i, here in enumerate(x):
        middle = np.abs((1 - eta * z**2) * here)
        below = ndtr((edges[:, None] - middle) / (eta * s)) - ndtr((-edges[:, None] - middle) / (eta * s))
        step[i] = np.diff(below @ weight)
    equations = (step / step.sum(axis=1, keepdims=True)).T - np.eye(len(x))
    equations[-1] = 1
    law = np.linalg.solve(equations, np.append(np.zeros(len(x) - 1), 1.0))
    outside = np.append(np.cumsum(law[::-1])[::-1], 0.0)
    return [float(np.exp(np.interp(np.log(r), np.log(edges[1:-1]), np.log(outside[1:-1])))) for r in radii]


@pytest.mark.parametrize(
    ("eta", "width"), [(0.3, 1.2), *(pytest.param(*case, marks=LONG) for case in ((0.5, 1.0), (0.7, 1.0)))]
)
def test_row_36_one_step_of_the_pure_product(printed, eta, width):
    """E|x|^κ stays one: the tail's exponent is where the product neither grows nor shrinks."""
    kappa = tail_index(eta, width)
    if (eta, width) == (0.5, 1.0):
        assert kappa == pytest.approx(2.904, abs=5e-4)
    document = printed(
        FEATURES.format(
            eta=eta, width=width, s=0, kappa=repr(kappa), edge=8, at=1, near=1, far=2, walkers=1048576,
            burn_in=0, steps=1, every=1,
        )
    )  # fmt: skip
    held_observable(document, "power", 1.0, at_most=0.02)
    held_observable(document, "m2", mean_power(2, eta, width), at_most=0.01)


def test_row_36_second_moment_where_there_is_one(printed):
    eta, width, s = 0.2, 1.0, 0.8
    assert tail_index(eta, width) > 4.5
    document = printed(
        FEATURES.format(
            eta=eta, width=width, s=s, kappa=1, edge=3, at=0, near=1, far=2, walkers=65536, burn_in=100,
            steps=1000, every=5,
        )
    )  # fmt: skip
    held_observable(document, "m2", eta**2 * s**2 / (2 * eta - 3 * eta**2), at_most=0.001)


@pytest.mark.slow
@pytest.mark.parametrize(("eta", "width", "s"), [(0.7, 1.0, 1.0), (0.4, 1.2, 0.5), (0.15, 2.0, 2.0)])
def test_row_36_shares_far_out(printed, eta, width, s):
    kappa = tail_index(eta, width)
    assert 1.8 < kappa < 3
    near, far, further = 6 * s, 30 * s, 150 * s
    shares = shares_beyond([near, far, further], eta, width, s)
    assert np.log(shares[1] / shares[2]) / np.log(5) == pytest.approx(kappa, abs=0.02)
    document = printed(
        FEATURES.format(
            eta=eta, width=width, s=s, kappa=1, edge=8, at=0, near=near, far=far, walkers=262144,
            burn_in=100, steps=2000, every=2,
        )
    )  # fmt: skip
    held_observable(document, "near", shares[0], at_most=0.02 * shares[0], slack=0.002 * shares[0])
    held_observable(document, "far", shares[1], at_most=0.1 * shares[1], slack=0.002 * shares[1])


STABLE = """
loss: "{h}*x**2/2"
noise: {{covariance: "{s}", law: stable({alpha})}}
dynamics: {{eta: {eta}, batch: {batch}}}
space: {{domain: [[-{edge}, {edge}]]}}
start: {{at: [0]}}
observe: {{cosine: "cos(x/{unit})", beyond: "abs(x) > {unit}"}}
run: {{walkers: 65536, burn_in: 300, steps: 1000, every: 10, seed: 36}}
"""


@pytest.mark.parametrize(
    ("alpha", "h", "s", "eta", "batch"),
    [
        pytest.param(1.2, 1, 1, 0.2, 1, marks=LONG),
        (1.8, 2, 0.5, 0.1, 4),
        pytest.param(1.5, 0.5, 2, 0.3, 16, marks=LONG),
    ],
)
def test_row_36_stable_noise(printed, alpha, h, s, eta, batch):
    """c^α = (1-ηh)^α·c^α + (η·√s)^α·B^(1-α): the characteristic function at 1/c is 1/e."""
    kick = eta * np.sqrt(s) * batch ** (1 / alpha - 1)
    scale = kick / (1 - (1 - eta * h) ** alpha) ** (1 / alpha)
    document = printed(
        STABLE.format(h=h, s=s, alpha=alpha, eta=eta, batch=batch, edge=8 * scale, unit=repr(float(scale)))
    )
    held_observable(document, "cosine", np.exp(-1), at_most=0.001)
    beyond = 2 * quad(lambda k: np.exp(-(k**alpha)) * np.sin(k) / k / np.pi, 0, 40, limit=400)[0]
    held_observable(document, "beyond", 1 - beyond, at_most=0.001)
