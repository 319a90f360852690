#!/usr/bin/env python3
"""Writes Tests/Reference/elementary.json: exp, log, expm1, log1p and pow rounded correctly from 300 bits.

    python3 Scripts/record-elementary.py > Tests/Reference/elementary.json

Needs mpmath. Arguments are doubles drawn with fixed seeds and the places where a method changes its branch.
"""

import json
import math
import random
import struct

from mpmath import mp, mpf, exp, expm1, log, log1p, power

mp.prec = 300
rng = random.Random(1989)


def neighbours(x):
    return [x, math.nextafter(x, math.inf), math.nextafter(x, -math.inf)]


def sizes(count, low, high):
    """Numbers of either sign, their sizes spread evenly over powers of two."""
    return [rng.choice((-1, 1)) * rng.uniform(1, 2) * 2.0 ** rng.randint(low, high) for _ in range(count)]


around_one = [1 + x for x in sizes(150, -40, -4)]
edges = [e for j in range(128) for e in neighbours((1 + j / 128) / (2 if j >= 48 else 1))]
steps = [e for k in (-129, -64, -1, 0, 1, 64, 127) for e in neighbours((k + 0.5) * math.log(2) / 128)]
positive = [abs(x) for x in sizes(300, -1074, 1022)]
cases = {
    "log": (log, [(x,) for x in around_one + edges + positive]),
    "log1p": (log1p, [(x,) for x in sizes(400, -60, 0) + [abs(x) for x in sizes(100, 0, 900)] if x > -1]),
    "exp": (exp, [(x,) for x in steps + sizes(300, -60, 8) + [rng.uniform(-745, 709.7) for _ in range(200)]]),
    "expm1": (expm1, [(x,) for x in steps + sizes(400, -60, 5) + neighbours(0.125) + neighbours(-0.125)]),
    "pow": (power, []),
}
for x in positive + around_one:
    # Results over the whole range: y·log x up to 700 in size.
    y = rng.uniform(-700, 700) / (math.log(x) or 1)
    cases["pow"][1].append((x, y))
    cases["pow"][1].append((x, round(y) if abs(y) < 1e15 else y))

out = {"about": "arguments and correctly rounded values, by mpmath at 300 bits"}
for name, (function, arguments) in cases.items():
    kept = []
    for argument in arguments:
        value = float(function(*(mpf(a) for a in argument)))
        if math.isfinite(value):
            kept.append([float(a) for a in argument] + [value])
    out[name] = kept
print("{")
print(",\n".join(
    f' {json.dumps(k)}: ' + (json.dumps(v) if isinstance(v, str) else "[\n  " + ",\n  ".join(json.dumps(r) for r in v) + "]")
    for k, v in out.items()))
print("}")
