"""Calling one compiled function from another by its address, so that the driver is compiled once, not once a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba.extending import intrinsic

types: Any = numba.types


def _intrinsic(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    make: Any = intrinsic
    made: Callable[[Any, Any], Any] = make(function)
    return made


_POINTER = types.CPointer

DRAW_SIGNATURE = types.void(
    _POINTER(types.float32),
    _POINTER(types.uint32),
    _POINTER(types.uint32),
    types.intp,
    types.intp,
    types.intp,
    types.intp,
    types.float64,
)
"""out, a_words, b_words, rows, capacity, lanes, batch, shape (see `sgdtui.simulate.draws`)."""

STEP_SIGNATURE = types.float64(
    types.Array(types.float64, 2, "C"),
    types.Array(types.float32, 2, "C"),
    types.Array(types.float64, 2, "C"),
    types.Array(types.uint32, 2, "C"),
    types.Array(types.float64, 2, "C"),
    types.Array(types.int32, 2, "C"),
    types.Array(types.uint32, 2, "C"),
    types.Array(types.float64, 1, "C"),
    types.Array(types.int64, 1, "C"),
    types.float64,
    types.float64,
    types.intp,
    types.intp,
    types.intp,
    types.intp,
)
"""walkers, draws, work, streams, rows, memory, places, dials, sizes, k, t, first, steps, lanes, mode."""


@_intrinsic
def call_step(typing_context: Any, address: Any, arguments: Any) -> Any:  # noqa: ARG001
    """Call the function of `STEP_SIGNATURE` at `address` with a tuple of arguments."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        from llvmlite import ir

        result = context.get_value_type(STEP_SIGNATURE.return_type)
        kinds = [context.get_value_type(kind) for kind in STEP_SIGNATURE.args]
        function = builder.inttoptr(values[0], ir.FunctionType(result, kinds).as_pointer())
        parts = [builder.extract_value(values[1], i) for i in range(len(kinds))]
        return builder.call(function, parts)

    return STEP_SIGNATURE.return_type(types.uintp, types.Tuple(STEP_SIGNATURE.args)), generate


@_intrinsic
def call_draw(typing_context: Any, address: Any, arguments: Any) -> Any:  # noqa: ARG001
    """Call the function of `DRAW_SIGNATURE` at `address`; pointers come as integers."""
    plain = tuple(types.uintp if isinstance(kind, _POINTER) else kind for kind in DRAW_SIGNATURE.args)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        from llvmlite import ir

        kinds = [context.get_value_type(kind) for kind in DRAW_SIGNATURE.args]
        function = builder.inttoptr(values[0], ir.FunctionType(ir.VoidType(), kinds).as_pointer())
        parts = [builder.extract_value(values[1], i) for i in range(len(kinds))]
        parts = [
            builder.inttoptr(part, kind) if isinstance(kind, ir.PointerType) else part
            for part, kind in zip(parts, kinds, strict=True)
        ]
        builder.call(function, parts)
        return context.get_dummy_value()

    return types.void(types.uintp, types.Tuple(plain)), generate
