"""Median time of one warm GPBoost fit of a Bernoulli or binomial mixed model, in milliseconds, and its -2 log L.

usage: generalized_fit.py DATA.csv RESPONSE[/TRIALS] "X1,X2,..." "G1,G2" TARGET CALLS

TARGET is -2 log L of the optimum: the loosest of some tolerances that comes within 0.001 of it is timed. X columns that
are no numbers, and those marked with a trailing *, become dummy variables.
"""
import statistics
import sys
import time
import warnings

import gpboost as gpb
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
data, response, predictors, groups, target, calls = sys.argv[1:7]
df = pd.read_csv(data)
columns = [np.ones(len(df))]
for name in predictors.split(","):
    if "^" in name:
        columns.append(df[name.split("^")[0]].to_numpy(float) ** 2)
    elif name.endswith("*") or not pd.api.types.is_numeric_dtype(df[name.rstrip("*")]):
        values = df[name.rstrip("*")]
        for level in sorted(values.unique())[1:]:
            columns.append((values == level).to_numpy(float))
    else:
        columns.append(df[name].to_numpy(float))
x = np.column_stack(columns)
group = df[groups.split(",")].astype(str).to_numpy()
weights = None
likelihood = "bernoulli_logit"
if "/" in response:
    successes, trials = response.split("/")
    weights = df[trials].to_numpy(float)
    y = df[successes].to_numpy(float) / weights
    likelihood = "binomial_logit"
else:
    y = df[response].to_numpy(float)


def fit(tolerance):
    options = {}
    if group.shape[1] > 1:
        # Its iterative methods do not come within 0.001.
        options["matrix_inversion_method"] = "cholesky"
    if weights is not None:
        options["weights"] = weights
    model = gpb.GPModel(group_data=group, likelihood=likelihood, num_parallel_threads=1, **options)
    model.fit(y=y, X=x, params={"delta_rel_conv": tolerance, "trace": False, "maxit": 10000})
    model.get_coef(std_err=True)
    return model


def value(model):
    return 2 * model.get_current_neg_log_likelihood()


chosen = None
for tolerance in [1e-6, 1e-8, 1e-10, 1e-12]:
    model = fit(tolerance)
    if value(model) < float(target) + 1e-3:
        chosen = tolerance
        break
times = []
for _ in range(int(calls)):
    start = time.perf_counter()
    model = fit(chosen or 1e-12)
    times.append((time.perf_counter() - start) * 1e3)
print(statistics.median(times), repr(value(model)), chosen)
