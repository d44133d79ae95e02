"""RMSprop: the gradient over the root of the running mean of its square; with momentum that quotient is carried on."""

from sgdtui.model.rules.rule import Rule, RuleNumber

SQUARE = ("square", "alpha*square + (1 - alpha)*g**2")

RULE = Rule(
    name="rmsprop",
    title="RMSprop",
    formulas=(SQUARE, ("move", "-eta*g/(sqrt(square) + epsilon)")),
    moments=("square",),
    carried=(
        SQUARE,
        ("velocity", "momentum*velocity - eta*g/(sqrt(square) + epsilon)"),
        ("move", "velocity"),
    ),
    carries=("square", "velocity"),
    odd=frozenset({"velocity"}),
    numbers=(
        RuleNumber("alpha", 0.99, "memory of the gradient's square, α", 0.0, 1.0, open_high=True),
        RuleNumber("epsilon", 1e-8, "added to the root of the square, ε", 0.0),
    ),
    source="Tieleman and Hinton 2012",
    why="RMSprop divides by the root of a remembered mean of squares: x alone is no Markov chain, and Gibbs, a law of "
    "plain SGD, means nothing for it",
)
