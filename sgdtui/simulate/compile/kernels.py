"""From a program's text to the addresses and calls of its machine code."""

from __future__ import annotations

import hashlib
import inspect
import sys
import types as python_types
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sgdtui.simulate.compile import cache
from sgdtui.simulate.driver import arrivals, draws, driver, flow, lanes, layout, record
from sgdtui.simulate.machine import aligned, function_pointer, prefetch, simd, vector_functions, vectors
from sgdtui.simulate.program import Program

NAMES: dict[str, object] = {
    **draws.NAMES,
    "int64": np.int64,
    "uint64": np.uint64,
    "HALF_WORD": np.uint64(32),
    "prefetch": prefetch.prefetch,
    "eight": simd.eight,
    "put": simd.put,
    "turned": simd.turned,
    "float32": np.float32,
    **{name: getattr(vectors, name) for name in vectors.NAMES},
    **{name: getattr(vector_functions, name) for name in vector_functions.NAMES},
    "ADVANCE": layout.ADVANCE,
    "OBSERVE": layout.OBSERVE,
    "FORCE": layout.FORCE,
}
"""What a generated step may name beside its arguments."""


@dataclass(frozen=True, slots=True)
class Kernels:
    """`drive` advances a range of blocks; the addresses are what it is given to draw and to step with."""

    drive: Callable[..., float]
    draw_address: int
    step_address: int
    from_disk: bool
    kept: tuple[cache.Compiled, ...]


def kernels(program: Program) -> Kernels:
    """Compile a program, or find it in memory or on disk."""
    driving = _driver()
    drawing = _draws(program.law) if program.law is not None and program.draws else None
    stepping = _step(program.source)
    return Kernels(
        drive=driving.call,
        draw_address=drawing.address if drawing is not None else 0,
        step_address=stepping.address,
        from_disk=stepping.from_disk,
        kept=tuple(part for part in (driving, drawing, stepping) if part is not None),
    )


@lru_cache(maxsize=1)
def _driver() -> cache.Compiled:
    text = _source(driver, arrivals, lanes, record, flow, prefetch, function_pointer, aligned, layout)
    return cache.compiled(driver.drive, driver.SIGNATURE, text, from_python=True, reassociate=True)


@lru_cache(maxsize=16)
def _draws(kind: str) -> cache.Compiled:
    text = draws.source(kind)
    return cache.compiled(_function(text, "draw", draws.NAMES), function_pointer.DRAW_SIGNATURE, text)


@lru_cache(maxsize=64)
def _step(text: str) -> cache.Compiled:
    whole = text + _source(simd, prefetch, vectors, vector_functions)
    return cache.compiled(_function(text, "kernel", NAMES), function_pointer.STEP_SIGNATURE, whole)


@lru_cache(maxsize=2)
def _source(*modules: python_types.ModuleType) -> str:
    return "".join(Path(inspect.getfile(module)).read_text(encoding="utf-8") for module in modules)


def _function(text: str, name: str, names: dict[str, object]) -> Callable[..., Any]:
    """The function that a text of our own making defines, in a module of its own that numba can find again."""
    module_name = f"sgdtui_kernel_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    module = python_types.ModuleType(module_name)
    module.__dict__.update(names)
    sys.modules[module_name] = module
    exec(compile(text, f"<{module_name}>", "exec"), module.__dict__)
    function: Callable[..., Any] = module.__dict__[name]
    return function
