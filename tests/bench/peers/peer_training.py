# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peer of the training benchmarks: peer_training.py train|forward BATCH THREADS IMAGES.

The network cnn-small on 28×28 grey pictures in PyTorch. train: the bare loop, channels last, pictures in memory as
floats already, no augmentation, no evidence, no loader. forward: evaluation mode as it comes, without channels last and
without folding. Freed memory is kept, as Assay keeps it. Prints JSON: images per second.
"""
import ctypes
import json
import sys
import time

# M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, before the first big block.
libc = ctypes.CDLL("libc.so.6")
libc.mallopt(-3, 1 << 30)
libc.mallopt(-1, 2147483647)

import torch
from torch import nn
from torch.nn import functional as F


class CnnSmall(nn.Module):
    def __init__(self):
        super().__init__()
        widths = (1, 32, 64, 128)
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in zip(widths, widths[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm2d(w) for w in widths[1:])
        self.hidden = nn.Linear(128 * 9, 128)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            x = conv(x)
            if i < 2:
                x = F.max_pool2d(x, 2)
            x = F.relu_(norm(x))
        return self.head(F.relu_(self.hidden(F.adaptive_avg_pool2d(x, 3).flatten(1))))


def main():
    what, batch, threads, images = sys.argv[1], *map(int, sys.argv[2:5])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = CnnSmall()
    pictures = torch.randn(images, 1, 28, 28)
    labels = torch.randint(10, (images,))
    if what == "train":
        network = network.to(memory_format=torch.channels_last)
        # With one channel both layouts look alike; these strides are channels last.
        pictures = pictures.as_strided((images, 1, 28, 28), (784, 1, 28, 1))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

        def step(x, y):
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(network(x), y).backward()
            optimizer.step()

    else:
        network.eval()

        def step(x, y):
            with torch.no_grad():
                network(x)

    for start in range(0, min(images, 10 * batch), batch):
        step(pictures[start : start + batch], labels[start : start + batch])
    begin = time.perf_counter()
    for start in range(0, images, batch):
        step(pictures[start : start + batch], labels[start : start + batch])
    print(json.dumps({"images_per_second": images / (time.perf_counter() - begin)}))


main()
