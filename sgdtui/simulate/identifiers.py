"""Python names for what a person named: their own, unless the kernel needs them for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TAKEN = frozenset(
    "walkers draws work streams rows memory dials sizes k t first steps lanes mode step lane np math kernel float32 "
    "uint32 ZERO eta eta_0 dt amplitude momentum coupling convention batch example examples row word index scale "
    "a b u w swarm size mean members left arrived abs range min max float int pull score residual half noise_scale".split()
)
_OURS = re.compile(
    r"(part|draw|kick|spread|drift|low|length|lane|speed|pull|turned|fold|star|mid|moved|new|force|factor|gradient|"
    r"column|covariance|pivot|hit|sd|rate|inverse|TURN|BACK|SHIFT|MULTIPLIER)(_.*)?$"
)


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """A different Python identifier for every name, none of which a generated kernel uses for itself."""
    result: dict[str, str] = {}
    for name in names:
        safe = name
        while safe in _TAKEN or _OURS.match(safe) or safe.endswith("_squared") or safe in result.values():
            safe += "_"
        result[name] = safe
    return result
