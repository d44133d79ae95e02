"""The same workloads in numpy (in place), naive numba, torch and JAX: each a function that takes steps.

A rival is `make(workload, walkers)` → `run(steps)`; one that is not installed is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.workloads import BATCH, ETA, EVERY, HIGH, LOW, ROWS, S, regression_rows

Run = Callable[[int], None]


def available() -> dict[str, Callable[[str, int], Run]]:
    """The rivals that can run here."""
    found: dict[str, Callable[[str, int], Run]] = {"numpy": numpy_run, "numba, naive": naive_run}
    if find_spec("torch"):
        found["torch"] = torch_run
    if find_spec("jax"):
        found["JAX"] = jax_run
    if find_spec("torchsde"):
        found["torchsde"] = torchsde_run
    if find_spec("diffrax") and find_spec("jax"):
        found["diffrax"] = diffrax_run
    return found


def _count(position: np.ndarray, bins: int, histogram: np.ndarray) -> None:
    cell = ((position - LOW) * (bins / (HIGH - LOW))).astype(np.int32)
    inside = np.all((cell >= 0) & (cell < bins), axis=0)
    flat = cell[0, inside] if len(cell) == 1 else cell[0, inside] * bins + cell[1, inside]
    histogram += np.bincount(flat, minlength=len(histogram))


def numpy_run(workload: str, walkers: int) -> Run:
    """Whole arrays, written in place, no temporaries but those kept."""
    random = np.random.default_rng(0)
    d = 1 if workload == "W1" else 2
    x = np.zeros((d, walkers))
    bins = 200 if d == 1 else 64
    histogram = np.zeros(bins**d, dtype=np.int64)
    z, a, b, c, f = (np.empty(walkers) for _ in range(5))
    second = np.empty(walkers)
    step = {"W1": _numpy_w1, "W2": _numpy_w2, "W3": _numpy_w3(walkers)}[workload]

    def run(steps: int) -> None:
        for k in range(1, steps + 1):
            step(random, x, z, second, a, b, c, f)
            if k % EVERY == 0:
                _count(x, bins, histogram)

    return run


def _numpy_w1(random: Any, x: Any, z: Any, _second: Any, a: Any, b: Any, _c: Any, _f: Any) -> None:
    random.standard_normal(out=z)
    np.multiply(x[0], x[0], out=a)
    np.add(a, 1.0, out=b)
    np.sqrt(b, out=b)
    np.multiply(b, z, out=b)
    np.multiply(b, S * ETA, out=b)
    np.subtract(a, 1.0, out=a)
    np.multiply(a, x[0], out=a)
    np.multiply(a, ETA, out=a)
    np.subtract(x[0], a, out=x[0])
    np.add(x[0], b, out=x[0])


def _numpy_w2(random: Any, x: Any, z: Any, second: Any, a: Any, b: Any, c: Any, f: Any) -> None:
    random.standard_normal(out=z)
    random.standard_normal(out=second)
    p, q = x
    np.multiply(p, p, out=a)
    np.multiply(q, q, out=b)
    np.multiply(p, q, out=c)
    np.multiply(c, 0.5, out=c)
    np.add(a, 1.0, out=f)
    np.sqrt(f, out=f)  # the Cholesky factor of Σ
    np.divide(c, f, out=c)
    np.multiply(f, z, out=f)
    np.multiply(z, c, out=z)
    np.multiply(c, c, out=c)
    np.subtract(b, c, out=b)
    np.add(b, 1.0, out=b)
    np.sqrt(b, out=b)
    np.multiply(b, second, out=b)
    np.add(z, b, out=z)
    np.subtract(a, 1.0, out=a)  # the gradient
    np.multiply(a, p, out=a)
    np.multiply(q, 0.25, out=b)
    np.add(a, b, out=a)
    np.subtract(f, a, out=f)
    np.multiply(p, 0.25, out=b)
    np.add(b, q, out=b)
    np.subtract(z, b, out=z)
    np.multiply(f, ETA, out=f)
    np.multiply(z, ETA, out=z)
    np.add(p, f, out=p)
    np.add(q, z, out=q)


def _numpy_w3(walkers: int) -> Callable[..., None]:
    rows = regression_rows()
    a, b, y = (np.ascontiguousarray(rows[:, i]) for i in range(3))
    taken, other, target = (np.empty(walkers) for _ in range(3))

    def step(random: Any, x: Any, z: Any, second: Any, score: Any, part: Any, _c: Any, _f: Any) -> None:
        z[:] = 0.0
        second[:] = 0.0
        for _ in range(BATCH):
            index = random.integers(0, ROWS, walkers, dtype=np.uint16)
            np.take(a, index, out=taken, mode="clip")
            np.take(b, index, out=other, mode="clip")
            np.take(y, index, out=target, mode="clip")
            np.multiply(taken, x[0], out=score)
            np.multiply(other, x[1], out=part)
            np.add(score, part, out=score)
            np.subtract(score, target, out=score)
            np.multiply(taken, score, out=taken)
            np.multiply(other, score, out=other)
            np.add(z, taken, out=z)
            np.add(second, other, out=second)
        np.multiply(z, ETA / BATCH, out=z)
        np.multiply(second, ETA / BATCH, out=second)
        np.subtract(x[0], z, out=x[0])
        np.subtract(x[1], second, out=x[1])

    return step


def naive_run(workload: str, walkers: int) -> Run:
    """A loop over walkers with `np.random.standard_normal` in it, compiled by numba."""
    import numba

    rows = regression_rows()

    @numba.njit(fastmath=True)
    def w1(x: Any, steps: int, histogram: Any) -> None:
        for i in range(x.shape[1]):
            p = x[0, i]
            for k in range(1, steps + 1):
                p += -ETA * (p * p - 1) * p + ETA * S * math.sqrt(1 + p * p) * np.random.standard_normal()
                if k % EVERY == 0:
                    cell = int((p - LOW) * (200 / (HIGH - LOW)))
                    if 0 <= cell < 200:
                        histogram[cell] += 1
            x[0, i] = p

    @numba.njit(fastmath=True)
    def w2(x: Any, steps: int, histogram: Any) -> None:
        for i in range(x.shape[1]):
            p, q = x[0, i], x[1, i]
            for k in range(1, steps + 1):
                one, two = np.random.standard_normal(), np.random.standard_normal()
                root = math.sqrt(1 + p * p)
                cross = 0.5 * p * q / root
                rest = math.sqrt(1 + q * q - cross * cross)
                slope, other = (p * p - 1) * p + 0.25 * q, q + 0.25 * p
                p += ETA * (root * one - slope)
                q += ETA * (cross * one + rest * two - other)
                if k % EVERY == 0:
                    row, column = int((p - LOW) * (64 / (HIGH - LOW))), int((q - LOW) * (64 / (HIGH - LOW)))
                    if 0 <= row < 64 and 0 <= column < 64:
                        histogram[row * 64 + column] += 1
            x[0, i], x[1, i] = p, q

    @numba.njit(fastmath=True)
    def w3(x: Any, steps: int, histogram: Any) -> None:
        for i in range(x.shape[1]):
            p, q = x[0, i], x[1, i]
            for k in range(1, steps + 1):
                first = second = 0.0
                for _ in range(BATCH):
                    row = np.random.randint(0, ROWS)
                    residual = p * rows[row, 0] + q * rows[row, 1] - rows[row, 2]
                    first += residual * rows[row, 0]
                    second += residual * rows[row, 1]
                p -= ETA / BATCH * first
                q -= ETA / BATCH * second
                if k % EVERY == 0:
                    one, two = int((p - LOW) * (64 / (HIGH - LOW))), int((q - LOW) * (64 / (HIGH - LOW)))
                    if 0 <= one < 64 and 0 <= two < 64:
                        histogram[one * 64 + two] += 1
            x[0, i], x[1, i] = p, q

    kernel = {"W1": w1, "W2": w2, "W3": w3}[workload]
    x = np.zeros((1 if workload == "W1" else 2, walkers))
    histogram = np.zeros(200 if workload == "W1" else 64 * 64, dtype=np.int64)
    return lambda steps: kernel(x, steps, histogram)


def torch_run(workload: str, walkers: int) -> Run:
    """Eager torch on one thread, float64."""
    import torch  # type: ignore[import-not-found]

    torch.set_num_threads(1)
    x = torch.zeros(2, walkers, dtype=torch.float64)
    rows = torch.from_numpy(regression_rows())

    def step() -> None:
        if workload == "W1":
            p = x[0]
            x[0] = p - ETA * (p * p - 1) * p + ETA * S * torch.sqrt(1 + p * p) * torch.randn_like(p)
            return
        p, q = x[0].clone(), x[1].clone()
        if workload == "W2":
            one, two = torch.randn_like(p), torch.randn_like(p)
            root = torch.sqrt(1 + p * p)
            cross = 0.5 * p * q / root
            x[0] += ETA * (root * one - (p * p - 1) * p - 0.25 * q)
            x[1] += ETA * (cross * one + torch.sqrt(1 + q * q - cross * cross) * two - q - 0.25 * p)
            return
        chosen = rows[torch.randint(0, ROWS, (walkers, BATCH))]
        residual = chosen[..., 0] * p[:, None] + chosen[..., 1] * q[:, None] - chosen[..., 2]
        x[0] -= ETA * (residual * chosen[..., 0]).mean(1)
        x[1] -= ETA * (residual * chosen[..., 1]).mean(1)

    def run(steps: int) -> None:
        for k in range(1, steps + 1):
            step()
            if k % EVERY == 0:
                torch.histc(x[0], 200, LOW, HIGH)

    return run


def jax_run(workload: str, walkers: int) -> Run:
    """JAX, jit over a scan, float64."""
    import jax  # type: ignore[import-not-found]

    jax.config.update("jax_enable_x64", True)
    jnp, rows = jax.numpy, jax.numpy.asarray(regression_rows())

    def step(state: Any, _: Any) -> Any:
        x, key = state
        key, one, two = jax.random.split(key, 3)
        p, q = x
        if workload == "W1":
            noise = S * jnp.sqrt(1 + p * p) * jax.random.normal(one, p.shape, dtype=p.dtype)
            x = jnp.stack([p - ETA * (p * p - 1) * p + ETA * noise, q])
        elif workload == "W2":
            first, second = (jax.random.normal(w, p.shape, dtype=p.dtype) for w in (one, two))
            root = jnp.sqrt(1 + p * p)
            cross = 0.5 * p * q / root
            rest = jnp.sqrt(1 + q * q - cross * cross)
            slope, other = (p * p - 1) * p + 0.25 * q, q + 0.25 * p
            x = jnp.stack(
                [p + ETA * (root * first - slope), q + ETA * (cross * first + rest * second - other)]
            )
        else:
            chosen = rows[jax.random.randint(one, (walkers, BATCH), 0, ROWS)]
            residual = chosen[..., 0] * p[:, None] + chosen[..., 1] * q[:, None] - chosen[..., 2]
            x = x - ETA * jnp.stack([(residual * chosen[..., c]).mean(1) for c in (0, 1)])
        return (x, key), None

    def ten(state: Any) -> Any:
        state, _ = jax.lax.scan(step, state, None, length=EVERY)
        return state, jnp.histogram(state[0][0], 200, (LOW, HIGH))[0]

    compiled = jax.jit(ten)
    held = [(jnp.zeros((2, walkers)), jax.random.PRNGKey(0))]

    def run(steps: int) -> None:
        for _ in range(steps // EVERY):
            held[0], counts = compiled(held[0])
            counts.block_until_ready()

    return run


def torchsde_run(workload: str, walkers: int) -> Run:
    """Torchsde's Euler method for W1 (the others have no direct counterpart there)."""
    import torch
    import torchsde  # type: ignore[import-not-found]

    if workload != "W1":
        raise NotImplementedError

    class Well(torch.nn.Module):  # type: ignore[misc, name-defined]
        noise_type, sde_type = "diagonal", "ito"

        def f(self, _t: Any, y: Any) -> Any:
            return -(y * y - 1) * y

        def g(self, _t: Any, y: Any) -> Any:
            return S * math.sqrt(ETA) * torch.sqrt(1 + y * y)

    held = [torch.zeros(walkers, 1, dtype=torch.float64)]

    def run(steps: int) -> None:
        times = torch.tensor([0.0, steps * ETA], dtype=torch.float64)
        with torch.no_grad():
            held[0] = torchsde.sdeint(Well(), held[0], times, dt=ETA, method="euler")[-1]

    return run


def diffrax_run(workload: str, walkers: int) -> Run:
    """Diffrax's Euler method for W1 (the others have no direct counterpart there)."""
    import diffrax  # type: ignore[import-not-found]
    import jax

    if workload != "W1":
        raise NotImplementedError
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def solve(y: Any, key: Any, steps: int) -> Any:
        path = diffrax.VirtualBrownianTree(0.0, steps * ETA, ETA / 4, y.shape, key)
        terms = diffrax.MultiTerm(
            diffrax.ODETerm(lambda _t, y, _a: -(y * y - 1) * y),
            diffrax.ControlTerm(lambda _t, y, _a: jnp.diag(S * math.sqrt(ETA) * jnp.sqrt(1 + y * y)), path),
        )
        return diffrax.diffeqsolve(terms, diffrax.Euler(), 0.0, steps * ETA, ETA, y).ys[-1]

    compiled = jax.jit(jax.vmap(solve, in_axes=(0, 0, None)), static_argnums=2)
    held = [jnp.zeros((walkers, 1))]

    def run(steps: int) -> None:
        keys = jax.random.split(jax.random.PRNGKey(0), walkers)
        held[0] = compiled(held[0], keys, steps)
        held[0].block_until_ready()

    return run
