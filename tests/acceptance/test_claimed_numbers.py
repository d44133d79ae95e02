"""The numbers that the presets claim, worked out again by quadrature, linear algebra or enumeration, digit by digit.

Nothing here runs a simulation or calls a prediction: what a preset expects must be so without the package.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import chebyshev
from scipy.integrate import quad
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import diags, identity
from scipy.sparse.linalg import splu
from scipy.special import binom, ndtr, xlogy
from scipy.stats import binom as binomial
from scipy.stats import gamma, norm

from sgdtui.preset.load import load

DATA = Path(__file__).parents[2] / "presets" / "data"


def claims(name, that, variant=None):
    """The values that a preset claims for a quantity, in the order of the file."""
    found = [c.value for c in load(f"experiment/{name}").expect if c.that == that and c.variant == variant]
    assert found, f"{name} claims nothing about {that}"
    return found


def agree(exact, claimed):
    """Every digit that is claimed: to half a unit of the last of six."""
    assert claimed == pytest.approx(exact, rel=1e-6, abs=6e-7)


def chain_law(nodes, mean, deviation):
    """The stationary law of x' ~ N(mean(x), deviation(x)²) at evenly spaced nodes, as weights."""
    step = np.exp(-(((nodes[None, :] - mean[:, None]) / deviation[:, None]) ** 2) / 2) / deviation[:, None]
    equations = (step / step.sum(axis=1, keepdims=True)).T - np.eye(len(nodes))
    equations[-1] = 1
    return np.linalg.solve(equations, np.append(np.zeros(len(nodes) - 1), 1.0))


def gibbs_average(loss, temperature, value, reach=6.0):
    weight = lambda x: np.exp(-loss(x) / temperature)  # noqa: E731
    inner = {"points": [-1.0, 0.0, 1.0], "limit": 400, "epsabs": 1e-13}
    return (
        quad(lambda x: value(x) * weight(x), -reach, reach, **inner)[0]
        / quad(weight, -reach, reach, **inner)[0]
    )


# --- Is it Gibbs? ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("variant", "eta"), [(None, 0.1), ("coarse", 0.2), ("fine", 0.05)])
def test_time_is_eta(variant, eta):
    for place, time in enumerate((1.0, 2.0) if variant is None else (1.0,)):
        k = round(time / eta)
        agree(3 * (1 - eta) ** k, claims("time-is-eta", "mean[0]", variant)[place])
        agree(
            eta / (2 - eta) * (1 - (1 - eta) ** (2 * k)),
            claims("time-is-eta", "covariance[0][0]", variant)[place],
        )


def test_sums_of_a_hundred_numbers():
    x = np.linspace(0.5, 1.6, 40001)
    lopsided = np.abs(gamma.cdf(x, 100, scale=0.01) - norm.cdf(x, 1, 0.1)).max()
    agree(round(lopsided, 4), claims("law-of-large-numbers", "gaussian.ks")[0])
    heads = np.arange(101)
    below = binomial.cdf(heads, 100, 0.5)
    at = norm.cdf((2 * heads - 100) / 10)
    steps = max(np.abs(below - at).max(), np.abs(np.append(0, below[:-1]) - at).max())
    agree(steps, claims("law-of-large-numbers", "gaussian.ks", "coins")[0])


def stable_below(x, alpha=1.5):
    return 0.5 + quad(lambda k: np.exp(-(k**alpha)) * np.sin(k * x) / k / np.pi, 0, 30, limit=800)[0]


def test_a_stable_law():
    for name, that in (("no-law-of-large-numbers", "beyond_3"), ("stable-noise", "beyond")):
        agree(2 - 2 * stable_below(3), claims(name, that)[0])
    for variant in (None, "n16", "n100"):
        agree(2 - 2 * stable_below(1), claims("no-law-of-large-numbers", "beyond_1", variant)[0])
    x = np.linspace(0.05, 8, 400)
    exact = np.array([stable_below(v) for v in x])
    best = minimize_scalar(
        lambda scale: np.abs(exact - ndtr(x / scale)).max(), bounds=(1.2, 2.2), method="bounded"
    )
    (claimed,) = claims("no-law-of-large-numbers", "0.990059 - best_normal")
    assert claimed == pytest.approx(best.fun, abs=3e-6)
    assert claimed == pytest.approx(0.990059 - stable_below(3.76), abs=5e-7)
    assert ndtr(3.76 / best.x) == pytest.approx(0.990059, abs=2e-6)


