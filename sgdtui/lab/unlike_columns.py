"""Columns of data whose sizes differ by orders of magnitude: no one learning rate suits them."""

from __future__ import annotations

from sgdtui.compare import why
from sgdtui.model.experiment import Experiment

_UNLIKE = 100.0
"""Times one column is larger than another: the curvatures then differ by its square."""


def advice_on_columns(experiment: Experiment) -> str:
    """A sentence for a built-in model whose feature columns are of unlike size; empty where they are not."""
    sizes: dict[str, float] = getattr(experiment.system, "feature_sizes", {})
    if not sizes:
        return ""
    large, small = max(sizes, key=sizes.__getitem__), min(sizes, key=sizes.__getitem__)
    if sizes[small] <= 0 or sizes[large] <= _UNLIKE * sizes[small]:
        return ""
    return why.unlike_columns((large, sizes[large]), (small, sizes[small]))
