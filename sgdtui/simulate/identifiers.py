"""Python names for what a person named: their own, unless the kernel needs them for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TAKEN = frozenset(
    [
        "walkers",
        "draws",
        "work",
        "streams",
        "rows",
        "memory",
        "dials",
        "sizes",
        "k",
        "t",
        "first",
        "steps",
        "lanes",
        "mode",
        "kernel",
        "step",
        "lane",
        "np",
        "math",
        "float32",
        "uint32",
        "uint64",
        "int64",
        "ZERO",
        "eta",
        "eta_0",
        "dt",
        "amplitude",
        "momentum",
        "coupling",
        "convention",
        "noise_scale",
        "scale",
        "half",
        "batch",
        "example",
        "examples",
        "place",
        "weight",
        "score",
        "residual",
        "swarm",
        "size",
        "mean",
        "members",
        "arrived",
        "picks",
        "picked",
        "wanted",
        "taken",
        "last",
        "earlier",
        "begin",
        "column",
        "share",
        "abs",
        "range",
        "min",
        "max",
        "float",
        "int",
    ]
)
_OURS = re.compile(
    r"(part|observed|outside|variance|was|draw|kick|spread|drift|low|length|lane|speed|pull|turned|fold|star|mid|moved|new|force|factor|gradient|"
    r"column|covariance|pivot|hit|sd|rate|inverse|seed|word|turn|normal|slope|sum|odds|minus|share|place|score|target|second|member|pick|up|down|rest|tumbling|direction|TURN|BACK|SHIFT|MULTIPLIER)(_.*)?$"
)


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """A different Python identifier for every name, none of which a generated kernel uses for itself."""
    result: dict[str, str] = {}
    for name in names:
        safe = name
        if safe in _TAKEN or _OURS.match(safe) or safe.endswith("_squared"):
            safe = f"own_{safe}_"
        while safe in result.values():
            safe += "_"
        result[name] = safe
    return result
