#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the verified label errors of MNIST's test set stand: mnist_label_errors.py ASSAY_CLI FOLDER

FOLDER holds MNIST's test images and labels, mnist_test_pred_probs.npy and mnist_test_label_errors.csv (Northcutt, Athalye,
Mueller, NeurIPS 2021). Two queues over the 10,000 pictures: of the given probabilities, and, without any model, of the
pictures' own pixels. Prints a table: each error's place by every score and by all together; equal scores share the middle
of their places.
"""
import csv
import gzip
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PROBABILITIES = ("self-confidence", "normalized-margin", "confidence-weighted-entropy", "confident-learning")
PIXELS = ("knn-disagreement", "simifeat-vote", "simifeat-rank", "outlier")
TEST = 10000


def main():
    cli, folder = sys.argv[1], pathlib.Path(sys.argv[2])

    def run(*words):
        return subprocess.run([cli, *map(str, words)], check=True, capture_output=True, text=True).stdout

    with open(folder / "mnist_test_label_errors.csv", newline="") as file:
        wrong = [int(row["index"]) for row in csv.DictReader(file) if row["is_error"] == "1"]
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "mnist").mkdir()
        for name in ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"):
            (work / "mnist" / name).write_bytes((folder / name).read_bytes())
        pixels = np.frombuffer(gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
        np.save(work / "pixels.npy", pixels.reshape(TEST, -1).astype(np.float32) / 255)
        project = work / "mnist.assay"
        run("import-probabilities", project, folder / "mnist_test_pred_probs.npy", "--dataset", work / "mnist",
            "--features", work / "pixels.npy")

        def place(values, own):
            return (values > own).sum() + ((values == own).sum() + 1) / 2

        def places(scores):
            """By score, and of all these together: one and how many samples are more suspect. [errors] each"""
            words = [word for score in scores for word in ("--score", score)]
            run("queue", project, "--run", 1, "--split", "all", *words, "--out", work / "queue.csv")
            with open(work / "queue.csv", newline="") as file:
                rows = sorted(csv.DictReader(file), key=lambda row: int(row["index"]))
            together = np.array([float(row["rank"]) for row in rows])
            columns = {}
            for score in scores:
                run("score", project, "--score", score, "--run", 1, "--out", work / "score.csv")
                with open(work / "score.csv", newline="") as file:
                    ordered = sorted(csv.DictReader(file), key=lambda row: int(row["index"]))
                columns[score] = np.array([float(row["score"]) for row in ordered])
            columns["together"] = together
            return {name: [place(values, values[i]) for i in wrong] for name, values in columns.items()}

        probable, plain = places(PROBABILITIES), places(PIXELS)
    heads = [*PROBABILITIES, "these together", *PIXELS, "these together"]
    lists = [*probable.values(), *plain.values()]
    print("| error | " + " | ".join(heads) + " |")
    print("| --- |" + " --- |" * len(heads))
    for i, index in enumerate(wrong):
        print(f"| {index} | " + " | ".join(f"{values[i]:,.0f}" for values in lists) + " |")
    print("| among the first 100 | " + " | ".join(str(sum(place <= 100 for place in values)) for values in lists) + " |")


if __name__ == "__main__":
    main()
