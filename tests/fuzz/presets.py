"""A seeded generator of small random presets, of every form, in 1 to 4 dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

VARIABLES = ("x", "y", "z", "w")


class Dice:
    """Random choices from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def one(self, *of: Any) -> Any:
        """One of the arguments."""
        return of[int(self.rng.integers(len(of)))]

    def chance(self, probability: float) -> bool:
        """True so often."""
        return bool(self.rng.random() < probability)

    def number(self, low: float, high: float) -> float:
        """A number of three digits."""
        return float(f"{self.rng.uniform(low, high):.3g}")

    def decades(self, low: float, high: float) -> float:
        """A number of two digits, even in its logarithm."""
        return float(f"{np.exp(self.rng.uniform(np.log(low), np.log(high))):.2g}")


def preset(seed: int) -> dict[str, Any]:
    """The preset of a seed, as a document."""
    dice = Dice(seed)
    form = dice.one("loss", "loss", "loss", "drift", "drift", "sample", "sample", "model", "hops", "tumble")
    document = _FORMS[form](dice)
    document["title"] = f"fuzz {seed}"
    document["run"] = {
        "walkers": int(dice.one(64, 256, 1024, 4096)),
        "seed": seed,
        "every": int(dice.one(1, 5, 10)),
        **_lengths(dice, form),
    }
    return document


def _lengths(dice: Dice, form: str) -> dict[str, Any]:
    if form == "hops" or dice.chance(0.85):
        return {"burn_in": int(dice.one(0, 100, 1000, 1000)), "steps": int(dice.one(10, 200, 1000, 3000))}
    return {}


# --- the forms


def _loss(dice: Dice) -> dict[str, Any]:
    d = int(dice.one(1, 1, 1, 2, 2, 3, 4))
    names = VARIABLES[:d]
    document: dict[str, Any] = {"variables": list(names), "loss": " + ".join(_well(dice, n) for n in names)}
    if d > 1 and dice.chance(0.4):
        document["loss"] += f" + {dice.number(-0.5, 0.5)}*{names[0]}*{names[1]}"
    if dice.chance(0.2):
        document["parameters"] = {"s": {"value": dice.number(0.2, 2), "min": 0.1, "max": 3}}
        document["loss"] = f"s*({document['loss']})"
    document["noise"] = _noise(dice, names)
    return _common(dice, document, names, momentum=True)


def _drift(dice: Dice) -> dict[str, Any]:
    d = int(dice.one(1, 1, 2, 2, 3))
    names = VARIABLES[:d]
    pulls = []
    for i, n in enumerate(names):
        turn = f" + {dice.number(-3, 3)}*{names[(i + 1) % d]}" if d > 1 and dice.chance(0.6) else ""
        pulls.append(_pull(dice, n) + turn)
    document = {"variables": list(names), "drift": pulls, "noise": _noise(dice, names)}
    return _common(dice, document, names, momentum=False)


def _sample(dice: Dice) -> dict[str, Any]:
    d = int(dice.one(1, 1, 2, 3))
    weights = VARIABLES[:d]
    columns = [f"c{i}" for i in range(d + 1)]
    score = " + ".join(f"{w}*{c}" for w, c in zip(weights, columns, strict=False))
    loss = dice.one(
        f"({score} - {columns[-1]})**2/2",
        f"abs({score} - {columns[-1]})",
        f"log(1 + exp(-({score})*{columns[-1]}))",
        f"(tanh({score}) - {columns[-1]})**2",
        f"({score} - {columns[-1]})**2/2 + {dice.number(0, 0.3)}*{weights[0]}**2",
    )
    sample: dict[str, Any] = {"loss": loss, "variables": list(weights)}
    fresh = dice.chance(0.5)
    sample["data"] = {c: _column(dice) for c in columns} if fresh else _rows(dice, len(columns))
    if not fresh:
        sample["columns"] = columns
        sample["draw"] = dice.one("replacement", "replacement", "distinct", "reshuffle")
    document = {"sample": sample}
    dynamics: dict[str, Any] = {"eta": dice.decades(0.01, 1), "batch": int(dice.one(1, 1, 2, 3))}
    if dice.chance(0.2):
        dynamics |= {"kind": "sde", "dt": dice.decades(0.003, 0.1)}
    elif dice.chance(0.2):
        dynamics["momentum"] = dice.number(0, 0.95)
    document["dynamics"] = dynamics
    return _place(dice, document, weights)


