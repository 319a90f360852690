"""Seconds of nutpie for a multilevel logit of Contraception, priors mlm's defaults, effects non-centred, 4 chains x (1,000 + 1,000) on one core,
compilation excluded; the minimum bulk effective sample size over all parameters and effects; that minimum per second.

usage: logit_draws.py DATA.csv intercept|slope SEED
"""

import sys
import time

import arviz
import numpy
import nutpie
import pandas
import pymc
import pytensor.tensor as pt

path, kind, seed = sys.argv[1:4]
data = pandas.read_csv(path)
y = (data["use"] == "Y").to_numpy().astype(int)
age = data["age"].to_numpy()
urban = (data["urban"] == "Y").to_numpy().astype(float)
group, levels = pandas.factorize(data["district"])
m = (y.sum() + 0.5) / (len(y) + 1)
centre = numpy.log(m / (1 - m))
s_age, s_urban = age.std(ddof=1), urban.std(ddof=1)
spread = 2.5 * numpy.sqrt(1 + (age.mean() / s_age) ** 2 + (urban.mean() / s_urban) ** 2)
with pymc.Model() as model:
    b0 = pymc.Normal("b0", centre, spread)
    b1 = pymc.Normal("b1", 0, 2.5 / s_age)
    b2 = pymc.Normal("b2", 0, 2.5 / s_urban)
    if kind == "intercept":
        tau = pymc.HalfStudentT("tau", 3, 1)
        z = pymc.Normal("z", 0, 1, shape=len(levels))
        a = pymc.Deterministic("a", tau * z)
        eta = b0 + b1 * age + b2 * urban + a[group]
    else:
        tau = pymc.HalfStudentT("tau", 3, numpy.array([1, 1 / s_urban]), shape=2)
        w = pymc.Beta("w", 2, 2)
        rho = pymc.Deterministic("rho", 2 * w - 1)
        z = pymc.Normal("z", 0, 1, shape=(len(levels), 2))
        a = pymc.Deterministic("a", tau[0] * z[:, 0])
        b = pymc.Deterministic("b", tau[1] * (rho * z[:, 0] + pt.sqrt(1 - rho**2) * z[:, 1]))
        eta = b0 + b1 * age + b2 * urban + a[group] + b[group] * urban
    pymc.Bernoulli("y", logit_p=eta, observed=y)
compiled = nutpie.compile_pymc_model(model)
nutpie.sample(compiled, draws=10, tune=10, chains=1, cores=1, seed=1, progress_bar=False)
start = time.perf_counter()
trace = nutpie.sample(compiled, draws=1000, tune=1000, chains=4, cores=1, seed=int(seed), progress_bar=False)
seconds = time.perf_counter() - start
names = ["b0", "b1", "b2", "tau", "a"] + ([] if kind == "intercept" else ["rho", "b"])
sizes = arviz.ess(trace, var_names=names, method="bulk")
least = min(float(sizes[name].min()) for name in names)
print(seconds, least, least / seconds)
