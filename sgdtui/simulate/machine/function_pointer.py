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


DRAW_SIGNATURE = types.void(
    types.Array(types.float32, 2, "C"),
    types.Array(types.uint32, 2, "C"),
    types.intp,
    types.intp,
    types.intp,
    types.float64,
)
"""out, streams, rows, lanes, batch, shape (see `sgdtui.simulate.driver.draws`)."""

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


def _call(function_signature: Any) -> Callable[[Any, Any], Any]:
    def call(typing_context: Any, address: Any, arguments: Any) -> Any:  # noqa: ARG001
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
            from llvmlite import ir

            given_back = function_signature.return_type
            result = ir.VoidType() if given_back == types.void else context.get_value_type(given_back)
            kinds = [context.get_value_type(kind) for kind in function_signature.args]
            function = builder.inttoptr(values[0], ir.FunctionType(result, kinds).as_pointer())
            parts = [builder.extract_value(values[1], i) for i in range(len(kinds))]
            answer = builder.call(function, parts)
            return context.get_dummy_value() if given_back == types.void else answer

        return function_signature.return_type(types.uintp, types.Tuple(function_signature.args)), generate

    return _intrinsic(call)


call_step = _call(STEP_SIGNATURE)
"""Call the function of `STEP_SIGNATURE` at an address with a tuple of arguments."""

call_draw = _call(DRAW_SIGNATURE)
"""Call the function of `DRAW_SIGNATURE` at an address with a tuple of arguments."""