def test_langevin():
    tilted = lambda x: (x**2 - 1) ** 2 / 4 + 0.1 * x  # noqa: E731
    agree(gibbs_average(tilted, 0.2, lambda x: x < 0), claims("langevin", "left")[0])
    agree(gibbs_average(lambda x: x**4 / 4, 0.2, np.square), claims("langevin", "m2", "quartic")[0])


def test_the_chain_of_the_double_well():
    x = np.linspace(-2.6, 2.6, 2081)
    law = chain_law(x, x - 0.2 * x * (x**2 - 1), np.full_like(x, 0.2))
    agree(law @ x**2, claims("stationary-law", "m2")[0])
    gibbs = np.exp(-((x**2 - 1) ** 2) / 0.4)
    gibbs /= gibbs.sum()
    agree(np.abs(law - gibbs).sum() / 2, claims("stationary-law", "gibbs.tv")[0])
    agree(xlogy(law, law / gibbs).sum(), claims("stationary-law", "gibbs.kl")[0])
    between = np.cumsum(law - gibbs) - (law - gibbs) / 2
    assert claims("stationary-law", "gibbs.ks")[0] == pytest.approx(np.abs(between).max(), abs=2e-6)
    assert claims("stationary-law", "gibbs.w1")[0] == pytest.approx(
        np.abs(between).sum() * (x[1] - x[0]), abs=2e-6
    )


def test_correlated_noise():
    hessian, noise, eta = np.diag([2, 0.5]), np.array([[1, 0.6], [0.6, 1]]), 0.1
    step = np.eye(2) - eta * hessian
    law = solve_discrete_lyapunov(step, eta**2 * noise)
    for (i, j), scale in (((0, 0), 1), ((0, 1), 1), ((1, 1), 1)):
        agree(scale * law[i, j], claims("not-identity", f"covariance[{i}][{j}]")[0])
    agree(((law @ step.T)[0, 1] - (law @ step.T)[1, 0]) / eta, claims("not-identity", "flow.area_rate")[0])
    forth = np.block([[law, law @ step.T], [step @ law, law]])
    back = np.block([[law, step @ law], [law @ step.T, law]])
    agree(
        (np.trace(np.linalg.solve(back, forth)) - 4) / 2 / eta,
        claims("not-identity", "flow.entropy_production")[0],
    )
    smooth = solve_continuous_lyapunov(hessian, eta * noise)
    velocity = eta / 2 * noise @ np.linalg.inv(smooth) - hessian
    production = np.trace(velocity.T @ np.linalg.solve(eta / 2 * noise, velocity) @ smooth)
    agree(production, claims("not-identity", "flow.predicted_entropy_production")[0])
    agree(-2 * (velocity @ smooth)[0, 1], claims("not-identity", "flow.area_rate", "sde_fine")[0])


def test_noise_shaped_like_the_bowl():
    """KL of a centred normal law from the best of Gibbs' T·H⁻¹ is ln det of the mean over the geometric mean."""
    hessian = np.array([2, 0.5])
    for variant, eta in ((None, 0.0), ("sgd", 0.1)):
        ratio = hessian * 0.1 * hessian / (2 * hessian - eta * hessian**2)
        exact = np.log(ratio.mean()) - np.log(ratio).mean()
        that = (
            "gibbs.kl"
            if variant
            else ("2*variants.fine.predictions.gibbs.distance.kl - predictions.gibbs.distance.kl")
        )
        agree(exact, claims("solvable", that, variant)[0])


# --- What is drift? ----------------------------------------------------------------------------------------------


def flow_to(time, edges, diffusion, loss, start, steps):
    """A law in finite volumes, u = D·p continuous through jumps of D; Crank–Nicolson after a start by Euler."""
    width, centre, face = np.diff(edges), (edges[1:] + edges[:-1]) / 2, edges[1:-1]
    d, level = diffusion(centre), loss(centre)
    rise = (loss(face) - level[:-1]) / d[:-1] + (level[1:] - loss(face)) / d[1:]
    flat = np.abs(rise) < 1e-9
    uphill = np.where(flat, 1 - rise / 2, rise / np.expm1(np.where(flat, 1, rise)))
    apart = np.diff(centre)
    up, down = uphill * d[:-1] / apart / width[:-1], (uphill + rise) * d[1:] / apart / width[1:]
    out = np.zeros(len(centre))
    out[:-1] -= up
    out[1:] -= down
    rates = diags([up, out, down], [-1, 0, 1], format="csc")
    each = time / steps
    one = identity(len(centre), format="csc")
    coarse, fine = splu((one - each / 4 * rates).tocsc()), splu((one - each / 2 * rates).tocsc())
    p = start(edges)
    for _ in range(4):
        p = coarse.solve(p)
    for _ in range(steps - 1):
        p = fine.solve(p + each / 2 * (rates @ p))
    return centre, p


