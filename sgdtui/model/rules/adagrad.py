"""Adagrad: the gradient over the root of the sum of all its squares so far."""

from sgdtui.model.rules.rule import Rule, RuleNumber

RULE = Rule(
    name="adagrad",
    title="Adagrad",
    formulas=(("total", "total + g**2"), ("move", "-eta*g/(sqrt(total) + epsilon)")),
    moments=("total",),
    numbers=(RuleNumber("epsilon", 1e-10, "added to the root of the sum, ε", 0.0),),
    source="Duchi, Hazan and Singer 2011",
    why="the sum of squares grows with every step, so that steps shrink for ever: there is no stationary law",
    settles=False,
)
