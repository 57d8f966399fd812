# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers of the mixture benchmarks: peer_mixture.py beta|gaussian FILE, FILE being float32 values in (0, 1).

beta: the procedure of Arazo et al. (ICML 2019) as their code has it: NumPy and SciPy, EM with moments, 10 iterations.
gaussian: scikit-learn's GaussianMixture with two components, at most 10 iterations.
Prints JSON: seconds of the fit alone; parameters: both means, both weights, smaller mean first.
"""
import json
import sys
import time
import warnings

import numpy as np


def fit_beta(x, iterations=10):
    from scipy.stats import beta as beta_distribution

    floor = 1e-12
    alphas, betas, weights = np.array([1.0, 2.0]), np.array([2.0, 1.0]), np.array([0.5, 0.5])
    x = np.copy(x)
    x[x >= 1 - 1e-4] = 1 - 1e-4
    x[x <= 1e-4] = 1e-4
    for _ in range(iterations):
        r = np.array([w * beta_distribution.pdf(x, a, b) for w, a, b in zip(weights, alphas, betas)])
        r[r <= floor] = floor
        r /= r.sum(axis=0)
        for k in range(2):
            mean = np.sum(r[k] * x) / np.sum(r[k])
            variance = np.sum(r[k] * (x - mean) ** 2) / np.sum(r[k])
            alphas[k] = mean * (mean * (1 - mean) / variance - 1)
            betas[k] = alphas[k] * (1 - mean) / mean
        weights = r.sum(axis=1)
        weights /= weights.sum()
    return alphas / (alphas + betas), weights


def fit_gaussian(x):
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(n_components=2, max_iter=10, tol=1e-3, random_state=0)
    model.fit(x.reshape(-1, 1))
    return model.means_.ravel(), model.weights_


def main():
    what, name = sys.argv[1:3]
    warnings.simplefilter("ignore")
    values = np.fromfile(name, dtype=np.float32).astype(np.float64)
    fit = {"beta": fit_beta, "gaussian": fit_gaussian}[what]
    fit(values[:1000])  # imports and first calls are not the fit's
    begin = time.perf_counter()
    means, weights = fit(values)
    seconds = time.perf_counter() - begin
    order = np.argsort(means)
    print(json.dumps({"seconds": seconds, "parameters": [float(v) for v in (*means[order], *weights[order])]}))


main()