def evenly(low, high):
    return lambda edges: np.diff(np.clip(edges, low, high)) / (high - low)


def test_the_first_moments_of_a_uniform_crowd():
    edges = np.linspace(0, 1, 2001)
    pollen = (edges, lambda x: 0.1 * (1 + 3 * x), np.zeros_like, evenly(0, 1))
    x, p = flow_to(0.05, *pollen, 1000)
    shares = {"left": x < 0.5, "quarter": x < 0.25, "left_end": x < 0.05, "right_end": x > 0.95}
    for name, inside in shares.items():
        agree(p[inside].sum(), claims("uniform-start", name)[0])
    x, p = flow_to(0.02, *pollen, 1000)
    agree(p[(x > 0.4) & (x < 0.6)].sum(), claims("uniform-start", "middle")[0])


def test_noise_linear_in_x():
    x = np.linspace(-2.4, 4.0, 1281)
    deviation = 0.2 * np.sqrt(np.maximum(1 + 0.5 * x, 0.02))
    law = chain_law(x, 0.8 * x, deviation)
    left = law[x < -1e-9].sum() + law[np.argmin(np.abs(x))] / 2
    h = x[1] - x[0]
    middle = np.argmin(np.abs(x))
    left -= (
        law[middle + 1] - law[middle - 1]
    ) / 16  # half the middle node's cell is left, but not half its mass
    assert claims("noise-drift", "left")[0] == pytest.approx(left, abs=h**2)
    # D = .1(1 + x/2): p ∝ D^(-1)·exp(-∫x/D), down to where the noise is kept at .02
    potential = lambda x: 10 * (2 * x - 4 * np.log1p(x / 2))  # noqa: E731
    density = lambda x: np.exp(-potential(x)) / (1 + x / 2)  # noqa: E731
    below = quad(density, -1.96, 0, epsabs=1e-13)[0]
    agree(below / (below + quad(density, 0, 12, epsabs=1e-13)[0]), claims("noise-drift", "left", "sde")[0])


def test_the_patches_of_the_chessboard():
    """Averages of exp over patches of half-width .05 about the quietest and the loudest place."""
    for q in (1.0, 1.5):
        grid = np.linspace(-0.05, 0.05, 201)
        wave = np.cos(2 * np.pi * grid)
        loud = np.exp(-q * np.multiply.outer(wave, wave)).mean()
        quiet = np.exp(q * np.multiply.outer(wave, wave)).mean()
        assert np.log(quiet / loud) / (2 * q * 0.967532) == pytest.approx(1, abs=5e-4)
    grid = np.linspace(-0.05, 0.05, 2001)
    wave = np.cos(2 * np.pi * grid)
    assert np.log(np.exp(wave).mean() / np.exp(-wave).mean()) / 0.983632 == pytest.approx(2, abs=1e-4)


# --- Flat or quiet? ----------------------------------------------------------------------------------------------


def sharp_and_flat(x):
    return np.where(x < 0, 4 * (x + 0.25) ** 2, 0.25 * (x - 1) ** 2)


def test_how_the_basins_fill():
    edges = np.linspace(-2.5, 6.0, 6801)
    constant = (edges, lambda x: np.full_like(x, 0.05), sharp_and_flat, evenly(-0.5, 2))
    curvature = (edges, lambda x: np.where(x < 0, 0.8, 0.05), sharp_and_flat, evenly(-0.5, 2))
    for time, system, variant, steps in (
        (3, constant, "dip", 2000),
        (400, constant, None, 4000),
        (1, curvature, "curvature", 2000),
        (10, curvature, "curvature_later", 4000),
    ):
        x, p = flow_to(time, *system, steps)
        assert claims("basin-volume", "flat", variant)[0] == pytest.approx(p[x > 0].sum(), abs=3e-6)


