"""Snapshots made of formulas, so that the screen can be tested without a run: the same on every machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.compare.comparison import Comparison, Verdict
from sgdtui.compare.distances.values import Distances
from sgdtui.expression import parse
from sgdtui.lab.foretold import foretold
from sgdtui.lab.misplaced import Misplaced, Share, largest_interval
from sgdtui.lab.pulls import pulls
from sgdtui.lab.snapshot import FlowReport, Observed, Series, Snapshot
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Expectation, Experiment, RunPlan
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.parameter import Parameter
from sgdtui.model.space import Boundary, Space
from sgdtui.model.start import At
from sgdtui.predict.diffusion.drift_vectors import DriftVectors
from sgdtui.predict.prediction import Absence, Prediction


def double_well_experiment(**dynamics: object) -> Experiment:
    """A double well with noise that is louder on the right."""
    system = GradientSystem(
        Loss(parse("(x**2-1)**2/4", names={"x"}), ("x",), "double-well", "Double well", "two equal wells"),
        Noise(
            (parse("1 + s*tanh(4*x)/2", names={"x", "s"}),), "isotropic", name="tanh-step", title="Tanh step"
        ),
    )
    return Experiment(
        system=system,
        parameters=(Parameter("s", 1.0, 0.0, 1.5, "the height of the step"),),
        dynamics=replace(Dynamics(kind="sde", eta=0.2, dt=0.005), **dynamics),
        space=Space(((-2.0, 2.0),), (Boundary(),), (0,)),
        start=At((0.0,)),
        run=RunPlan(burn_in=2000, steps=4000),
        name="flat-or-quiet",
        title="Flat or quiet",
        story="Two minima of the same depth, one of them quieter. Where do the walkers settle?",
        observe=(("left", parse("x < 0", names={"x"})),),
        document={"dynamics": {"kind": "sde", "eta": 0.2, "dt": 0.005}, "parameters": {"s": 1.0}},
        expect=(
            Expectation("left", 0.9671, 0.004),
            Expectation("verdict", "equilibrium, not gibbs"),
        ),
    )


def _distances(measured: np.ndarray, predicted: np.ndarray, width: float) -> Distances:
    p, q = measured * width, predicted * width
    p, q = p / p.sum(), q / q.sum()
    good = p > 0
    cumulative = np.cumsum(p - q)
    return Distances(
        tv=float(abs(p - q).sum() / 2),
        kl=float((p[good] * np.log(p[good] / np.maximum(q[good], 1e-300))).sum()),
        hellinger=float(np.sqrt(max(0.0, 1 - np.sqrt(p * q).sum()))),
        ks=float(abs(cumulative).max()),
        w1=float(abs(cumulative).sum() * width),
    )


def _misplaced(edges: np.ndarray, measured: np.ndarray, predicted: np.ndarray) -> Misplaced:
    """Of probabilities in bins."""

    def share(begin: int, end: int) -> Share:
        return Share(
            float(edges[begin]) if begin else None, float(edges[end]) if end < len(edges) - 1 else None,
            float(measured[begin:end].sum()), 4e-4, float(predicted[begin:end].sum()),
        )  # fmt: skip

    difference = measured - predicted
    return Misplaced(share(*largest_interval(difference)), share(*largest_interval(-difference)))


def double_well(
    samples: int = 5_000_000,
    seed: int = 1,
    phase: str = "sampling",
    generation: int = 1,
    time: float = 1284.0,
) -> Snapshot:
    """Row 20 of the claims as the screen would see it: Fokker–Planck right, Gibbs wrong."""
    experiment = double_well_experiment()
    edges = np.linspace(-2.0, 2.0, 201)
    x = (edges[1:] + edges[:-1]) / 2
    width = float(edges[1] - edges[0])
    loss, slope = (x**2 - 1) ** 2 / 4, x * (x**2 - 1)
    sigma, dsigma = 1 + np.tanh(4 * x) / 2, 2 / np.cosh(4 * x) ** 2
    eta = experiment.dynamics.eta
    diffusion, ddiffusion = eta * sigma / 2, eta * dsigma / 2
    potential = np.cumsum((slope + ddiffusion) / diffusion) * width
    planck = np.exp(-(potential - potential.min()))
    planck /= planck.sum() * width
    temperature = 0.1
    gibbs = np.exp(-loss / temperature)
    gibbs /= gibbs.sum() * width
    transfer = np.exp(-(potential - potential.min()) * 0.94)
    transfer /= transfer.sum() * width
    rng = np.random.default_rng(seed)
    counts = rng.poisson(planck * width * samples)
    density = counts / max(counts.sum(), 1) / width
    se = np.sqrt(np.maximum(counts, 1)) / max(samples, 1) / width
    instant_counts = rng.poisson(planck * width * 65536)
    instant = instant_counts / instant_counts.sum() / width
    predictions = {
        "gibbs": Prediction(
            "gibbs", (edges,), gibbs * width, temperature=temperature, rule="trace of Σ at the minimum"
        ),
        "fokker-planck": Prediction("fokker-planck", (edges,), planck * width, numerical_error=1e-6),
        "transfer": Prediction("transfer", (edges,), transfer * width),
    }
    floor = Distances(tv=4e-4, kl=2e-5, hellinger=3e-4, ks=2e-4, w1=5e-4)
    comparisons = {
        "gibbs": Comparison("gibbs", _distances(density, gibbs, width), floor, 0.0, 1e-9, False),
        "fokker-planck": Comparison(
            "fokker-planck", _distances(density, planck, width), floor, 0.43, 1e-6, True
        ),
        "transfer": Comparison(
            "transfer", _distances(density, transfer, width), floor, 0.02, 1e-6, None, 3.0
        ),
    }
    drift = DriftVectors(
        points=(x,),
        gradient=-slope[None],
        noise_induced=-ddiffusion[None],
        diffusive=(slope + ddiffusion)[None],
        velocity=np.zeros((1, len(x))),
        of="fokker-planck",
        loss=loss,
        variance=sigma,
    )
    settling = phase in ("settling", "pilot", "compiling")
    left = planck[x < 0].sum() * width
    predictions = {
        name: replace(p, observables={"left": float(p.probability[x < 0].sum())})
        for name, p in predictions.items()
        if p.probability is not None
    }
    times = np.linspace(1.0, time, 120)
    followed = left + (0.5 - left) * np.exp(-times / (time / 20))
    series = Series(
        times, np.zeros((120, 1)), np.full((120, 1, 1), 0.09), {"left": followed}, {}, np.full((120, 1), 1e-3),
        {"left": np.full(120, 0.004)}, np.full((120, 1, 1), 1e-3),
    )  # fmt: skip
    mean = float((x * planck).sum() * width)
    return Snapshot(
        experiment=experiment,
        series=series,
        sample=rng.choice(x, (40, 1), p=planck / planck.sum()),
        misplaced={
            name: _misplaced(edges, density * width, p.probability)
            for name, p in predictions.items()
            if p.probability is not None
        },
        pulls=pulls(drift, density),
        foretold=foretold(predictions, is_sde=True),
        phase=phase,
        paused=False,
        generation=generation,
        predictions_of=generation,
        settled=None if settling else True,
        step=860 if settling else 256_800,
        time=time,
        seconds=12.0,
        rate=2.1e9,
        walkers=65536,
        lost=0,
        samples=0 if settling else samples,
        effective_samples=0.0 if settling else float(samples),
        edges=(edges,),
        density=density,
        density_se=se,
        instant=instant,
        outside=0.0,
        mean=np.array([mean]),
        mean_se=np.array([2e-4]),
        covariance=np.array([[0.09]]),
        covariance_se=np.array([[1e-4]]),
        observables={"left": Observed(0.9671, 0.0004)},
        predictions=predictions,
        absences={"gaussian": Absence("gaussian", "not normalisable", "two minima")},
        comparisons={} if settling else comparisons,
        drift=drift,
        verdict=None
        if settling
        else Verdict(
            "equilibrium, not gibbs",
            "Σ changes with x: D is .30 at the right minimum and .10 at the left, so −∇·D pushes probability to the "
            "quiet side and no single kT fits both wells; Gibbs differs by TV .467, 1100 floors.",
        ),
    )


def rotating_2d(samples: int = 4_000_000, seed: int = 2) -> Snapshot:
    """Row 5 of the claims: a bowl with correlated noise, out of equilibrium, in closed form."""
    system = GradientSystem(
        Loss(parse("x**2 + y**2/4", names={"x", "y"}), ("x", "y"), "anisotropic-bowl", "Anisotropic bowl"),
        Noise(
            tuple(parse(t, names=set()) for t in ("1", "0.6", "0.6", "1")),
            "full",
            name="correlated",
            title="Correlated",
        ),
    )
    experiment = Experiment(
        system=system,
        dynamics=Dynamics(eta=0.1),
        space=Space(((-0.8, 0.8), (-1.5, 1.5)), (Boundary(), Boundary()), (0, 1)),
        start=At((0.0, 0.0)),
        run=RunPlan(burn_in=2000, steps=4000),
        name="not-identity",
        title="Noise that is not the identity",
    )
    xe, ye = np.linspace(-0.8, 0.8, 65), np.linspace(-1.5, 1.5, 65)
    x, y = np.meshgrid((xe[1:] + xe[:-1]) / 2, (ye[1:] + ye[:-1]) / 2, indexing="ij")
    points = np.stack([x, y])
    area = float((xe[1] - xe[0]) * (ye[1] - ye[0]))
    covariance = np.array([[0.0277778, 0.025], [0.025, 0.1025641]])
    gibbs_covariance = 0.05 * np.diag([0.5, 2.0])

    def gaussian(matrix: np.ndarray) -> np.ndarray:
        form = np.einsum("iab,ij,jab->ab", points, np.linalg.inv(matrix), points)
        law = np.exp(-form / 2)
        return law / law.sum() / area

    law, gibbs = gaussian(covariance), gaussian(gibbs_covariance)
    rng = np.random.default_rng(seed)
    counts = rng.poisson(law * area * samples)
    density = counts / counts.sum() / area
    se = np.sqrt(np.maximum(counts, 1)) / samples / area
    diffusion = 0.05 * np.array([[1, 0.6], [0.6, 1]])
    gradient = -np.stack([2 * x, 0.5 * y])
    diffusive = np.einsum("ij,jk,kab->iab", diffusion, np.linalg.inv(covariance), points)
    velocity = gradient + diffusive
    drift = DriftVectors(
        (points[0][:, 0], points[1][0]), gradient, np.zeros_like(gradient), diffusive, velocity, "fokker-planck",
        x**2 + y**2 / 4, np.full_like(x, 2.0),
    )  # fmt: skip
    predictions = {
        "gibbs": Prediction(
            "gibbs", (xe, ye), gibbs * area, temperature=0.05, rule="trace of Σ at the minimum"
        ),
        "fokker-planck": Prediction("fokker-planck", (xe, ye), law * area, current=velocity * law),
    }
    floor = Distances(tv=0.012, kl=0.0009, hellinger=0.01, ks=4e-4, w1=5e-4)
    comparisons = {
        "gibbs": Comparison(
            "gibbs", _distances(density.ravel(), gibbs.ravel(), area), floor, 0.0, 1e-9, False
        ),
        "fokker-planck": Comparison(
            "fokker-planck", _distances(density.ravel(), law.ravel(), area), floor, 0.3, 1e-4, True
        ),
    }
    return Snapshot(
        experiment=experiment,
        phase="sampling",
        paused=False,
        generation=3,
        predictions_of=3,
        settled=True,
        step=12000,
        time=1200.0,
        seconds=9.0,
        rate=9.6e8,
        walkers=65536,
        lost=0,
        samples=samples,
        effective_samples=1.3e6,
        edges=(xe, ye),
        density=density,
        density_se=se,
        instant=density,
        outside=0.0,
        mean=np.zeros(2),
        mean_se=np.full(2, 2e-4),
        sample=rng.multivariate_normal([0.0, 0.0], covariance, 40),
        pulls=pulls(drift, density),
        flow=FlowReport(Observed(0.527, 0.004), 0.527, Observed(0.025, 1e-4), curl=22.5),
        covariance=covariance,
        covariance_se=np.full((2, 2), 1e-4),
        predictions=predictions,
        comparisons=comparisons,
        drift=drift,
        verdict=Verdict(
            "nonequilibrium",
            "F = −Σ⁻¹(2g/η + ∇·Σ) has curl 22.5, so probability circulates: entropy production .527 per unit t.",
        ),
    )
