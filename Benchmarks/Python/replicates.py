"""Replicates a second of a Monte Carlo study by numpy and mixedlm-rs, in processor time: draw the data, fit by REML, take every group's
coefficients with their errors (of the mode, and of the fixed effects), record squared errors and coverage.

usage: replicates.py GROUPS ROWS-A-GROUP means|intercepts|slopes REPLICATES
"""
import sys
import time

import mixedlm_rs
import numpy as np

groups, rows, model, calls = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
n = groups * rows
g = np.repeat(np.arange(groups), rows)
ones = np.ones(n)
varying = 2 if model == "slopes" else 1
squares, covered = np.zeros((groups, varying)), np.zeros((groups, varying))
random = np.random.default_rng(1)


def replicate():
    global squares, covered
    x, u = random.standard_normal(n), random.standard_normal(groups)
    constants = 1 + u
    slopes = np.full(groups, 0.0 if model == "means" else 0.5)
    if model == "slopes":
        slopes += 0.5 * (0.3 * u + np.sqrt(0.91) * random.standard_normal(groups))
    y = constants[g] + slopes[g] * x + random.standard_normal(n)
    fixed = ones[:, None] if model == "means" else np.column_stack([ones, x])
    fit = mixedlm_rs.MixedLM(y, fixed, groups=g, exog_re=fixed[:, :varying]).fit()
    estimates = np.asarray(fit.fe_params)[:varying] + np.asarray(fit.random_effects_array).reshape(groups, varying)
    conditional = np.asarray(fit.random_effects_cov_array).reshape(groups, varying, varying)
    variances = np.einsum("jkk->jk", conditional) + np.asarray(fit.bse_fe)[:varying] ** 2
    error = estimates - np.column_stack([constants, slopes])[:, :varying]
    squares += error**2
    covered += np.abs(error) <= 1.96 * np.sqrt(variances)


for _ in range(20):
    replicate()
start = time.process_time()
for _ in range(calls):
    replicate()
print(calls / (time.process_time() - start), covered.mean() / (calls + 20))
