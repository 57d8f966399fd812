#!/usr/bin/python3
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes COUNT PNG pictures of SIZE x SIZE, RGB, into ten class folders: for measurements of large data sets.

    generate_pictures.py FOLDER COUNT [SIZE]

A picture's class is the direction of its gradient; the rest follows from its number, so every call writes the same."""
import math
import multiprocessing
import os
import struct
import sys
import zlib

import numpy as np

CLASSES = 10


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(number, size):
    angle = 2 * math.pi * (number % CLASSES) / CLASSES
    seed = (number * 2654435761) & 0xFFFFFFFF
    tint = np.array([64 + (seed >> shift) % 128 for shift in (0, 8, 16)])
    place = np.arange(size) / size - 0.5
    light = (127 * (math.cos(angle) * place[None, :] + math.sin(angle) * place[:, None])).astype(int) & ~7
    rows = np.zeros((size, 1 + 3 * size), np.uint8)  # the first byte of a row: no filter
    rows[:, 1:] = ((light[:, :, None] + tint) & 255).astype(np.uint8).reshape(size, -1)
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 1))
            + chunk(b"IEND", b""))


def write(job):
    folder, first, last, size = job
    for number in range(first, last):
        path = os.path.join(folder, "class%d" % (number % CLASSES), "%07d.png" % number)
        with open(path, "wb") as file:
            file.write(picture(number, size))


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 64
    for name in range(CLASSES):
        os.makedirs(os.path.join(folder, "class%d" % name), exist_ok=True)
    step = 10000
    jobs = [(folder, first, min(first + step, count), size) for first in range(0, count, step)]
    with multiprocessing.Pool() as pool:
        for _ in pool.imap_unordered(write, jobs):
            pass


if __name__ == "__main__":
    main()
