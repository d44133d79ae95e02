"""Single steps against numpy: expressions, walls, schedules; walkers that are lost."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.expression.numeric import evaluate
from sgdtui.model.law import Law
from sgdtui.model.space import Boundary
from sgdtui.simulate.ensemble import Ensemble
from tests.simulate.systems import counted, experiment, one_step

EXPRESSIONS = [
    "sin(3*x) + cos(x)**2 - tan(x/3)",
    "exp(-x**2) + log(2 + x) + sqrt(x + 3)",
    "tanh(2*x)*sinh(x) - cosh(x)/4 + atan(x)*erf(x)",
    "abs(x) + sign(x) + floor(3*x) + step(x) + mod(x, 0.7)",
    "min(x, 1 - x) + max(x, x**2, 0.3)",
    "where(x > 0 and not x > 1, x**3, -x) + (x < 0.5) + (x == x)",
    "where(x < -1 or x >= 1.5, 1, 2)*x",
    "x**7 - x**-2 + abs(x)**2.5 + abs(x)**p + p**x",
    "(x*x + 1)**(1/2) + (x + 4)**1.3 - x/(1 + x**4)",
    "1 if 0 else 2",
]


@pytest.mark.parametrize("text", EXPRESSIONS[:-1])
def test_a_kernel_computes_what_numpy_computes(text: str) -> None:
    points = np.random.default_rng(2).uniform(-1.9, 1.9, (700, 1))
    given = experiment(drift=[text], noise="0", parameters={"p": 1.7}, eta=1.0, walkers=700)
    moved = one_step(given, points)[:, 0] - points[:, 0]
    expected = evaluate(parse(text, ["x", "p"]), {"x": points[:, 0], "p": 1.7})
    assert moved == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_names_that_a_kernel_uses_itself_are_still_a_persons_own() -> None:
    given = experiment(
        "eta*lane**2/2 + part_1*lane",
        variables=("lane",),
        noise="0",
        parameters={"eta": 2.0, "part_1": 3.0},
        eta=0.5,
        walkers=4,
    )
    assert one_step(given, np.full((4, 1), 1.0)) == pytest.approx(np.full((4, 1), 1 - 0.5 * (2 + 3)))


def test_reflection_folds_any_number_of_times() -> None:
    given = experiment(
        drift=["9.3"], noise="0", domain=((0, 1),), boundaries=(Boundary("reflect"),), eta=1.0, walkers=3
    )
    assert one_step(given, np.array([[0.1], [0.5], [0.9]]))[:, 0] == pytest.approx([0.6, 0.2, 0.2])


def test_reflection_turns_what_it_is_told_to_turn() -> None:
    given = experiment(
        drift=["y", "0"],
        noise="0",
        variables=("x", "y"),
        domain=((0, 1), (-9, 9)),
        boundaries=(Boundary("reflect", (1,)), Boundary()),
        eta=1.0,
        walkers=3,
    )
    found = one_step(given, np.array([[0.9, 0.2], [0.9, 1.3], [0.1, 0.3]]))
    assert found == pytest.approx(np.array([[0.9, -0.2], [0.2, 1.3], [0.4, 0.3]]))


def test_a_circle_wraps() -> None:
    given = experiment(
        drift=["2.4"], noise="0", domain=((0, 1),), boundaries=(Boundary("periodic"),), eta=1.0, walkers=2
    )
    assert one_step(given, np.array([[0.1], [0.9]]))[:, 0] == pytest.approx([0.5, 0.3])


@pytest.mark.parametrize(
    ("noise", "variables"),
    [
        (["{} + x**2"], ("x",)),
        (["{} + x**2", "x*y/2", "x*y/2", "1 + y**2"], ("x", "y")),
    ],
)
def test_a_variance_known_to_be_positive_drops_what_guards_its_root_and_no_more(
    noise: list[str], variables: tuple[str, ...]
) -> None:
    """A dial c = 1 could be turned below 0, the number 1 cannot: two kernels, the same walkers."""

    def walked(one: str) -> tuple[str, np.ndarray]:
        loss = " + ".join(f"{v}**2/2" for v in variables)
        given = experiment(
            loss, [n.format(one) for n in noise], variables=variables, parameters={"c": 1.0}, walkers=256
        )
        ensemble = Ensemble(given, threads=1)
        ensemble.advance(50, record=False)
        found = ensemble.positions()
        ensemble.close()
        return ensemble.kernel_source, found

    (guarded, there), (free, here) = walked("c"), walked("1")
    assert guarded.count("ZERO") > free.count("ZERO")
    assert np.isfinite(here).all()
    assert here == pytest.approx(there, rel=1e-5, abs=1e-5)  # of float32 amplitudes, on contracting ways


def test_k_and_t_are_the_steps_done_and_their_time() -> None:
    given = experiment(drift=["k + 100*t"], noise="0", eta=0.5, walkers=1)
    found = one_step(given, np.zeros((1, 1)), 3)[0, 0]
    assert found == pytest.approx(sum(0.5 * (k + 100 * 0.5 * k) for k in range(3)))


def test_a_step_of_the_sde_grows_t_by_dt() -> None:
    ensemble = Ensemble(experiment("x**2/2", kind="sde", eta=0.3, dt=0.25, walkers=64), threads=1)
    ensemble.advance(7, record=False)
    assert ensemble.step == 7
    assert ensemble.time == pytest.approx(1.75)
    ensemble.close()


def test_all_walkers_diverge_and_are_counted() -> None:
    counts = counted(experiment("x**2/2", eta=5.0, walkers=1000), 0, 200)
    assert counts.lost == 1000
    assert np.isfinite(counts.first).all()
    assert np.isfinite(counts.second).all()


def test_an_absurd_learning_rate_loses_everyone_without_a_crash() -> None:
    counts = counted(experiment("(x**2 - 1)**2/4", "1 + x**2", eta=1e300, walkers=1000), 0, 50)
    assert counts.lost == 1000
    assert counts.total == 0


def test_noise_that_is_nan_in_half_of_space_loses_those_who_go_there() -> None:
    given = experiment("(x - 1)**2/2", "sqrt(x)", eta=0.2, walkers=2000, observe={"x": "x"})
    counts = counted(given, 0, 100)
    assert 0 < counts.lost < 2000
    assert np.isfinite(counts.observables).all()
    assert counts.total > 0


def test_lost_walkers_enter_no_average() -> None:
    ensemble = Ensemble(experiment("x**2/2", "0", eta=0.5, walkers=100, every=1), threads=1)
    points = np.full((100, 1), 0.25)
    points[::4] = math.nan
    points[1] = 1e15
    ensemble.adopt(points)
    ensemble.advance(1, record=True)
    counts = ensemble.counts()
    assert counts.lost == 26
    assert counts.total == 74
    assert counts.first.sum() == pytest.approx(74 * 0.125)
    assert np.isnan(ensemble.positions()[::4]).all()
    ensemble.close()


def test_the_window_only_bins() -> None:
    counts = counted(experiment("x**2/2", eta=0.5, domain=((0, 0.5),)), 50, 500)
    assert counts.outside.sum() + counts.histogram.sum() == counts.total
    assert counts.outside.sum() > 0.5 * counts.total
    assert (counts.second.sum() / counts.total) == pytest.approx(1 / 3, rel=0.02)


def test_histogram_agrees_with_the_positions() -> None:
    ensemble = Ensemble(
        experiment("x**2/2 + y**2", variables=("x", "y"), eta=0.5, walkers=5000, every=1, bins=16), threads=2
    )
    ensemble.advance(40, record=False)
    ensemble.clear()
    ensemble.advance(1, record=True)
    counts, positions = ensemble.counts(), ensemble.positions()
    expected, _, _ = np.histogram2d(*positions.T, bins=counts.edges)
    assert np.array_equal(counts.histogram.sum(axis=0), expected)
    ensemble.close()


def test_stable_noise_has_its_scale() -> None:
    # x' = (1-η)x - ηξ: scale^α = η^α / (1 - (1-η)^α); for α = 1 (Cauchy) half of |x| is below the scale
    eta, alpha = 0.1, 1.0
    scale = (eta**alpha / (1 - (1 - eta) ** alpha)) ** (1 / alpha)
    given = experiment("x**2/2", law=Law("stable", alpha), eta=eta, walkers=65536, parameters={"c": scale})
    ensemble = Ensemble(given)
    ensemble.advance(150, record=False)
    below = np.mean(np.abs(ensemble.positions()) < scale)
    ensemble.close()
    assert below == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(65536))


def test_the_kernel_reads_like_code() -> None:
    source = Ensemble(experiment("(x**2 - 1)**2/4", "s**2*(1 + x**2)", parameters={"s": 0.5})).kernel_source
    assert source.startswith("def kernel(")
    assert "Steps of SGD in x, gaussian noise." in source
    assert "s = dials[" in source
    assert "for lane in range(lanes):" in source
    compile(source, "<kernel>", "exec")
