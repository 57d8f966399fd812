# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recall and precision of `assay-cli duplicates` on planted copies: planted_duplicates.py ASSAY_CLI FOLDER [EACH]

FOLDER holds CIFAR-10's binary files, or MNIST's or Fashion-MNIST's idx files (a file name may end in .gz). EACH pictures of
each kind (default 250; 50 for Fashion-MNIST's test set) are replaced by copies of others: exact, through JPEG at quality 75
and 50 (ImageMagick), shifted by a pixel, shifted by up to two pixels in both directions, mirrored, shifted and then through
JPEG, mirrored and shifted, brighter; half of each kind gets another label. What a shift brings in at the edge is black.
Prints JSON for `duplicates --no-mirrored` and `duplicates`: seconds; the recall by kind; of the groups that hold a planted copy,
how many are just that pair; how many pairs of unrelated pictures such groups join; and the groups of others, which the set
brings along.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

KINDS = ("exact", "jpeg-75", "jpeg-50", "shifted", "shifted-2", "mirrored", "shifted-jpeg", "mirrored-shifted", "brighter")
TURNED = ("mirrored", "mirrored-shifted")


def through_jpeg(pictures, quality):
    """All tiles in one picture: 32 is a multiple of JPEG's blocks, so tiles do not touch each other."""
    n, height, width, channels = pictures.shape
    rows = -(-n // 10)
    tiles = np.zeros((rows * 10, 32, 32, channels), np.uint8)
    tiles[:n] = np.pad(pictures, ((0, 0), (0, 32 - height), (0, 32 - width), (0, 0)), mode="edge")
    big = tiles.reshape(rows, 10, 32, 32, channels).transpose(0, 2, 1, 3, 4).reshape(rows * 32, 320, channels)
    kind, raw = (b"P6", "rgb:-") if channels == 3 else (b"P5", "gray:-")
    header = kind + b"\n%d %d\n255\n" % (big.shape[1], big.shape[0])
    jpeg = subprocess.run(["convert", "pnm:-", "-quality", str(quality), "jpg:-"], input=header + big.tobytes(), check=True,
                          capture_output=True).stdout
    back = subprocess.run(["convert", "jpg:-", "-depth", "8", raw], input=jpeg, check=True, capture_output=True).stdout
    big = np.frombuffer(back, np.uint8).reshape(rows, 32, 10, 32, channels).transpose(0, 2, 1, 3, 4)
    return big.reshape(-1, 32, 32, channels)[:n, :height, :width]


def shifted(pictures, down, right):
    moved = np.zeros_like(pictures)
    height, width = pictures.shape[1:3]
    moved[:, max(0, down):height + min(0, down), max(0, right):width + min(0, right)] = \
        pictures[:, max(0, -down):height + min(0, -down), max(0, -right):width + min(0, -right)]
    return moved


def in_turn(pictures, moves):
    return np.concatenate([shifted(pictures[i:i + 1], *moves[i % len(moves)]) for i in range(len(pictures))])


ONE = ((0, 1), (0, -1), (1, 0), (-1, 0))
TWO = ((1, 1), (-2, 1), (2, 2), (1, -2), (-1, -1), (-2, -2), (0, 2), (2, 0))
MAKE = {
    "exact": lambda p: p,
    "jpeg-75": lambda p: through_jpeg(p, 75),
    "jpeg-50": lambda p: through_jpeg(p, 50),
    "shifted": lambda p: in_turn(p, ONE),
    "shifted-2": lambda p: in_turn(p, TWO),
    "mirrored": lambda p: p[:, :, ::-1],
    "shifted-jpeg": lambda p: through_jpeg(in_turn(p, ONE), 75),
    "mirrored-shifted": lambda p: in_turn(p[:, :, ::-1], ONE),
    "brighter": lambda p: np.clip(p * 1.1 + 10, 0, 255).astype(np.uint8),
}


class Cifar:
    def __init__(self, folder):
        self.names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
        self.records = np.concatenate([np.fromfile(folder / n, np.uint8).reshape(-1, 3073) for n in self.names])
        self.meta = (folder / "batches.meta.txt").read_bytes()
        self.pictures = self.records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy()
        self.labels = self.records[:, 0].copy()

    def write(self, folder):
        self.records[:, 0] = self.labels
        self.records[:, 1:] = self.pictures.transpose(0, 3, 1, 2).reshape(-1, 3072)
        for i, name in enumerate(self.names):
            self.records[i * 10000:(i + 1) * 10000].tofile(folder / name)
        (folder / "batches.meta.txt").write_bytes(self.meta)


class Idx:
    def __init__(self, folder):
        def read(path):
            data = path.read_bytes()
            return bytearray(gzip.decompress(data) if path.suffix == ".gz" else data)
        images = sorted(folder.glob("*-images-idx3-ubyte*"), reverse=True)  # train before t10k
        self.files = [(p.name.replace(".gz", ""), read(p)) for p in images]
        self.label_files = [(p.name.replace("-images-idx3-", "-labels-idx1-").replace(".gz", ""),
                             read(p.with_name(p.name.replace("-images-idx3-", "-labels-idx1-")))) for p in images]
        self.pictures = np.concatenate([np.frombuffer(d, np.uint8, offset=16).reshape(-1, 28, 28, 1) for _, d in self.files])
        self.labels = np.concatenate([np.frombuffer(d, np.uint8, offset=8) for _, d in self.label_files])

    def write(self, folder):
        at = 0
        for (name, data), (label_name, labels) in zip(self.files, self.label_files):
            n = len(labels) - 8
            data[16:] = self.pictures[at:at + n].tobytes()
            labels[8:] = self.labels[at:at + n].tobytes()
            (folder / name).write_bytes(data)
            (folder / label_name).write_bytes(labels)
            at += n


def plant(data, each):
    rng = np.random.default_rng(1)
    chosen = rng.permutation(len(data.labels))[:2 * len(KINDS) * each]
    originals, copies = chosen[:len(chosen) // 2], chosen[len(chosen) // 2:]
    for k, kind in enumerate(KINDS):
        mine = slice(k * each, (k + 1) * each)
        data.pictures[copies[mine]] = MAKE[kind](data.pictures[originals[mine]])
    data.labels[copies] = data.labels[originals]
    data.labels[copies[::2]] = (data.labels[copies[::2]] + 1) % 10
    return originals, copies


def judge(groups, originals, copies, each):
    group_of, origin = {}, dict(zip(copies.tolist(), originals.tolist()))
    for number, group in enumerate(groups):
        for sample in group["samples"]:
            group_of[sample["index"]] = number
    hit = np.array([group_of.get(int(c), -1) == group_of.get(int(o), -2) for o, c in zip(originals, copies)])
    planted = [g for g in groups if any(s["index"] in origin for s in g["samples"])]
    unrelated = sum(len({origin.get(s["index"], s["index"]) for s in g["samples"]}) - 1 for g in planted)
    return {"recall": {kind: float(hit[k * each:(k + 1) * each].mean()) for k, kind in enumerate(KINDS)},
            "recall_of_conflicts": float(hit[::2].mean()),
            "groups_with_planted": len(planted), "of_these_just_the_pair": sum(len(g["samples"]) == 2 for g in planted),
            "unrelated_joined": unrelated, "other_groups": len(groups) - len(planted),
            "conflicting": sum(g["conflicting"] for g in planted),
            "largest_group": max((len(g["samples"]) for g in groups), default=0)}


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    data = Cifar(source) if (source / "test_batch.bin").exists() else Idx(source)
    each = int(sys.argv[3]) if len(sys.argv) > 3 else 250 if len(data.labels) > 20000 else 50
    originals, copies = plant(data, each)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / source.name
        target.mkdir()
        data.write(target)
        subprocess.run([program, "info", str(target)], check=True, capture_output=True)  # the pixel store is made here
        for options in (["--no-mirrored"], []):
            begin = time.perf_counter()
            found = subprocess.run([program, "duplicates", str(target), "--json", *options], check=True,
                                   capture_output=True).stdout
            seconds = time.perf_counter() - begin
            results.append({"options": " ".join(options), "samples": len(data.labels), "each": each,
                            "seconds": round(seconds, 2), **judge(json.loads(found)["groups"], originals, copies, each)})
    print(json.dumps(results, indent=1))


main()
