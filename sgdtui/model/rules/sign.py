"""The sign of the gradient alone; with momentum the sign of its running mean (signum)."""

from sgdtui.model.rules.rule import Rule

RULE = Rule(
    name="sign",
    title="sign SGD",
    formulas=(("move", "-eta*sign(g)"),),
    carried=(("mean", "momentum*mean + (1 - momentum)*g"), ("move", "-eta*sign(mean)")),
    carries=("mean",),
    odd=frozenset({"mean"}),
    source="Bernstein, Wang, Azizzadenesheli and Anandkumar 2018",
    why="every step of the sign has the length eta: it pulls by how probable a sign is, not by the gradient, so that "
    "exp(-L/T) means nothing for it",
)