def test_label_noise_of_the_chain():
    x = np.linspace(-4, 4, 1601)
    law = chain_law(x, 0.8 * x, 0.2 * np.sqrt(1 + x**2))
    (peak,) = claims("label-noise", "(4*narrow/0.08 - wide/0.16)/3", "sgd")
    assert peak == pytest.approx(law[800] / (x[1] - x[0]), abs=2e-5)
    agree(0.04 / (1 - 0.64 - 0.04), claims("label-noise", "m2", "sgd")[0])


def test_the_collapse_of_the_chain():
    edges = np.geomspace(0.05, 2.2, 2001)
    u = np.sqrt(edges[1:] * edges[:-1])
    step = np.diff(ndtr((edges[None, :] - (u - 0.1 * u * (u**2 - 1))[:, None]) / (0.1 * u)[:, None]), axis=1)
    equations = (step / step.sum(axis=1, keepdims=True)).T - np.eye(len(u))
    equations[-1] = 1
    law = np.linalg.solve(equations, np.append(np.zeros(len(u) - 1), 1.0))
    assert claims("collapse", "v", "sgd")[0] == pytest.approx(law @ u**2, abs=2e-5)
    assert claims("collapse", "sgd_spread", "sgd")[0] == pytest.approx(law @ (u**2 - 0.94415) ** 2, abs=2e-5)


def test_four_rooms():
    x = np.linspace(-2.6, 2.6, 1041)
    law = chain_law(x, x - 0.2 * x * (x**2 - 1), 0.2 * np.sqrt(1 + np.tanh(4 * x) / 2))
    left = law[x < -1e-9].sum() + law[520] / 2 - (law[521] - law[519]) / 16
    for name in ("double-well-tanh", "four-rooms"):
        assert claims(name, "left")[0] == pytest.approx(left, abs=2e-6)
    assert claims("four-rooms", "quiet_room")[0] == pytest.approx(left**2, abs=4e-6)


# --- Where the SDE lies ------------------------------------------------------------------------------------------


def test_ill_conditioned():
    for i, h in ((0, 1), (1, 40)):
        exact = 0.049**2 / (1 - (1 - 0.049 * h) ** 2)
        assert claims("ill-conditioned", f"covariance[{i}][{i}]")[0] == pytest.approx(exact, abs=6e-8)
    agree((1 - 0.051 * 40) ** 50, claims("ill-conditioned", "mean[1]", "beyond")[0])


def test_noisy_curvature():
    x, y = np.array([[1, 2.5], [2, 3.6], [-1, -2.2], [0.5, 1.3], [1.5, 2.4], [-2, -4.3]]).T
    best = (x @ y) / (x @ x)
    agree(1.98, best)

    def moments(eta, steps, mean=1.0):
        second = mean**2
        for _ in range(steps):
            a, b = 1 - eta * x**2, eta * x * (y - best * x)
            second = (a**2).mean() * second + 2 * (a * b).mean() * mean + (b**2).mean()
            mean *= a.mean()
        return mean, second

    agree(moments(0.9, 2)[0], claims("noisy-curvature", "away")[0])
    agree(moments(1, 2)[0], claims("noisy-curvature", "away", "mean_grows")[0])
    agree(moments(0.6, 4)[1], claims("noisy-curvature", "away2", "variance_settles")[0])
    for steps, claimed in zip((2, 4), claims("noisy-curvature", "away2", "variance_grows"), strict=True):
        agree(moments(0.7, steps)[1], claimed)
    # From a million away the shifts change the logarithm by a millionth only.
    for eta, variant in ((1.2, "typical_returns"), (1.3, "typical_leaves")):
        exact = np.log(1e6) + 10 * np.log(np.abs(1 - eta * x**2)).mean()
        assert claims("noisy-curvature", "size", variant)[0] == pytest.approx(exact, abs=2e-5)


def test_interpolation():
    agree(1.45**5, claims("interpolation", "x2", "hot")[1])
    agree(10 * np.log(0.1 * 1.7), claims("interpolation", "growth", "hot")[0])
    wide = np.arange(21)  # steps of factor -1.7 among twenty; the others are of factor .1
    closer = binom(20, wide)[wide * np.log(1.7) + (20 - wide) * np.log(0.1) < 0].sum() / 2**20
    agree(closer, claims("interpolation", "closer", "hot")[0])


