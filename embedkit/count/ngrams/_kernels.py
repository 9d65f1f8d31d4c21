"""Kernels that spell n-grams: lines of ARPA files, with numbers as short as they can be."""

import numpy as np

from ...runtime.jit import inlined, kernel

# Numbers that `_number` spells: 2**LOWEST <= x < 2**(HIGHEST + 1). Products stay below 2**53, and below 1e-4 numpy
# spells them with an exponent.
LOWEST, HIGHEST = -13, 18
# So many digits behind the point that there are nine or ten in all, which tell every float32 apart, by exponent.
_PLACES = np.array([8 - int(np.floor(np.log10(2.0**e))) for e in range(LOWEST, HIGHEST + 1)])
_POWERS_OF_5 = 5 ** np.arange(13)
_POWERS_OF_10 = 10 ** np.arange(13)
LONGEST = 20  # bytes that `_number` writes at most


@inlined
def _copy(texts, starts, which, out, at):
    """Text `which` to `out` from place `at` on; returns the place behind."""
    for i in range(starts[which], starts[which + 1]):
        out[at] = texts[i]
        at += 1
    return at


@inlined
def _decimals(number, length, out, at):
    """The last `length` digits of `number`; returns the place behind."""
    for i in range(at + length - 1, at - 1, -1):
        out[i] = 48 + number % 10
        number //= 10
    return at + length


@inlined
def _number(bits, out, at):
    """The shortest decimal that gives the float32 of these `bits`, the nearest of those, even in its last digit if two
    are as near; the mantissa has more bits than the first. Returns the place behind.

    The number is mantissa * 2**-shift / 5**places / 10**-places, all exact: what is rounded off is compared with half
    the distance to the next float32, at which a mantissa that is even wins.
    """
    mantissa, exponent = (bits & 0x7FFFFF) | 0x800000, (bits >> 23 & 0xFF) - 127
    digits, places = np.int64(0), np.int64(_PLACES[exponent - LOWEST]) + 1
    while places > 0:
        five, shift = np.int64(_POWERS_OF_5[places - 1]), 23 - exponent - (places - 1)
        exact = mantissa * five
        rounded = exact >> shift
        rest, half = exact - (rounded << shift), np.int64(1) << (shift - 1)
        rounded += int(rest > half or (rest == half and rounded & 1 == 1))
        off = 2 * abs((rounded << shift) - exact)
        if off > five or (off == five and mantissa & 1 == 1):
            break
        digits, places = rounded, places - 1
    if bits < 0:
        out[at] = 45  # -
        at += 1
    whole = digits // _POWERS_OF_10[places]
    digits -= whole * _POWERS_OF_10[places]
    length = 1
    while whole >= _POWERS_OF_10[length]:
        length += 1
    at = _decimals(whole, length, out, at)
    out[at] = 46  # .
    return _decimals(digits, max(places, 1), out, at + 1)


@kernel
def lines(bits, special, starts, texts, grams, word_starts, words, out):
    """Lines of G n-grams to `out`, which has room for them; returns how many bytes they are.

    bits : (2, G) int32, float32 as they are in memory: log10 of probabilities, and of back-off weights
    special : (2, G) int32, which of `texts` stands for each of them, -1 where `_number` spells it; an empty one leaves
        out the back-off weight
    grams : (n, G) ids of `words`
    starts, word_starts : where each of `texts` and `words` (uint8) begins, and the last one ends
    """
    at = 0
    for g in range(bits.shape[1]):
        if special[0, g] < 0:
            at = _number(np.int64(bits[0, g]), out, at)
        else:
            at = _copy(texts, starts, special[0, g], out, at)
        for k in range(len(grams)):
            out[at] = 9 if k == 0 else 32  # tab, space
            at = _copy(words, word_starts, grams[k, g], out, at + 1)
        if special[1, g] < 0:
            out[at] = 9
            at = _number(np.int64(bits[1, g]), out, at + 1)
        elif starts[special[1, g]] < starts[special[1, g] + 1]:
            out[at] = 9
            at = _copy(texts, starts, special[1, g], out, at + 1)
        out[at] = 10
        at += 1
    return at
