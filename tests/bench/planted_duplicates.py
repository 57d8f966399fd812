# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recall and precision of `assay-cli duplicates` on planted copies: planted_duplicates.py ASSAY_CLI CIFAR_FOLDER

CIFAR_FOLDER holds CIFAR-10's binary files. The last 2,000 training pictures are replaced by copies of others: 500 exact, 500
through JPEG at quality 75 (ImageMagick), 500 shifted by a pixel, 500 mirrored; half of each kind gets another label. Prints
JSON: seconds, and for each distance the recall by kind and the share of the joined pairs that were planted or are known.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

KINDS = ("exact", "jpeg", "shifted", "mirrored")
EACH = 500


def through_jpeg(pictures):
    """All tiles in one picture: 32 is a multiple of JPEG's blocks, so tiles do not touch each other."""
    rows = EACH // 20
    big = pictures.reshape(rows, 20, 32, 32, 3).transpose(0, 2, 1, 3, 4).reshape(rows * 32, 20 * 32, 3)
    header = b"P6\n%d %d\n255\n" % (big.shape[1], big.shape[0])
    jpeg = subprocess.run(["convert", "ppm:-", "-quality", "75", "jpg:-"], input=header + big.tobytes(), check=True,
                          capture_output=True).stdout
    back = subprocess.run(["convert", "jpg:-", "-depth", "8", "rgb:-"], input=jpeg, check=True, capture_output=True).stdout
    big = np.frombuffer(back, dtype=np.uint8).reshape(big.shape)
    return big.reshape(rows, 32, 20, 32, 3).transpose(0, 2, 1, 3, 4).reshape(EACH, 32, 32, 3)


def plant(source, target):
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
    records = np.concatenate([np.fromfile(source / name, dtype=np.uint8).reshape(-1, 3073) for name in names])
    rng = np.random.default_rng(1)
    originals = rng.choice(50000 - len(KINDS) * EACH, size=len(KINDS) * EACH, replace=False)
    pictures = records[originals, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy()
    pictures[EACH:2 * EACH] = through_jpeg(pictures[EACH:2 * EACH].copy())
    shifted = pictures[2 * EACH:3 * EACH]
    pictures[2 * EACH:3 * EACH] = np.concatenate([shifted[:, :, :1], shifted[:, :, :-1]], axis=2)
    pictures[3 * EACH:] = pictures[3 * EACH:, :, ::-1]
    first = 50000 - len(originals)
    records[first:50000, 1:] = pictures.transpose(0, 3, 1, 2).reshape(-1, 3072)
    labels = records[originals, 0]
    records[first:50000, 0] = np.where(np.arange(len(originals)) % 2 == 0, (labels + 1) % 10, labels)
    for i, name in enumerate(names):
        records[i * 10000:(i + 1) * 10000].tofile(target / name)
    (target / "batches.meta.txt").write_bytes((source / "batches.meta.txt").read_bytes())
    return first, originals


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    results = []
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "cifar-10-batches-bin"
        target.mkdir()
        first, originals = plant(source, target)
        subprocess.run([program, "info", str(target)], check=True, capture_output=True)  # the pixel store is made here
        for distance in (0, 4, 8, 10):
            begin = time.perf_counter()
            found = subprocess.run([program, "duplicates", str(target), "--mirrored", "--distance", str(distance), "--json"],
                                   check=True, capture_output=True).stdout
            seconds = time.perf_counter() - begin
            group_of, conflicts = {}, 0
            groups = json.loads(found)["groups"]
            for number, group in enumerate(groups):
                for sample in group["samples"]:
                    group_of[sample["index"]] = number
            hit = [group_of.get(first + i, -1) == group_of.get(int(o), -2) for i, o in enumerate(originals)]
            planted = sum(any(s["index"] >= first and s["index"] < 50000 for s in g["samples"]) for g in groups)
            clean = sum(len(g["samples"]) == 2 for g in groups
                        if any(first <= s["index"] < 50000 for s in g["samples"]))
            conflicts = sum(g["conflicting"] for g in groups if any(first <= s["index"] < 50000 for s in g["samples"]))
            results.append({"distance": distance, "seconds": round(seconds, 2),
                            "recall": {k: float(np.mean(hit[i * EACH:(i + 1) * EACH])) for i, k in enumerate(KINDS)},
                            "groups": len(groups), "groups_with_planted": planted, "of_these_pairs": clean,
                            "of_these_conflicting": conflicts,
                            "largest_group": max((len(g["samples"]) for g in groups), default=0)})
    print(json.dumps(results, indent=1))


main()