def test_heavy_tails():
    def moment(kappa):
        inside = quad(lambda z: abs(1 - z**2 / 2) ** kappa * norm.pdf(z), 0, np.sqrt(2), epsabs=1e-13)[0]
        return 2 * (inside + quad(lambda z: abs(1 - z**2 / 2) ** kappa * norm.pdf(z), np.sqrt(2), 12)[0])

    assert moment(2.904) == pytest.approx(claims("heavy-tail", "moment", "pure")[0], abs=3e-4)
    assert moment(3) == pytest.approx(claims("heavy-tail", "third", "pure")[0], abs=6e-6)


# --- What it means for learning ----------------------------------------------------------------------------------


def test_useful_sometimes():
    for variant, eta, steps in ((None, 0.389391, 100), ("gentle", 0.3, 100), ("rough", 0.5, 100)):
        exact = steps * (0.6 * np.log1p(eta) + 0.4 * np.log1p(-eta))
        assert claims("useful-sometimes", "growth", variant)[0] == pytest.approx(exact, abs=2e-4)


def test_momentum_and_decay():
    eta, beta = 0.02, 0.9
    agree(eta * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - eta)), claims("momentum", "m2")[0])
    agree(0.2 / 1.8, claims("momentum", "m2", "plain")[0])
    agree(0.1 / 1.9, claims("learning-rate-decay", "covariance[0][0]", "constant")[0])


def test_late_drift():
    """P = uw and Q = u² − w² are a chain of their own; E Q by its adjoint, on Chebyshev nodes."""
    eta, sigma = 0.05, 0.5
    agree(3.75 * (1 - eta**2 * sigma**2), claims("late-drift", "q")[0])
    error = 2 * 0.25 - 1
    u, w = 2 - eta * error * 0.25, 0.25 - eta * error * 2
    agree(u * w - 1 + eta**2 * sigma**2 * 0.5, claims("late-drift", "misfit", "unfitted")[0])

    p_range, q_range, many, few = (0.2, 1.9), (0.5, 3.8), 28, 16

    def place(value, ends):
        return np.clip(2 * (value - ends[0]) / (ends[1] - ends[0]) - 1, -1, 1)

    def nodes(ends, count):
        t = np.cos(np.pi * (np.arange(count) + 0.5) / count)
        return ends[0] + (ends[1] - ends[0]) * (t + 1) / 2, np.linalg.inv(chebyshev.chebvander(t, count - 1))

    (p, of_p), (q, of_q) = nodes(p_range, many), nodes(q_range, few)
    z, weight = np.polynomial.hermite_e.hermegauss(40)
    weight /= weight.sum()
    here, there = (axis.ravel()[:, None] for axis in np.meshgrid(p, q, indexing="ij"))
    e = here - 1 - sigma * z
    new_p = here * (1 + eta**2 * e**2) - eta * e * np.sqrt(there**2 + 4 * here**2)
    new_q = there * (1 - eta**2 * e**2)
    along_p = chebyshev.chebvander(place(new_p, p_range), many - 1) @ of_p
    along_q = chebyshev.chebvander(place(new_q, q_range), few - 1) @ of_q
    step = np.einsum("h,nhi,nhj->nij", weight, along_p, along_q).reshape(many * few, many * few)
    value = np.linalg.matrix_power(step, 1016) @ there.ravel()
    at_p = chebyshev.chebvander(np.array([place(1.0, p_range)]), many - 1) @ of_p
    at_q = chebyshev.chebvander(np.array([place(3.75, q_range)]), few - 1) @ of_q
    agree((at_p @ value.reshape(many, few) @ at_q.T).item(), claims("late-drift", "q")[1])


def table(name, columns):
    text = (DATA / name).read_text(encoding="utf-8").split("\n")
    names = text[0].split(",")
    rows = np.array([[float(cell) for cell in line.split(",")] for line in text[1:] if line])
    return [rows[:, names.index(column)] for column in columns]


def standard(column):
    return (column - column.mean()) / column.std()


