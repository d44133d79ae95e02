"""Presets with other numbers than the table's, by a stranger: rows 5, 19, 22 and 38 (noise over a loss).

The exact values come from linear algebra and quadrature here, not from the package.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov
from scipy.special import beta, ndtr

from tests.acceptance.held import held, held_covariance, held_observable

LONG = [pytest.mark.slow]

# --- row 5: correlated noise on a bowl ---------------------------------------------------------------------------

PLANE = """
variables: [x, y]
loss: "{a}*x**2/2 + {c}*x*y + {b}*y**2/2"
noise: {{covariance: [["{s}", "{r}"], ["{r}", "{t}"]]}}
dynamics: {{kind: {kind}, eta: {eta}, batch: {batch}, dt: {dt}}}
space: {{domain: [[{x0}, {x1}], [{y0}, {y1}]]}}
run: {{walkers: {walkers}, burn_in: {burn_in}, steps: {steps}, every: {every}, bins: 24, seed: 5}}
"""
BOWLS = [
    pytest.param(
        ((1.5, 0.0), (0.0, 0.4)), ((2.0, -0.7), (-0.7, 0.6)), 0.2, 1, id="anticorrelated", marks=LONG
    ),
    pytest.param(((1.0, 0.6), (0.6, 2.0)), ((2.0, 0.5), (0.5, 0.4)), 0.15, 4, id="tilted-bowl-batch-4"),
    pytest.param(((3.0, -1.0), (-1.0, 1.0)), ((1.0, 0.0), (0.0, 3.0)), 0.3, 2, id="big-steps", marks=LONG),
]


def bowl(hessian, noise, eta, batch, kind, **run):
    """The text of a preset, its window four standard deviations of the law to each side."""
    width, height = 4 * np.sqrt(np.diag(solve_continuous_lyapunov(hessian, eta * noise / batch)))
    (a, c), (_, b) = hessian
    (s, r), (_, t) = noise
    return PLANE.format(
        a=a, b=b, c=c, s=s, r=r, t=t, kind=kind, eta=eta, batch=batch,
        x0=-width, x1=width, y0=-height, y1=height, **run,
    )  # fmt: skip


def relative_entropy(first, second):
    """KL between two normal laws of mean zero, in nats."""
    ratio = np.linalg.solve(second, first)
    return (np.trace(ratio) - len(first) - np.linalg.slogdet(ratio)[1]) / 2


@pytest.mark.parametrize(("hessian", "noise", "eta", "batch"), BOWLS)
def test_row_5_of_the_chain(printed, hessian, noise, eta, batch):
    hessian, noise = np.array(hessian), np.array(noise)
    step = np.eye(2) - eta * hessian
    law = solve_discrete_lyapunov(step, eta**2 * noise / batch)
    forth = np.block([[law, law @ step.T], [step @ law, law]])
    back = np.block([[law, step @ law], [law @ step.T, law]])
    production = relative_entropy(forth, back) / eta
    area = ((law @ step.T)[0, 1] - (law @ step.T)[1, 0]) / eta

    run = {"walkers": 32768, "burn_in": 300, "steps": 600, "every": 1, "dt": 0.01}
    document = printed(bowl(hessian, noise, eta, batch, "sgd", **run))
    assert np.array(document["predictions"]["gaussian"]["covariance"]) == pytest.approx(law, rel=1e-9)
    for i, j in ((0, 0), (0, 1), (1, 1)):
        held_covariance(document, i, j, law[i, j], relative=0.005)
    flow = document["flow"]
    held(flow["area_rate"], flow["area_rate_se"], area, at_most=0.02 * abs(area))
    held(flow["entropy_production"], flow["entropy_production_se"], production, at_most=0.02 * production)
    assert document["verdict"] == "nonequilibrium"


@pytest.mark.parametrize(("hessian", "noise", "eta", "batch"), BOWLS)
def test_row_5_of_the_sde(printed, hessian, noise, eta, batch):
    hessian, noise = np.array(hessian), np.array(noise)
    diffusion = eta * noise / (2 * batch)
    law = solve_continuous_lyapunov(hessian, 2 * diffusion)
    velocity = diffusion @ np.linalg.inv(law) - hessian
    production = np.trace(velocity.T @ np.linalg.solve(diffusion, velocity) @ law)

    run = {"walkers": 8192, "burn_in": 1500, "steps": 2500, "every": 10, "dt": 0.01}
    document = printed(bowl(hessian, noise, eta, batch, "sde", **run))
    assert np.array(document["predictions"]["gaussian"]["covariance"]) == pytest.approx(law, rel=1e-9)
    assert document["flow"]["predicted_entropy_production"] == pytest.approx(production, rel=0.02)
    bias = solve_discrete_lyapunov(np.eye(2) - 0.01 * hessian, 0.02 * diffusion) - law
    for i, j in ((0, 0), (0, 1), (1, 1)):
        held_covariance(document, i, j, law[i, j] + bias[i, j], relative=0.01)


# --- row 19: a swarm ---------------------------------------------------------------------------------------------

SWARM = """
loss: "{h}*x**2/2"
noise: "{noise}"
dynamics: {{kind: sgd, eta: {eta}, swarm: {{size: {size}, coupling: {coupling}}}}}
space: {{domain: [[-4, 4]]}}
start: {{at: [0]}}
observe: {{left: "x < 0", m2: "x**2"}}
run: {{walkers: 65520, burn_in: 300, steps: 2000, every: 10, seed: 19}}
"""


@pytest.mark.parametrize(
    ("size", "coupling", "h", "s", "r", "eta"),
    [(3, 4.0, 1.0, 1.0, 0.0, 0.1), (5, 2.0, 0.7, 0.5, 0.8, 0.2), (16, 1.0, 2.0, 1.0, 1.5, 0.1)],
)
def test_row_19_moments_of_a_worker(printed, size, coupling, h, s, r, eta):
    """Σ = s + r·x² closes the second moments: m = E xᵢ², and c = E xᵢxⱼ of two workers of one group."""
    pull, own = 1 - eta * (h + coupling * (size - 1) / size), eta * coupling / size
    # xᵢ' = pull·xᵢ + own·(sum of the others) + η·noise
    n = size - 1
    to_m = [pull**2 + n * own**2, 2 * pull * own * n + own**2 * n * (n - 1)]
    to_c = [2 * pull * own + own**2 * (n - 1), pull**2 + 2 * pull * own * (n - 1) + own**2 * (n**2 - n + 1)]
    matrix = np.array([to_m, to_c]) + np.array([[eta**2 * r, 0], [0, 0]])
    m2, _ = np.linalg.solve(np.eye(2) - matrix, [eta**2 * s, 0])
    document = printed(SWARM.format(h=h, noise=f"{s} + {r}*x**2", eta=eta, size=size, coupling=coupling))
    held_observable(document, "m2", m2, at_most=0.005 * m2)


@pytest.mark.parametrize(
    ("coupling", "height", "steep", "eta"),
    [(3.0, 0.6, 3, 0.2), pytest.param(0.0, 0.8, 2, 0.1, marks=LONG)],
)
def test_row_19_share_of_the_quiet_side_for_two(printed, coupling, height, steep, eta):
    """The law of two workers, by the chain's own kernel on a grid of the plane."""
    nodes, width = np.linspace(-2.4, 2.4, 121, retstep=True)
    x, y = (axis.ravel() for axis in np.meshgrid(nodes, nodes, indexing="ij"))

    def arrival(here, there):
        mean = here - eta * (here + coupling * (here - (here + there) / 2))
        deviation = eta * np.sqrt(1 + height * np.tanh(steep * here))
        kernel = np.exp(-(((nodes[None, :] - mean[:, None]) / deviation[:, None]) ** 2) / 2)
        return kernel / kernel.sum(axis=1, keepdims=True)

    first, second = arrival(x, y), arrival(y, x)
    law = np.exp(-(x**2 + y**2) / (2 * 0.06))
    law /= law.sum()
    for _ in range(150):
        law = (first.T @ (law[:, None] * second)).ravel()
    alone = law.reshape(len(nodes), -1).sum(axis=1)
    middle = len(nodes) // 2
    # the mass of the node at zero belongs half to the left, to second order in the grid's width
    left = alone[:middle].sum() + alone[middle] / 2
    document = printed(
        SWARM.format(h=1, noise=f"1 + {height}*tanh({steep}*x)", eta=eta, size=2, coupling=coupling)
    )
    held_observable(document, "left", left, at_most=0.0008, slack=0.01 * width)


