#!/usr/bin/env python3
"""Coefficients of Sources/MixedModels/Generalized/VectorFunctions.swift: near-minimax polynomials by interpolation at Chebyshev's points,
in 60 digits. Prints each with its largest relative error before rounding of the coefficients.

    Scripts/make-vector-functions.py
"""
from mpmath import mp, mpf, cos, pi, exp, log, atanh, erfc, sqrt, expm1, matrix, lu_solve

mp.dps = 60


def fit(f, low, high, degree):
    """The polynomial through f at Chebyshev's points, lowest power first."""
    n = degree + 1
    low, high = mpf(low), mpf(high)
    points = [(low + high) / 2 + (high - low) / 2 * cos((2 * k + 1) * pi / (2 * n)) for k in range(n)]
    a = matrix(n, n)
    b = matrix(n, 1)
    for i, x in enumerate(points):
        for j in range(n):
            a[i, j] = x**j
        b[i] = f(x)
    c = lu_solve(a, b)
    return [c[j] for j in range(n)]


def value(c, x):
    total = mpf(0)
    for a in reversed(c):
        total = total * x + a
    return total


def show(name, c, error):
    print(f"{name}: relative error {float(error):.1e}")
    for a in c:
        print(f"  {float(a)!r},")


def grid(low, high, n=2001):
    return [mpf(low) + (mpf(high) - mpf(low)) * k / (n - 1) for k in range(n)]


# exp r = 1 + r + r^2 q(r), |r| <= log(2)/2.
half = log(mpf(2)) / 2
q = lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > mpf(10) ** -12 else mpf(1) / 2 + r / 6
c = fit(q, -half, half, 9)
show("exp", c, max(abs((1 + r + r * r * value(c, r)) / exp(r) - 1) for r in grid(-half, half)))

# 2 atanh u = 2u + u v p(v), v = u^2 <= 1/9.
def p(v):
    u = sqrt(v)
    return (2 * atanh(u) / u - 2) / v if v > mpf(10) ** -12 else mpf(2) / 3 + mpf(2) / 5 * v
c = fit(p, 0, mpf(1) / 9, 9)
show("atanh", c, max(abs((2 + v * value(c, v)) / (2 * atanh(sqrt(v)) / sqrt(v)) - 1) for v in grid(mpf(10) ** -6, mpf(1) / 9)))

# (1 + 2x) exp(x^2) erfc(x) in t = (x - 3.75)/(x + 3.75), x >= 0.
def scaled(t):
    if t > 1 - mpf(10) ** -30:
        return 2 / sqrt(pi)
    x = mpf("3.75") * (1 + t) / (1 - t)
    if x > 60:
        # The asymptotic series, for exp(x^2) overflows nothing but patience.
        s, term = mpf(0), mpf(1)
        for k in range(1, 40):
            s += term
            term *= -(2 * k - 1) / (2 * x * x)
        return (1 + 2 * x) * s / (x * sqrt(pi))
    return (1 + 2 * x) * exp(x * x) * erfc(x)
c = fit(scaled, -1, 1, 24)
show("erfc", c, max(abs(value(c, t) / scaled(t) - 1) for t in grid(-1, mpf("0.9999"))))

# z/(exp z - 1) = 1 + z p(z), 0 <= z <= 0.7.
def b(z):
    return (z / expm1(z) - 1) / z if z > mpf(10) ** -12 else -mpf(1) / 2 + z / 12
c = fit(b, 0, mpf("0.7"), 9)
show("bernoulli", c, max(abs(value(c, z) / b(z) - 1) for z in grid(mpf(10) ** -6, mpf("0.7"))))