def test_penguins():
    """The exact recursion of second moments, Σ as it is at every weight: vec E ww' is a linear equation."""
    depth, flipper, mass = table("penguins.csv", ["bill_depth_mm", "flipper_length_mm", "body_mass_kg"])
    a = np.stack([standard(depth), standard(flipper), np.ones_like(mass)], axis=1)
    best = np.linalg.lstsq(a, mass, rcond=None)[0]
    agree(best[1], claims("real-data", "mean[1]")[0])
    residual, eta, batch = mass - a @ best, 0.2, 2
    one = np.eye(3)
    squares = np.einsum("ni,nj->nij", a, a)
    mean = squares.mean(axis=0)
    fourth = np.einsum("nij,nkl->ikjl", squares, squares).reshape(9, 9) / len(mass)
    # E[M⊗M] of the batch's matrix M: a share 1/B of one example with itself
    both = np.kron(mean, mean) * (1 - 1 / batch) + fourth / batch
    operator = np.eye(9) - eta * (np.kron(one, mean) + np.kron(mean, one)) + eta**2 * both
    noise = eta**2 / batch * np.einsum("n,nij->ij", residual**2, squares).ravel() / len(mass)
    law = np.linalg.solve(np.eye(9) - operator, noise).reshape(3, 3)
    for i, j in ((0, 0), (1, 1), (2, 2), (0, 1)):
        assert claims("real-data", f"covariance[{i}][{j}]")[0] == pytest.approx(law[i, j], abs=6e-9)


def test_irises():
    """The linearised law at the optimum."""
    length, width, kind = table("iris.csv", ["petal_length_cm", "petal_width_cm", "is_virginica"])
    a = np.stack([standard(length), standard(width), np.ones_like(kind)], axis=1)
    ridge, eta, batch = 0.05, 0.05, 4

    def loss(w):
        score = a @ w
        return np.mean(np.logaddexp(0, score) - kind * score) + ridge / 2 * (w @ w)

    best = minimize(loss, [1.2, 1.3, 0.0], method="BFGS", options={"gtol": 1e-9}).x
    share = 1 / (1 + np.exp(-a @ best))
    examples = (share - kind)[:, None] * a
    noise = np.cov(examples.T, bias=True)
    hessian = (a.T * (share * (1 - share))) @ a / len(kind) + ridge * np.eye(3)
    law = solve_discrete_lyapunov(np.eye(3) - eta * hessian, eta**2 / batch * noise)
    for i, j in ((0, 0), (0, 1)):
        that = f"predictions.gaussian.covariance[{i}][{j}]"
        assert claims("real-data-logistic", that)[0] == pytest.approx(law[i, j], abs=1e-8)
    # The mean is where the mean gradient over the law vanishes: off the optimum, to first order in η, by the third
    # derivative of the loss.
    third = share * (1 - share) * (1 - 2 * share)
    shift = -np.linalg.solve(hessian, a.T @ (third * np.einsum("nj,nk,jk->n", a, a, law))) / 2 / len(kind)
    assert claims("real-data-logistic", "mean[0]")[0] == pytest.approx(best[0] + shift[0], abs=6e-6)


def test_reshuffled_epochs_of_the_table():
    """Row 28 by all 720 orders."""
    from itertools import permutations

    rows = np.array([[1, 2.5], [2, 3.6], [-1, -2.2], [0.5, 1.3], [1.5, 2.4], [-2, -4.3]])
    factors, shifts = [], []
    for order in permutations(rows):
        a, b = 1.0, 0.0
        for x, y in order:
            a, b = (1 - 0.05 * x**2) * a, (1 - 0.05 * x**2) * b + 0.05 * x * y
        factors.append(a)
        shifts.append(b)
    a, b = np.array(factors), np.array(shifts)
    mean = b.mean() / (1 - a.mean())
    variance = ((b**2).mean() + 2 * (a * b).mean() * mean) / (1 - (a**2).mean()) - mean**2
    agree(mean, claims("reshuffling", "mean[0]", "epochs")[0])
    assert claims("reshuffling", "covariance[0][0]", "epochs")[0] == pytest.approx(variance, abs=6e-10)
    for batch, variant in ((1, None), (2, "two")):
        chosen = [np.array(rows_of) for rows_of in product(rows, repeat=batch)]
        pairs = [(1 - 0.05 * (r[:, 0] ** 2).mean(), 0.05 * (r[:, 0] * r[:, 1]).mean()) for r in chosen]
        a, b = np.array(pairs).T
        mean = b.mean() / (1 - a.mean())
        variance = ((b**2).mean() + 2 * (a * b).mean() * mean) / (1 - (a**2).mean()) - mean**2
        assert claims("reshuffling", "covariance[0][0]", variant)[0] == pytest.approx(variance, abs=6e-9)
