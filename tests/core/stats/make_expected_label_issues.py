# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes expected_label_issues.json: what each filter of confident learning finds in tables made by a formula.

Where cleanlab is installed the sets are cleanlab's; else those of peer_label_issues.py, which was written from the
published rules and shares no code with Assay. The file says which. Usage: make_expected_label_issues.py > FILE
"""
import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
import peer_label_issues as peer


def mix(x):
    x = (x ^ (x >> 16)) * 0x7FEB352D & 0xFFFFFFFF
    x = (x ^ (x >> 15)) * 0x846CA68B & 0xFFFFFFFF
    return x ^ (x >> 16)


def unit(seed, i, k):
    return mix((seed * 0x9E3779B1 + i * 0x85EBCA77 + k * 0xC2B2AE3D) & 0xFFFFFFFF) / 4294967296.0


def table(rows, classes, seed, noise):
    """Row i is of class i * i mod K; every 1 / noise th label moved on; see tst_label_issues.cpp."""
    values, labels = [], []
    for i in range(rows):
        truth = (i * i + i // 7) % classes
        row = []
        for k in range(classes):
            u = unit(seed, i, k)
            row.append(u * u * u + 0.01 + (1.5 * unit(seed + 1, i, 0) if k == truth else 0.0))
        total = 0.0
        for v in row:
            total += v
        values.append([v / total for v in row])
        moved = unit(seed + 2, i, 0) < noise
        labels.append((truth + 1 + int(unit(seed + 3, i, 0) * (classes - 1))) % classes if moved else truth)
    return np.array(values), np.array(labels)


def main():
    try:
        import cleanlab
        from cleanlab.filter import find_label_issues

        origin = "cleanlab " + cleanlab.__version__

        def find(labels, p, filter_by, rank_by, least, frac_noise):
            return find_label_issues(labels, p, filter_by=filter_by, return_indices_ranked_by=rank_by, n_jobs=1,
                                     min_examples_per_class=least, frac_noise=frac_noise)
    except ImportError:
        origin = "peer_label_issues.py, a reimplementation in NumPy from the published rules of cleanlab 2.9, which was not at hand"
        find = peer.find_label_issues
    cases = []
    for rows, classes, seed, noise, kind, least, frac in [
        (400, 3, 1, 0.2, "float64", 1, 1.0), (600, 10, 2, 0.1, "float64", 1, 1.0), (600, 10, 2, 0.4, "float32", 1, 1.0),
        (500, 7, 3, 0.3, "float64", 12, 1.0), (500, 7, 3, 0.3, "float64", 1, 0.5), (300, 40, 4, 0.3, "float64", 1, 1.0),
        (1000, 30, 5, 0.2, "float32", 3, 0.8), (200, 2, 6, 0.3, "float64", 1, 1.0),
        # Where the last bit of a sum decides which way a half is rounded.
        (1259, 8, 7, 0.25, "float64", 1, 1.0), (1333, 9, 9, 0.25, "float64", 1, 1.0),
        (1740, 10, 20, 0.25, "float64", 1, 1.0), (1444, 12, 12, 0.25, "float64", 1, 1.0),
        # Where it decides what is left of a class once a share of the errors is taken.
        (900, 33, 21, 0.3, "float64", 1, 0.4), (1000, 25, 22, 0.3, "float64", 1, 0.3)]:
        p, labels = table(rows, classes, seed, noise)
        p = p.astype(kind)
        case = {"rows": rows, "classes": classes, "seed": seed, "noise": noise, "type": kind,
                "min_examples_per_class": least, "frac_noise": frac, "filters": {}, "ranks": {}}
        for name in peer.FILTERS:
            found = find(labels, p, name, "self_confidence", least, frac)
            case["filters"][name.replace("_", "-")] = sorted(int(i) for i in found)
        for name in peer.RANKINGS:
            found = find(labels, p, "both", name, least, frac)
            case["ranks"][name.replace("_", "-")] = [int(i) for i in found]
        cases.append(case)
    print("{\"origin\": " + json.dumps(origin) + ",\n\"made_by\": \"make_expected_label_issues.py\",\n\"cases\": [")
    print(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "]}")


main()