# --- row 22: label noise -----------------------------------------------------------------------------------------

LABELS = """
loss: "{h}*x**2/2"
noise: {{covariance: "{s} + {r}*x**2", law: {law}}}
dynamics: {{kind: {kind}, eta: {eta}, batch: {batch}, dt: 0.005}}
space: {{domain: [[-{edge}, {edge}]]}}
observe: {{m2: "x**2"}}
run: {{walkers: 32768, burn_in: {burn_in}, steps: {steps}, every: 10, bins: 100, seed: 22}}
"""
LABEL_NOISES = [
    pytest.param(2.0, 1.0, 0.5, 0.2, 1, id="steep", marks=LONG),
    pytest.param(1.0, 0.3, 2.0, 0.3, 2, id="mostly-multiplicative"),
    pytest.param(0.5, 2.0, 1.0, 0.4, 8, id="batch-8", marks=LONG),
]


@pytest.mark.parametrize(("h", "s", "r", "eta", "batch"), LABEL_NOISES)
def test_row_22_of_the_sde(printed, h, s, r, eta, batch):
    power = 1 + h * batch / (eta * r)
    variance = eta * s / batch / (2 * h - eta * r / batch)
    peak = np.sqrt(r / s) / beta(0.5, power - 0.5)
    edge = 6 * np.sqrt(variance)
    document = printed(
        LABELS.format(
            h=h, s=s, r=r, kind="sde", eta=eta, batch=batch, law="gaussian", edge=edge,
            burn_in=round(1000 / h), steps=round(2000 / h),
        )
    )  # fmt: skip
    smooth = document["predictions"]["fokker-planck"]
    assert smooth["covariance"][0][0] == pytest.approx(variance, rel=1e-5)
    edges = np.array(document["histogram"]["edges"][0])
    bins = [
        quad(lambda x: peak * (1 + r / s * x**2) ** -power, a, b)[0] / (b - a) for a, b in pairwise(edges)
    ]
    assert smooth["density"] == pytest.approx(bins, abs=1e-4 * peak)
    steps = 0.005  # Euler's own variance, from v = (1-h·dt)²v + η(s+rv)dt/B
    euler = eta * s * steps / batch / (1 - (1 - h * steps) ** 2 - eta * r * steps / batch)
    held_observable(document, "m2", euler, at_most=0.01 * variance)


