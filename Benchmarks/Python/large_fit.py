"""Processor time in milliseconds of mixedlm-rs's fit of y ~ x + (1 + x | g), arrays in (median of 5), and the criterion.

usage: large_fit.py DATA.csv
"""
import sys
import time

import mixedlm_rs
import numpy as np

data = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
y, x, g = data[:, 0].copy(), np.column_stack([np.ones(len(data)), data[:, 1]]), data[:, 2].astype(np.int64)
times = []
for _ in range(5):
    start = time.process_time()
    fit = mixedlm_rs.MixedLM(y, x, groups=g, exog_re=x).fit()
    times.append((time.process_time() - start) * 1e3)
print(sorted(times)[2], -2 * fit.llf)
