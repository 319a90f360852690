"""Seconds of nutpie for the lecture's model, effects non-centred, 4 chains x (1,000 + 1,000) on one core, compilation excluded; the minimum bulk effective
sample size over means, standard deviations, correlation, sigma and all groups' coefficients; that minimum per second.

usage: posterior_draws.py DATA.csv RESPONSE PREDICTOR GROUP SEED
"""

import csv
import sys
import time

import arviz
import numpy as np
import nutpie
import pymc as pm

path, response, predictor, group, seed = sys.argv[1:6]
with open(path, newline="") as file:
    rows = list(csv.DictReader(file))
y = np.array([float(row[response]) for row in rows])
x = np.array([float(row[predictor]) for row in rows])
levels, g = np.unique([row[group] for row in rows], return_inverse=True)
with pm.Model() as model:
    mu = pm.Normal("mu", 0, 1000, shape=2)
    sd = pm.Uniform("sd", 0, 1000, shape=2)
    rho = pm.Uniform("rho", -1, 1)
    sigma = pm.Uniform("sigma", 0, 1000)
    z = pm.Normal("z", 0, 1, shape=(2, len(levels)))
    alpha = pm.Deterministic("alpha", mu[0] + sd[0] * z[0])
    beta = pm.Deterministic("beta", mu[1] + sd[1] * (rho * z[0] + pm.math.sqrt(1 - rho**2) * z[1]))
    pm.Normal("y", alpha[g] + beta[g] * x, sigma, observed=y)
compiled = nutpie.compile_pymc_model(model)
start = time.perf_counter()
trace = nutpie.sample(compiled, draws=1000, tune=1000, chains=4, cores=1, seed=int(seed), progress_bar=False)
seconds = time.perf_counter() - start
sizes = arviz.ess(trace, var_names=["mu", "sd", "rho", "sigma", "alpha", "beta"], method="bulk")
least = min(float(np.min(np.asarray(sizes[name]))) for name in ["mu", "sd", "rho", "sigma", "alpha", "beta"])
print(seconds, least, least / seconds)
