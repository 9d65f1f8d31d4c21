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

    def pointers(arrays):
        return arrays

    def prefetch(place, index):
        pass

    def local(number):
        return number

    def load(place, index):
        return place[index : index + LANES].copy()

    def store(place, index, value):
        place[index : index + LANES] = value

    def splat(number):
        return np.float32(number)

    def store_half(place, index, value):
        place[index : index + LANES // 2] = value[: LANES // 2]

    def add(a, b):
        return a + b

    def sub(a, b):
        return a - b

    def mul(a, b):
        return a * b

    def div(a, b):
        return a / b

    def fma(a, b, c):
        return a * b + c

    def per_root(a, b):
        return a / np.sqrt(b)

    def clamp(a, limit):
        return np.where(a > limit, limit, np.where(a < -limit, -limit, a))

    def hsum6(a, b, c, d, e, f):
        sums = np.zeros(LANES, np.float32)
        sums[:6] = [np.sum(x, dtype=np.float32) for x in (a, b, c, d, e, f)]
        return sums

    def total(a):
        return np.sum(a, dtype=np.float32)

    def product(a):
        return np.prod(a, dtype=np.float64)

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
    def pointers(typing, arrays):
        """A named tuple of arrays, or of such tuples, as one of pointers."""

        def pointed(kind):
            if isinstance(kind, types.BaseNamedTuple):
                return types.BaseTuple.from_types([pointed(part) for part in kind.types], kind.instance_class)
            return types.CPointer(kind.dtype)

        def taken(context, builder, kind, value):
            if not isinstance(kind, types.BaseNamedTuple):
                return context.make_array(kind)(context, builder, value).data
            parts = [
                taken(context, builder, part, builder.extract_value(value, i)) for i, part in enumerate(kind.types)
            ]
            return context.make_tuple(builder, pointed(kind), parts)

        def build(context, builder, signature, arguments):
            return taken(context, builder, signature.args[0], arguments[0])

        return pointed(arrays)(arrays), build

    @intrinsic
    def local(typing, number):
        """The same `number`, in a register for the loops that follow. What is used from end to end of a large kernel
        the compiler may keep in memory, to be read anew in each round."""

        def build(context, builder, signature, arguments):
            kind = arguments[0].type
            return builder.asm(ir.FunctionType(kind, [kind]), "", "=r,0", arguments, side_effect=True)

        return number(number), build

    @intrinsic
    def prefetch(typing, place, index):
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
    def store_half(typing, place, index, value):
        """place[index : index + 8] = the first eight lanes of value"""

        def build(context, builder, signature, arguments):
            half = _shuffle(builder, arguments[2], arguments[2], range(LANES // 2))
            at = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), half.type.as_pointer())
            builder.store(half, at).align = 4
            return context.get_dummy_value()

        return types.void(place, types.intp, lanes), build

    def _shuffle(builder, a, b, picks):
        kind = ir.VectorType(ir.IntType(32), len(picks))
        return builder.shuffle_vector(a, b, ir.Constant(kind, list(picks)))

    def _binary(name):
        def operation(typing, a, b):
            return lanes(lanes, lanes), lambda context, builder, signature, x: getattr(builder, name)(*x, flags=FAST)

        return intrinsic(operation)

    add, sub, mul, div = _binary("fadd"), _binary("fsub"), _binary("fmul"), _binary("fdiv")

    @intrinsic
    def fma(typing, a, b, c):
        """a * b + c"""

        def build(context, builder, signature, x):
            return builder.fadd(builder.fmul(x[0], x[1], flags=FAST), x[2], flags=FAST)

        return lanes(lanes, lanes, lanes), build

    @intrinsic
    def per_root(typing, a, b):
        """a / √b, from the processor's estimate of 1 / √b and one step of Newton where it has one."""

        def build(context, builder, signature, x):
            kind = ir.FunctionType(VECTOR, [VECTOR])
            root = cgutils.get_or_insert_function(builder.module, kind, f"llvm.sqrt.v{LANES}f32")
            return builder.fdiv(x[0], builder.call(root, [x[1]], fastmath=FAST), flags=FAST)

        return lanes(lanes, lanes), build

    @intrinsic
    def clamp(typing, a, limit):
        """a within -limit and limit, both lanes; NaN stays NaN."""

        def build(context, builder, signature, x):
            low = builder.fneg(x[1])
            below = builder.select(builder.fcmp_ordered("<", x[0], low), low, x[0])
            return builder.select(builder.fcmp_ordered(">", x[0], x[1]), x[1], below)

        return lanes(lanes, lanes), build

    # Where the four numbers of each quarter of a register, or the quarters themselves, come from.
    LOW, HIGH = (0, 16, 1, 17), (2, 18, 3, 19)
    FIRST, SECOND = (0, 1, 16, 17), (2, 3, 18, 19)

    @intrinsic
    def hsum6(typing, a, b, c, d, e, f):
        """Six sums over all lanes, in the first six lanes; the others are 0.

        Halves of two registers are added until each number has met its fifteen neighbours: 12 shuffles and 8 additions
        instead of 24 and 24.
        """

        def build(context, builder, signature, x):
            def fold(a, b, low, high):
                return builder.fadd(_shuffle(builder, a, b, low), _shuffle(builder, a, b, high), flags=FAST)

            def in_quarters(picks):
                return [quarter + pick for quarter in (0, 4, 8, 12) for pick in picks]

            zero = ir.Constant(VECTOR, [0.0] * LANES)
            ab, cd, ef = (fold(*pair, in_quarters(LOW), in_quarters(HIGH)) for pair in (x[0:2], x[2:4], x[4:6]))
            abcd, ef = (fold(*pair, in_quarters(FIRST), in_quarters(SECOND)) for pair in ((ab, cd), (ef, zero)))
            halves = fold(abcd, ef, [*range(8), *range(16, 24)], [*range(8, 16), *range(24, 32)])
            low, high = [*range(4), *range(8, 12)], [*range(4, 8), *range(12, 16)]
            return fold(halves, zero, [*low, *range(16, 24)], [*high, *range(16, 24)])

        return lanes(*[lanes] * 6), build

    @intrinsic
    def total(typing, a):
        """The sum of all lanes."""

        def build(context, builder, signature, x):
            kind = ir.FunctionType(FLOAT, [FLOAT, VECTOR])
            reduce = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32")
            return builder.call(reduce, [FLOAT(0.0), x[0]], fastmath=FAST)

        return types.float32(lanes), build

    @intrinsic
    def product(typing, a):
        """The product of all lanes, float64."""

        def build(context, builder, signature, arguments):
            wide = ir.VectorType(ir.DoubleType(), LANES)
            kind = ir.FunctionType(ir.DoubleType(), [ir.DoubleType(), wide])
            reduce = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fmul.v{LANES}f64")
            numbers = builder.fpext(arguments[0], wide)
            return builder.call(reduce, [ir.DoubleType()(1.0), numbers], fastmath=FAST)

        return types.float64(lanes), build