def _model(dice: Dice) -> dict[str, Any]:
    d = int(dice.one(1, 2, 3))
    model = dice.one("linear-regression", "logistic-regression")
    rows = _rows(dice, d + 1)
    if model == "logistic-regression":
        rows = [[*row[:-1], float(row[-1] > 0)] for row in rows]
    columns = [f"c{i}" for i in range(d)] + ["target"]
    sample: dict[str, Any] = {"model": model, "data": rows, "columns": columns, "target": "target"}
    if dice.chance(0.5):
        sample["ridge"] = dice.decades(0.001, 1)
    document = {"sample": sample, "dynamics": {"eta": dice.decades(0.01, 2), "batch": int(dice.one(1, 2, 4))}}
    return document


def _hops(dice: Dice) -> dict[str, Any]:
    hops: dict[str, Any] = {
        "states": int(dice.one(2, 5, 10, 40)),
        "rate": dice.one("1", "1 + x", "2 + sin(x)", "1/(1 + x)", "exp(-x/5)", "x", "1 + (x > 3)"),
        "evaluate": dice.one("source", "destination", "symmetric", 0.3),
    }
    document: dict[str, Any] = {"hops": hops}
    if dice.chance(0.5):
        document["observe"] = {"low": "x < 2", "m2": "x**2"}
    return document


def _tumble(dice: Dice) -> dict[str, Any]:
    document: dict[str, Any] = {
        "tumble": {
            "speed": dice.one("1", "1 + x**2/4", "2 + tanh(x)", "0.5 + abs(x)"),
            "rate": dice.one("1", "2 + x", "1 + x**2", "0.3"),
        },
        "space": {"domain": [[-1.5, 1.5]], "boundary": dice.one("reflect", "periodic")},
        "dynamics": {"dt": dice.decades(0.003, 0.1)},
    }
    return document


_FORMS = {
    "loss": _loss,
    "drift": _drift,
    "sample": _sample,
    "model": _model,
    "hops": _hops,
    "tumble": _tumble,
}


# --- their parts


def _well(dice: Dice, x: str) -> str:
    a = dice.decades(0.1, 10)
    return str(
        dice.one(
            f"{a}*{x}**2/2",
            f"{a}*{x}**2/2",
            f"{a}*({x}**4/4 - {x}**2/2)",
            f"{a}*abs({x} - 0.3)",
            f"{a}*sqrt(1 + {x}**2)",
            f"{a}*log(1 + {x}**2)",
            f"{a}*(exp({x}) - {x})",
            f"{a}*cosh({x})",
            f"{a}*(1 - cos({x}))",
            f"-{a}*exp(-{x}**2)",
            f"{a}*max({x}, -2*{x})",
            f"{a}*{x}**2/2*({x} > 0) + {x}**2/2*({x} <= 0)",
            f"{a}*{x}",
            "0",
            f"{x} - {a}*log({x})",
            f"{a}*{x}**4",
        )
    )


def _pull(dice: Dice, x: str) -> str:
    a = dice.decades(0.1, 10)
    return str(
        dice.one(
            f"-{a}*{x}", f"-{a}*{x}", f"{x} - {x}**3", f"-{a}*sign({x})", f"-{a}*tanh({x})", f"-{a}*{x}/(1 + {x}**2)",
            f"{a}*(1 - {x})", f"1/sqrt({x}) - {x}", f"{a}", f"-{x}**3", f"sin({x})", f"{a}*{x}", f"-exp({x}) + 1",
        )
    )  # fmt: skip


def _scalar_noise(dice: Dice, x: str) -> str:
    a = dice.decades(0.05, 5)
    return str(
        dice.one(
            f"{a}", f"{a}", f"{a}", f"{a}*(1 + {x}**2)", f"{a}*(1 + tanh(4*{x})/2)", f"{a}*{x}**2",
            f"{a}*(1 + ({x} > 0))",
            f"{a}*exp(-{x}**2)", f"{a}*abs({x})", "0", f"{a}/(1 + {x}**2)", f"{a}/eta", f"max(0, {x})", f"{a} + {x}/10",
        )
    )  # fmt: skip


