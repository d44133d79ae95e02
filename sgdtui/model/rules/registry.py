"""The rules of the step that there are. One more is a file beside `sgdtui.model.rules.adam` and an entry here."""

from sgdtui.model.rules import adagrad, adam, adamw, clip, nesterov, rmsprop, sgd, sign
from sgdtui.model.rules.rule import Rule
from sgdtui.registry import Registry

RULES: Registry[Rule] = Registry(
    "rule of the step",
    (rule.RULE for rule in (sgd, nesterov, adam, adamw, rmsprop, sign, adagrad, clip)),
)
"""In the order in which they are told."""