@pytest.mark.parametrize(
    "law", ["gaussian", *(pytest.param(law, marks=LONG) for law in ("rademacher", "laplace"))]
)
@pytest.mark.parametrize(("h", "s", "r", "eta", "batch"), LABEL_NOISES)
def test_row_22_of_the_chain(printed, h, s, r, eta, batch, law):
    variance = eta**2 * s / batch / (1 - (1 - eta * h) ** 2 - eta**2 * r / batch)
    document = printed(
        LABELS.format(
            h=h, s=s, r=r, kind="sgd", eta=eta, batch=batch, law=law, edge=6 * np.sqrt(variance),
            burn_in=200, steps=1000,
        )
    )  # fmt: skip
    transfer = document["predictions"]["transfer"]
    own = max(1e-4, transfer["numerical_error"])
    assert transfer["covariance"][0][0] == pytest.approx(variance, rel=own)
    assert own < 5e-3
    held_observable(document, "m2", variance, at_most=0.005 * variance)


# --- row 38: two layers that collapse ----------------------------------------------------------------------------

LAYERS = """
sample:
  loss: "(u*w - y)**2/2"
  variables: [u, w]
  data: {{y: "normal({target}, {sigma})"}}
  domain: [[0, {edge}], [0, {edge}]]
dynamics: {{kind: {kind}, eta: {eta}, batch: {batch}, dt: {dt}}}
start: {{at: [{at}, {at}]}}
observe: {{v: "u*w", v2: "(u*w)**2", apart: "(u - w)**2"}}
run: {{walkers: 32768, burn_in: {burn_in}, steps: {steps}, every: 10, bins: 16, seed: 38}}
"""