def _noise(dice: Dice, names: tuple[str, ...]) -> Any:
    law = dice.one(
        "gaussian", "gaussian", "gaussian", "rademacher", "uniform", "laplace", "student-t(5)", "stable(1.5)"
    )
    if len(names) == 1 or dice.chance(0.5):
        covariance: Any = _scalar_noise(dice, names[0])
    elif len(names) == 2 and dice.chance(0.4):
        a, b, r = dice.decades(0.1, 3), dice.decades(0.1, 3), dice.number(-1, 1)
        cross = f"{r}*sqrt({a}*{b})"
        covariance = [[f"{a}", cross], [cross, f"{b}"]]
    else:
        covariance = [_scalar_noise(dice, n) for n in names]
    return {"covariance": covariance, "law": law}


def _common(dice: Dice, document: dict[str, Any], names: tuple[str, ...], momentum: bool) -> dict[str, Any]:
    dynamics: dict[str, Any] = {"eta": dice.decades(0.005, 1), "batch": int(dice.one(1, 1, 1, 4, 20))}
    if dice.chance(0.4):
        dynamics |= {"kind": "sde", "dt": dice.decades(0.002, 0.1)}
        if dice.chance(0.25):
            dynamics["convention"] = dice.one("stratonovich", "anti-ito", 0.3)
    else:
        if momentum and dice.chance(0.2):
            dynamics["momentum"] = dice.number(0, 0.95)
        if dice.chance(0.1):
            dynamics["schedule"] = dice.one("eta/(1 + k/100)", "eta*(1 + sin(k/20))/2", "eta/sqrt(1 + k)")
    if dice.chance(0.08):
        dynamics["swarm"] = {"size": int(dice.one(2, 8)), "coupling": dice.number(0, 5)}
    document["dynamics"] = dynamics
    return _place(dice, document, names)


def _place(dice: Dice, document: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    axes = min(2, len(names))
    if dice.chance(0.6):
        width = dice.decades(0.5, 20)
        space: dict[str, Any] = {"domain": [[-width, width * dice.one(1, 2)] for _ in range(axes)]}
        if dice.chance(0.3):
            space["boundary"] = dice.one("reflect", "periodic", ["reflect", "open"][:axes])
        if dice.chance(0.1):
            space["domain"] = [[0, width]] * axes
            space["boundary"] = "reflect"
        document["space"] = space
    if dice.chance(0.4):
        start = [dice.number(-2, 2) for _ in names]
        document["start"] = {"at": [abs(s) + 0.1 for s in start]} if dice.chance(0.5) else {"at": start}
    if dice.chance(0.4):
        x = names[0]
        document["observe"] = {"right": f"{x} > {dice.number(-1, 1)}", "m2": f"{x}**2"}
    if dice.chance(0.08):
        document["until"] = f"{names[0]} > {dice.number(0.2, 3)}"
    return document


def _column(dice: Dice) -> str:
    return str(
        dice.one(
            f"normal({dice.number(-1, 1)}, {dice.decades(0.1, 2)})",
            f"uniform(-1, {dice.number(0, 2)})",
            f"exponential({dice.decades(0.2, 2)})",
            f"bernoulli({dice.number(0.1, 0.9)})",
            "choice([-1, 0, 2], [0.3, 0.3, 0.4])",
        )
    )


def _rows(dice: Dice, columns: int) -> list[list[float]]:
    count = int(dice.one(2, 3, 5, 12))
    rows = np.round(dice.rng.normal(size=(count, columns)) * dice.decades(0.3, 3), 3)
    if dice.chance(0.2):
        rows[:, 0] = 1.0
    if rows[:, -1].min() == rows[:, -1].max():
        rows[0, -1] += 1
    if count > 1 and (rows[:, -1] > 0).all() | (rows[:, -1] <= 0).all():
        rows[0, -1] = -rows[0, -1] or -1.0
    return [list(map(float, row)) for row in rows]
