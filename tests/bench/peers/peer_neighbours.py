# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peer of the neighbours benchmark: peer_neighbours.py FEATURES.npy K RUNS

PyTorch: blocks of products and topk, as one writes it there. Prints JSON: median seconds, and those of the products alone,
which are the limit of whoever multiplies all with all.
"""
import json
import sys
import time

import numpy as np
import torch


def search(x, k, block=1024, choose=True):
    found = []
    for begin in range(0, len(x), block):
        products = x[begin:begin + block] @ x.T
        if not choose:
            continue
        rows = torch.arange(products.shape[0])
        products[rows, rows + begin] = -2
        found.append(products.topk(k, dim=1).indices)
    return torch.cat(found) if choose else None


def main():
    x = torch.from_numpy(np.load(sys.argv[1]))
    x = x / x.norm(dim=1, keepdim=True)
    k, runs = int(sys.argv[2]), int(sys.argv[3])
    seconds = {"search": [], "products": []}
    for _ in range(runs):
        for name, choose in (("search", True), ("products", False)):
            begin = time.perf_counter()
            found = search(x, k, choose=choose)
            seconds[name].append(time.perf_counter() - begin)
            first = found[0].tolist() if choose else first
    print(json.dumps({"seconds": float(np.median(seconds["search"])), "products": float(np.median(seconds["products"])),
                      "first": first}))


main()
