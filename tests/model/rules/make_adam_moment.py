"""Write adam_moment.json: E x² of Adam on x²/2 with Gaussian noise, by numpy alone; nothing of this house is used.

    python tests/model/rules/make_adam_moment.py

65 536 independent walkers, 1000 steps of burn-in, then as many steps as make 10⁹ walker-steps; the standard error is
from the walkers' own averages.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

ETA, BETA1, BETA2, EPSILON, SIGMA2 = 0.05, 0.9, 0.99, 1e-8, 2.0
WALKERS, BURN_IN, TOTAL, PIECES = 65_536, 1_000, 10**9, 16

if __name__ == "__main__":
    steps = -(-TOTAL // WALKERS)
    means = []
    for piece in range(PIECES):
        random = np.random.default_rng([20261130, piece])
        x, m, v = np.zeros((3, WALKERS // PIECES))
        squares = np.zeros(WALKERS // PIECES)
        for step in range(1, BURN_IN + steps + 1):
            g = x + math.sqrt(SIGMA2) * random.standard_normal(len(x))
            m += (1 - BETA1) * (g - m)
            v += (1 - BETA2) * (g * g - v)
            x -= ETA * (m / (1 - BETA1**step)) / (np.sqrt(v / (1 - BETA2**step)) + EPSILON)
            if step > BURN_IN:
                squares += x * x
        means.append(squares / steps)
    each = np.concatenate(means)
    told = {
        "value": float(each.mean()),
        "se": float(each.std(ddof=1) / math.sqrt(len(each))),
        "walker_steps": steps * WALKERS,
        "made by": Path(__file__).name,
        "numpy": np.__version__,
    }
    Path(__file__).with_name("adam_moment.json").write_text(json.dumps(told, indent=1) + "\n")
