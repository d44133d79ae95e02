"""AdamW: Adam with decoupled weight decay, .01 where none is given."""

from dataclasses import replace

from sgdtui.model.rules import adam

RULE = replace(
    adam.RULE, name="adamw", title="AdamW", decay=0.01, source="Loshchilov and Hutter 2019", why=adam.WHY
)
