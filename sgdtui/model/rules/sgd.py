"""SGD itself: x <- x - eta*g, or a heavy ball v <- momentum*v - eta*g, x <- x + v.

Dampened, the gradient counts 1 - dampening, but for the first step, as in torch.optim.SGD.
"""

from sgdtui.model.rules.rule import Rule

RULE = Rule(
    name="sgd",
    title="SGD",
    formulas=(("move", "-eta*g"),),
    carried=(
        ("share", "where(age == 0, 1, 1 - dampening)"),
        ("velocity", "momentum*velocity - eta*share*g"),
        ("move", "velocity"),
    ),
    carries=("velocity",),
    odd=frozenset({"velocity"}),
    source="Robbins and Monro 1951; Polyak 1964",
    why="with decoupled decay or dampening the heavy ball is another than the one whose law is known",
)
