"""What machine code is made for: this processor, with vectors as wide as it has them.

LLVM keeps to vectors of 256 bits on Intel's processors with AVX-512, because the first of them turned their clock down
for wider ones. From Ice Lake on (it brought AVX-512 VBMI2) they hardly do, and walkers take a quarter more steps. The
choice belongs to the process and falls when numba makes its compiler, so this module comes before any `njit`; where
the user chose features (`NUMBA_CPU_FEATURES`) or numba is older than this import, theirs stand.
"""

from __future__ import annotations

from typing import Any

import numba
from numba.core import codegen, registry

WITHOUT_PENALTY = "+avx512vbmi2"
WHOLE_VECTORS = "-prefer-256-bit"


def _use_whole_vectors() -> None:
    config: Any = numba.config
    host_features: Any = codegen.get_host_cpu_features
    if config.CPU_FEATURES is None and config.CPU_NAME is None:
        features = host_features()
        if WITHOUT_PENALTY in features.split(","):
            config.CPU_FEATURES = f"{features},{WHOLE_VECTORS}"


_use_whole_vectors()

njit: Any = numba.njit
"""Numba's, whose stubs do not know every option; from here, so that the choice above comes first."""


def compiled_for() -> tuple[str, str, str]:
    """Platform, name and features of the processor that numba compiles for in this process."""
    target: Any = registry.cpu_target.target_context
    triple, name, features = target.codegen().magic_tuple()
    return triple, name, features
