"""Nesterov's momentum as torch.optim.SGD(nesterov=True) takes it: the gradient is that of x, the step looks ahead."""

from sgdtui.model.rules.rule import Rule

RULE = Rule(
    name="nesterov",
    title="Nesterov's momentum",
    formulas=None,
    carried=(("velocity", "momentum*velocity - eta*g"), ("move", "momentum*velocity - eta*g")),
    carries=("velocity",),
    odd=frozenset({"velocity"}),
    source="Nesterov 1983; Sutskever, Martens, Dahl and Hinton 2013",
    why="with Nesterov's momentum the chain is one of position and velocity, and noise enters both by one draw",
)
