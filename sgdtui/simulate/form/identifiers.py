"""Python names for what a person named: their own, unless the kernel needs them for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = """
    walkers draws work streams rows memory places dials sizes k t first steps lanes mode kernel step np math
    float32 int32 uint32 uint64 int64 float int abs range min max len carray ZERO ONE SIGN BIT BITS LOWEST MANTISSA
    FRACTION UNIT MIDDLE OCTAVE EIGHTH LN2 ADVANCE OBSERVE FORCE MULTIPLIER eta eta_0 dt amplitude momentum
    coupling convention noise_scale scale ridge half mean held swarm size table batch begin some example examples
    earlier last taken other epoch wanted left weight weights score scores residual odds arrived members
"""
_STEMS = """
    part observed outside variance was draw kick spread drift low length lane speed pull turned fold star mid moved new
    force factor rule moment gradient column covariance pivot hit sd rate inverse seed word turn normal slope sum
    total minus share place target second member pick picks picked up down rest tumbling drawn direction own push
    half_word
    TURN BACK SHIFT HALF LOG SIN COS ROOT
"""
_OURS = re.compile(rf"({'|'.join(_WORDS.split())})$|({'|'.join(_STEMS.split())})(_.*)?$|.*_squared$")


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """A different Python identifier for every name, none of which a generated kernel uses for itself."""
    result: dict[str, str] = {}
    for name in names:
        plain = name.replace("[", "_").replace("]", "")  # w[3], a number of a vector
        safe = f"my_{plain}" if _OURS.match(plain) else plain
        while safe in result.values():
            safe += "_"
        result[name] = safe
    return result