@pytest.mark.parametrize(
    ("target", "sigma", "eta", "batch"),
    [
        pytest.param(1.0, 1.0, 0.05, 1, marks=LONG),
        pytest.param(2.0, 1.5, 0.1, 1, marks=LONG),
        (0.8, 2.0, 0.2, 4),
    ],
)
def test_row_38_of_the_sde(printed, target, sigma, eta, batch):
    """The product v = uw is Gamma with shape y/T − ½ and scale T = ησ²/B. Euler's error is extrapolated."""
    scale = eta * sigma**2 / batch
    shape = target / scale - 0.5
    mean, second = shape * scale, shape * (shape + 1) * scale**2
    seen = []
    for dt in (0.01, 0.005):
        text = LAYERS.format(
            target=target, sigma=sigma, kind="sde", eta=eta, batch=batch, dt=dt, at=target**0.5,
            edge=2 * target**0.5, burn_in=round(6 / dt / target), steps=round(12 / dt / target),
        )  # fmt: skip
        document = printed(text)
        assert document["observables"]["apart"]["value"] == pytest.approx(0, abs=1e-12)
        seen.append(document["observables"])
    for name, exact in (("v", mean), ("v2", second)):
        coarse, fine = seen[0][name], seen[1][name]
        held(
            2 * fine["value"] - coarse["value"],
            float(np.hypot(2 * fine["se"], coarse["se"])),
            exact,
            at_most=0.01 * exact,
        )


@pytest.mark.parametrize(
    ("target", "sigma", "eta", "batch"),
    [
        pytest.param(1.0, 1.0, 0.05, 1, marks=LONG),
        (2.0, 1.5, 0.05, 1),
        pytest.param(0.8, 2.0, 0.2, 4, marks=LONG),
    ],
)
def test_row_38_of_the_chain(printed, target, sigma, eta, batch):
    """On the diagonal u' is normal: mean u − ηu(u² − y), deviation ησu/√B. Its stationary law, on a grid of ln u."""
    edges = np.geomspace(0.02, 2.5 * (target + sigma * eta**0.5) ** 0.5, 1401)
    u = np.sqrt(edges[1:] * edges[:-1])
    mean, deviation = u - eta * u * (u**2 - target), eta * sigma * u / batch**0.5
    step = np.diff(ndtr((edges[None, :] - mean[:, None]) / deviation[:, None]), axis=1)
    equations = (step / step.sum(axis=1, keepdims=True)).T - np.eye(len(u))
    equations[-1] = 1
    law = np.linalg.solve(equations, np.append(np.zeros(len(u) - 1), 1.0))
    v, v2 = law @ u**2, law @ u**4
    document = printed(
        LAYERS.format(
            target=target, sigma=sigma, kind="sgd", eta=eta, batch=batch, dt=0.01, at=target**0.5,
            edge=2 * target**0.5, burn_in=round(8 / eta / target), steps=1000,
        )
    )  # fmt: skip
    held_observable(document, "v", v, at_most=0.005 * v, slack=1e-5 * v)
    held_observable(document, "v2", v2, at_most=0.01 * v2, slack=1e-5 * v2)
