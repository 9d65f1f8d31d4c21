"""Pointers and sixteen float32 at a time, for inner loops that must not be left to the optimiser's mood.

`load`, `store`, `fma` and the others are single instructions inside a compiled kernel (two of 8 or four of 4 where the
processor has no wider ones), and numpy operations without the compiler. What `load` gives lives in a register: it can
be kept in local variables and passed on, never put into an array of its own.

A `pointer` is an array without its length and its count of references. numba counts references at every call that
takes an array; in a loop of small functions that costs more than the arithmetic. The array must outlive its pointers.
"""

from __future__ import annotations

import numba
import numpy as np

LANES = 16

if numba.config.DISABLE_JIT:

    def pointer(array):
        return array

    def fetch(place, index):
        pass

    def load(place, index):
        return place[index : index + LANES].copy()

    def store(place, index, value):
        place[index : index + LANES] = value

    def splat(number):
        return np.float32(number)

    def add(a, b):
        return a + b

    def mul(a, b):
        return a * b

    def fma(a, b, c):
        return a * b + c

    def total(a):
        return np.sum(a, dtype=np.float32)

else:
    from llvmlite import ir
    from numba.core import cgutils, types
    from numba.extending import intrinsic, models, register_model

    FLOAT, VECTOR = ir.FloatType(), ir.VectorType(ir.FloatType(), LANES)
    # Sums may be reordered and products fused; NaN and infinity stay meaningful.
    FAST = ("reassoc", "contract", "nsz", "arcp")

    class Lanes(types.Type):
        """The numba type of sixteen float32 in a register."""

        def __init__(self):
            super().__init__(name="lanes")

    @register_model(Lanes)
    class LanesModel(models.PrimitiveModel):
        def __init__(self, manager, kind):
            super().__init__(manager, kind, VECTOR)

    lanes = Lanes()

    def _vector(builder, place, index):
        return builder.bitcast(builder.gep(place, [index]), VECTOR.as_pointer())

    @intrinsic
    def pointer(typing, array):
        """The first element of a contiguous vector; pointer[i] reads and writes without any check."""

        def build(context, builder, signature, arguments):
            return context.make_array(signature.args[0])(context, builder, arguments[0]).data

        return types.CPointer(array.dtype)(array), build

    @intrinsic
    def fetch(typing, place, index):
        """Ask for the cache line of place[index] ahead of its use."""

        def build(context, builder, signature, arguments):
            byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
            call = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
            # To read; keep in all caches; data.
            builder.call(
                call,
                [builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte), number(0), number(3), number(1)],
            )
            return context.get_dummy_value()

        return types.void(place, types.intp), build

    @intrinsic
    def load(typing, place, index):
        """place[index : index + 16] of a float32 pointer."""

        def build(context, builder, signature, arguments):
            value = builder.load(_vector(builder, *arguments))
            value.align = 4
            return value

        return lanes(place, types.intp), build

    @intrinsic
    def store(typing, place, index, value):
        """place[index : index + 16] = value"""

        def build(context, builder, signature, arguments):
            builder.store(arguments[2], _vector(builder, *arguments[:2])).align = 4
            return context.get_dummy_value()

        return types.void(place, types.intp, lanes), build

    @intrinsic
    def splat(typing, number):
        """`number` (float32) in every lane."""

        def build(context, builder, signature, arguments):
            undefined, index = ir.Constant(VECTOR, ir.Undefined), ir.IntType(32)
            first = builder.insert_element(undefined, arguments[0], index(0))
            return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(index, LANES), [0] * LANES))

        return lanes(types.float32), build

    @intrinsic
    def add(typing, a, b):
        """a + b"""
        return lanes(lanes, lanes), lambda context, builder, signature, x: builder.fadd(*x, flags=FAST)

    @intrinsic
    def mul(typing, a, b):
        """a * b"""
        return lanes(lanes, lanes), lambda context, builder, signature, x: builder.fmul(*x, flags=FAST)

    @intrinsic
    def fma(typing, a, b, c):
        """a * b + c"""

        def build(context, builder, signature, x):
            return builder.fadd(builder.fmul(x[0], x[1], flags=FAST), x[2], flags=FAST)

        return lanes(lanes, lanes, lanes), build

    @intrinsic
    def total(typing, a):
        """The sum of all lanes, float32."""

        def build(context, builder, signature, arguments):
            kind = ir.FunctionType(FLOAT, [FLOAT, VECTOR])
            reduce = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32")
            return builder.call(reduce, [FLOAT(0.0), arguments[0]], fastmath=FAST)

        return types.float32(lanes), build
