"""SGD with the gradient cut to a greatest length: torch.nn.utils.clip_grad_norm_ before torch.optim.SGD.

The 1e-6 beside the length is torch's own.
"""

from sgdtui.model.rules.rule import Rule, RuleNumber

CUT = ("cut", "min(1, norm/(length + 1e-6))")

RULE = Rule(
    name="clip",
    title="clipped SGD",
    formulas=(CUT, ("move", "-eta*cut*g")),
    carried=(CUT, ("velocity", "momentum*velocity - eta*cut*g"), ("move", "velocity")),
    carries=("velocity",),
    odd=frozenset({"velocity"}),
    numbers=(RuleNumber("norm", 1.0, "greatest length of the gradient", 0.0, open_low=True),),
    source="Pascanu, Mikolov and Bengio 2013",
    why="a gradient that is cut with its noise has another mean than the loss's slope and another variance than Σ",
)
