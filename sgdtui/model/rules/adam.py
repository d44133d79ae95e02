"""Adam: the running mean of the gradient over the root of that of its square, both corrected for their start at 0."""

from sgdtui.model.rules.rule import Rule, RuleNumber

MOMENTS = ("mean", "square")
FORMULAS = (
    ("mean", "beta1*mean + (1 - beta1)*g"),
    ("square", "beta2*square + (1 - beta2)*g**2"),
    ("rate", "eta/(1 - beta1**(age + 1))"),
    ("unbias", "1/sqrt(1 - beta2**(age + 1))"),
    ("move", "-rate*mean/(sqrt(square)*unbias + epsilon)"),
)
NUMBERS = (
    RuleNumber("beta1", 0.9, "memory of the gradient's mean, β₁", 0.0, 1.0, open_high=True),
    RuleNumber("beta2", 0.999, "memory of the gradient's square, β₂", 0.0, 1.0, open_high=True),
    RuleNumber("epsilon", 1e-8, "added to the root of the square, ε", 0.0),
)
WHY = (
    "Adam divides a remembered mean of the gradient by the root of a remembered mean of its square: x alone is no "
    "Markov chain, and Gibbs, a law of plain SGD, means nothing for it"
)

RULE = Rule(
    name="adam",
    title="Adam",
    formulas=FORMULAS,
    moments=MOMENTS,
    odd=frozenset({"mean"}),
    numbers=NUMBERS,
    source="Kingma and Ba 2015",
    why=WHY,
)
