"""Asking for a number in memory ahead of its use, which numba has no word for."""

from __future__ import annotations

from typing import Any

import numba
from numba.extending import intrinsic

types: Any = numba.types
_intrinsic: Any = intrinsic

SECOND_LEVEL = 2
"""The cache to fetch into, as LLVM counts: the first level would not hold the rows of a block."""


def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001
    """`prefetch(array, index)`: begin to fetch `array[index]` (1-D, contiguous; `index` uint64, not checked)."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        from llvmlite import ir
        from numba.np import arrayobj

        shape_and_data: Any = arrayobj
        data = shape_and_data.make_array(signature.args[0])(context, builder, values[0]).data
        byte_pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer, word, word, word])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte_pointer], kind)
        place = builder.bitcast(builder.gep(data, [values[1]]), byte_pointer)
        builder.call(function, [place, word(0), word(SECOND_LEVEL), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


prefetch: Any = _intrinsic(_prefetch)
