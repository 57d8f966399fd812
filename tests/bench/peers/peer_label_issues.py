# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peer of the confident-learning benchmarks: peer_label_issues.py PROBABILITIES.npy LABELS.npy RUNS

Times cleanlab's functions where cleanlab is installed; else the published procedure (Northcutt, Jiang, Chuang, JAIR 70,
2021) written in NumPy as one writes it there: columns, masks and argsort. Prints JSON: origin, and median seconds per call.
"""
import json
import sys
import time

import numpy as np

TIE = 1e-6
FILTERS = ("prune_by_noise_rate", "prune_by_class", "both", "confident_learning", "predicted_neq_given")
RANKINGS = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")


def check(labels, p):
    if p.min() < 0 or p.max() > 1 or len(labels) != len(p) or labels.min() < 0 or labels.max() >= p.shape[1]:
        raise ValueError("not probabilities with labels")


def self_confidence(labels, p):
    return p[np.arange(len(labels)), labels]


def normalized_margin(labels, p):
    others = p.copy()
    others[np.arange(len(labels)), labels] = -1
    return (self_confidence(labels, p) - others.max(axis=1) + 1) / 2


def confidence_weighted_entropy(labels, p):
    entropy = -np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0), axis=1) / np.log(p.shape[1])
    s = entropy / np.maximum(self_confidence(labels, p), TIE)
    return np.log(s + 1) / np.maximum(s, TIE)


def round_keeping_sum(row):
    whole = row.round()
    target = row.sum().round()
    while abs(whole.sum() - target) > TIE:
        missing = int(round(target - whole.sum()))
        step = 1 if missing > 0 else -1
        order = np.argsort(row - whole, kind="stable")
        if step > 0:
            order = order[::-1]
        whole[order[: min(abs(missing), len(row))]] += step
    return whole.astype(int)


def confident_joint(labels, p):
    classes = p.shape[1]
    thresholds = np.array([p[labels == k, k].mean() if (labels == k).any() else 2.0 for k in range(classes)])
    thresholds = np.maximum(thresholds, 2 * TIE)
    reached = p >= thresholds - TIE
    number = reached.sum(axis=1)
    guess = np.where(number > 1, p.argmax(axis=1), reached.argmax(axis=1))
    counted = number > 0
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels[counted], guess[counted]), 1)
    off_diagonal = counted & (guess != labels)
    np.fill_diagonal(counts, np.maximum(counts.diagonal(), 1))
    given = np.bincount(labels, minlength=classes)
    # In the order of memory of cleanlab's own, a confusion matrix transposed: the sum's last bit depends on it.
    counts = np.asfortranarray(counts)
    calibrated = (counts.T / counts.sum(axis=1) * given).T
    calibrated = calibrated / calibrated.sum() * given.sum()
    return np.array([round_keeping_sum(row) for row in calibrated]), off_diagonal


def prune_counts(joint, least, frac_noise):
    counts = joint.T
    diagonal = np.maximum(counts.diagonal(), least)
    raised = diagonal - counts.diagonal()
    reduced = counts - raised / np.maximum(np.count_nonzero(counts, axis=0) - 1.0, 1.0)
    reduced[reduced < 0] = 0
    np.fill_diagonal(reduced, diagonal)
    kept = reduced * frac_noise
    np.fill_diagonal(kept, diagonal)
    np.fill_diagonal(kept, diagonal + (reduced - kept).sum(axis=0))
    return np.array([round_keeping_sum(row) for row in kept.astype(int).astype(float)])


def by_noise_rate(labels, p, counts, least):
    flag = np.zeros(len(labels), dtype=bool)
    for k in range(p.shape[1]):
        mine = np.flatnonzero(labels == k)
        if len(mine) <= least:
            continue
        rows = p[mine]
        for j in range(p.shape[1]):
            if j != k and counts[j, k] > 0:
                flag[mine[np.argsort(-(rows[:, j] - rows[:, k]), kind="stable")[: counts[j, k]]]] = True
    return flag


def by_class(labels, p, counts, least):
    flag = np.zeros(len(labels), dtype=bool)
    for k in range(p.shape[1]):
        mine = np.flatnonzero(labels == k)
        number = len(mine) - counts[k, k]
        if len(mine) > least and number > 0:
            flag[mine[np.argsort(p[mine, k], kind="stable")[:number]]] = True
    return flag


def find_label_issues(labels, p, filter_by="prune_by_noise_rate", rank_by="self_confidence", least=1, frac_noise=1.0):
    check(labels, p)
    joint, off_diagonal = confident_joint(labels, p)
    flag = np.ones(len(labels), dtype=bool)
    if filter_by in ("prune_by_noise_rate", "prune_by_class", "both"):
        counts = prune_counts(joint, least, frac_noise)
        if filter_by != "prune_by_class":
            flag &= by_noise_rate(labels, p, counts, least)
        if filter_by != "prune_by_noise_rate":
            flag &= by_class(labels, p, counts, least)
    elif filter_by == "confident_learning":
        flag = off_diagonal
    raised = p.copy()
    raised[np.arange(len(labels)), labels] += TIE
    flag &= raised.argmax(axis=1) != labels
    found = np.flatnonzero(flag)
    return found[np.argsort(globals()[rank_by](labels[found], p[found]), kind="stable")]


def main():
    p, labels, runs = np.load(sys.argv[1]), np.load(sys.argv[2]), int(sys.argv[3])
    origin = "the published procedure in NumPy " + np.__version__
    find, joint, quality = find_label_issues, confident_joint, globals()
    try:
        import cleanlab
        from cleanlab import count, filter as issue_filter, rank

        origin = "cleanlab " + cleanlab.__version__

        def find(labels, p, filter_by, rank_by="self_confidence"):
            return issue_filter.find_label_issues(labels, p, filter_by=filter_by, return_indices_ranked_by=rank_by)

        joint = count.compute_confident_joint
        quality = {"self_confidence": rank.get_self_confidence_for_each_label,
                   "normalized_margin": rank.get_normalized_margin_for_each_label}
    except ImportError:
        pass
    calls = {
        "self-confidence": lambda: quality["self_confidence"](labels, p),
        "normalized-margin": lambda: quality["normalized_margin"](labels, p),
        "confident-joint": lambda: joint(labels, p),
        "prune-by-noise-rate": lambda: find(labels, p, "prune_by_noise_rate"),
        "both": lambda: find(labels, p, "both"),
        "confident-learning": lambda: find(labels, p, "confident_learning"),
    }
    seconds = {}
    for name, call in calls.items():
        taken = []
        for _ in range(runs):
            begin = time.perf_counter()
            call()
            taken.append(time.perf_counter() - begin)
        seconds[name] = float(np.median(taken))
    print(json.dumps({"origin": origin, "seconds": seconds}))


if __name__ == "__main__":
    main()
