#!/usr/bin/env python3
"""Writes Sources/Distributions/Elementary/ElementaryTables.swift: the constants of the portable exp and log.

    python3 Scripts/make-elementary-tables.py > Sources/Distributions/Elementary/ElementaryTables.swift

Needs mpmath. Each constant is rounded once, from 200 bits.
"""

from mpmath import mp, mpf, log, floor, nint, power, gamma, pi, sqrt

mp.prec = 200


def text(value):
    """A Swift literal with the bits of a double: the shortest decimal that reads back to them."""
    return repr(float(value))


def truncated(value, step):
    """The nearest multiple of 2^-step: a head with room below it, so that sums with it are exact."""
    return nint(value * mpf(2) ** step) / mpf(2) ** step


HEAD = 42  # bits below the point in the heads of logarithms
log2_head = truncated(log(2), HEAD)

print("""// swift-format-ignore-file
// Written by Scripts/make-elementary-tables.py, which says how; not to be edited.

/// Constants of the portable elementary functions.
enum ElementaryTables {
  /// log 2 to 42 binary places, so that its product with an exponent is exact.""")
print(f"  static let log2Head = {text(log2_head)}")
print("  /// What `log2Head` lacks.")
print(f"  static let log2Tail = {text(log(2) - log2_head)}")

# exp: x = (k / 128)·log 2 + r.
step = log(2) / 128
step_head = truncated(step, HEAD - 1)
print("  /// log 2 / 128 to 41 binary places.")
print(f"  static let stepHead = {text(step_head)}")
print("  /// What `stepHead` lacks.")
print(f"  static let stepTail = {text(step - step_head)}")
print("  /// 128 / log 2.")
print(f"  static let inverseStep = {text(1 / step)}")


def rows(values):
    lines = []
    for i in range(0, len(values), 3):
        lines.append("    " + ", ".join(values[i:i + 3]) + ",")
    return "\n".join(lines)


flat = []
for i in range(128):
    exact = power(2, mpf(i) / 128)
    head = mpf(float(exact))
    flat += [text(head), text(exact - head)]
print("  /// Pairs: 2^(i/128) rounded to a double, and what the rounding took away.")
print(f"  static let powersOfTwo: InlineArray<256, Double> = [\n{rows(flat)}\n  ]")

# log: z in [0.6875, 1.375) by the leading 7 bits of its distance from 0.6875 in units of its binade.
flat = []
for i in range(128):
    # 0x3fe6… is 0.6875; the table index counts steps of 2^-7 of a binade from there.
    def point(j):
        bits = 0x3FE6 * 8 + j  # upper 19 bits: sign, exponent, 7 bits of mantissa
        exponent = (bits >> 7) - 1023
        mantissa = bits & 127
        return mpf(2) ** exponent * (1 + mpf(mantissa) / 128)

    low, high = point(i), point(i + 1)
    # Around 1 the logarithm is small: its own interval on either side has c = 1 exactly.
    inverse = mpf(1) if low == 1 or high == 1 else truncated(2 / (low + high), 11)
    value = -log(inverse)
    head = truncated(value, HEAD)
    flat += [text(inverse), text(head), text(value - head)]
print("  /// Triples for the i-th interval of z: 1/c with 11 binary places, log c to 42 places, and what that lacks.")
print(f"  static let reciprocals: InlineArray<384, Double> = [\n{rows(flat)}\n  ]")

# Stirling's errors.
flat = ["0.0"]
for k in range(1, 16):
    k = mpf(k)
    flat.append(text(log(gamma(k + 1)) - (k + mpf(1) / 2) * log(k) + k - log(2 * pi) / 2))
print("  /// log k! less Stirling's formula (k + ½)·log k − k + log √(2π), for k = 1…15; at 0, where it has no value, 0.")
print(f"  static let stirlingErrors: InlineArray<16, Double> = [\n{rows(flat)}\n  ]")
print("}")
