"""Write torch_steps.json: where torch.optim goes in twenty steps, for every rule. Needs torch, which no test does.

    python tests/model/rules/make_torch_steps.py

The gradient is given to torch as numbers (`tests.model.rules.cases.gradient`), so that only the rule is torch's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tests.model.rules.cases import CASES, ETA, START, STEPS, Case, gradient

Step = Callable[[torch.nn.Parameter], torch.optim.Optimizer | None]


def optimizer_of(case: Case, weights: torch.nn.Parameter) -> torch.optim.Optimizer:
    """The optimiser of torch that a case is about; sign SGD is SGD on the sign of the gradient."""
    numbers = dict(case.numbers)
    moved: dict[str, Any] = {"lr": ETA}
    if case.rule in ("adam", "adamw"):
        moved |= {"betas": (numbers["beta1"], numbers["beta2"]), "eps": numbers["epsilon"]}
        moved["weight_decay"] = case.decay
        # Decoupled decay is torch's AdamW, whatever it is called here.
        return torch.optim.AdamW([weights], **moved)
    if case.rule == "rmsprop":
        moved |= {"alpha": numbers["alpha"], "eps": numbers["epsilon"], "momentum": case.momentum}
        return torch.optim.RMSprop([weights], **moved)
    if case.rule == "adagrad":
        return torch.optim.Adagrad([weights], lr=ETA, eps=numbers["epsilon"])
    nesterov = case.rule == "nesterov"
    return torch.optim.SGD(
        [weights], lr=ETA, momentum=case.momentum, dampening=case.dampening, nesterov=nesterov
    )


def walked(case: Case) -> list[list[float]]:
    """The weights after each step."""
    weights = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = optimizer_of(case, weights)
    path = []
    for step in range(STEPS):
        slope = torch.tensor(gradient(weights.detach().numpy(), step), dtype=torch.float64)
        weights.grad = slope.sign() if case.rule == "sign" else slope
        if case.rule == "clip":
            torch.nn.utils.clip_grad_norm_([weights], dict(case.numbers)["norm"])
        if case.decay and case.rule not in ("adam", "adamw"):
            # As torch's AdamW does it: the weights fade before the step that their gradient gives.
            with torch.no_grad():
                weights.mul_(1 - ETA * case.decay)
        optimizer.step()
        path.append(weights.detach().tolist())
    return path


if __name__ == "__main__":
    told = {"torch": torch.__version__, "made by": Path(__file__).name}
    told |= {name: walked(case) for name, case in CASES.items()}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in told.items()]
    Path(__file__).with_name("torch_steps.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
