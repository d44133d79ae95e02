"""A result's document as `run --json` prints it, small."""

from __future__ import annotations

from typing import Any


def result(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "sgdtui": "0",
        "preset": "p",
        "title": "P",
        "dimension": 2,
        "settings": {
            "kind": "sgd",
            "eta": 0.1,
            "time_step": 0.1,
            "batch": 1,
            "walkers": 1000,
            "parameters": {"s": 2.0},
            "settled": True,
        },
        "effective_samples": 10_000.0,
        "lost": 0,
        "mean": [0.5, -0.25],
        "mean_se": [0.01, 0.02],
        "covariance": [[1.0, 0.3], [0.3, 2.0]],
        "covariance_se": [[0.05, 0.06], [0.06, 0.07]],
        "observables": {"left": {"value": 0.75, "se": 0.004}, "m2": {"value": 4.0, "se": 0.2}},
        "first_passage": {"mean_steps": 200.0, "mean_time": 20.0, "se_steps": 3.0, "fraction": 1.0},
        "histogram": {"edges": [[0.0, 1.0, 2.0]], "density": [0.4, 0.6]},
        "predictions": {
            "gibbs": {
                "temperature": 0.1,
                "mean": [0.0, 0.0],
                "observables": {"left": 0.5},
                "p_value": 1e-9,
                "distance": {"tv": 0.25, "kl": 0.1, "hellinger": 0.2, "ks": 0.25, "w1": None},
                "distance_se": {"tv": 0.005, "kl": 0.002, "hellinger": 0.004, "ks": 0.005, "w1": None},
                "floor": {"tv": 0.01, "kl": 0.001, "hellinger": 0.01, "ks": 0.005, "w1": 0.01},
                "agrees": False,
            },
            "fokker-planck": {
                "observables": {"left": 0.76},
                "distance": {"tv": 0.012, "kl": 0.0001, "hellinger": 0.01, "ks": 0.006, "w1": 0.01},
                "agrees": True,
            },
        },
        "why_not": {"transfer": "degenerate noise"},
        "flow": {
            "entropy_production": 0.5,
            "entropy_production_se": 0.01,
            "predicted_entropy_production": 0.50625,
            "area_rate": 0.04,
            "area_rate_se": 0.002,
        },
        "series": {
            "time": [0.1, 0.5, 1.0],
            "mean": [[1.0, 0.0], [2.0, 0.0], [4.0, 0.0]],
            "mean_se": [[0.1, 0.1], [0.1, 0.1], [0.3, 0.1]],
            "covariance": [[[1.0, 0.0], [0.0, 1.0]]] * 3,
            "observables": {"left": [0.1, 0.2, 0.4]},
            "observables_se": {"left": [0.01, 0.01, 0.02]},
            "distance": {"gibbs": [0.9, 0.5, 0.25]},
        },
        "verdict": "equilibrium, not gibbs",
        "variants": {},
    }
    return document | changes
