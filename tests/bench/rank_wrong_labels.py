#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well every score ranks wrong labels, and all of them as one queue: for each kind of labels and seed a
cross-validation and runs of other methods, then a reviewer who knows the truth (assay-cli simulate-review).

    rank_wrong_labels.py DATASET WORKFOLDER [--models symmetric,asymmetric,instance] [--rates 0.1,0.2,0.4]
    rank_wrong_labels.py DATASET WORKFOLDER --labels L.csv --labels-column C --truth T.csv --truth-column D

An interrupted grid goes on where it was. WORKFOLDER/scores.csv has a row per queue, kind of labels and seed;
WORKFOLDER/table.md the means over the seeds of the best scores and the fused queues, and in how many rows these win;
WORKFOLDER/average-precision.md that figure of every score. --review-again trains nothing that is there and reviews anew.
"""
import argparse
import collections
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys

FUSED, RANKED, CONFIDENT = "fusion", "fusion, ranked anew", "confident-learning"
FIGURES = ["auroc", "average_precision", "precision_100", "precision_1000"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--models", default="symmetric,asymmetric,instance")
    parser.add_argument("--rates", default="0.1,0.2,0.4")
    parser.add_argument("--seeds", default="1,2,3")
    for name in ("labels", "labels-column", "truth", "truth-column"):
        parser.add_argument("--" + name)
    parser.add_argument("--folds", default="5")
    parser.add_argument("--fold-epochs", default="8")
    parser.add_argument("--methods", default="m-dyr-h", help="trained besides, on all labels, with features kept")
    parser.add_argument("--epochs", default="15")
    parser.add_argument("--threads", default="1")
    parser.add_argument("--review-again", action="store_true", help="take no review from an earlier call")
    return parser.parse_args()


def run(*words):
    cli = os.environ.get("ASSAY_CLI") or pathlib.Path(__file__).resolve().parents[2] / "build/bin/assay-cli"
    done = subprocess.run([str(cli), *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stderr[-2000:]}")
    return done.stdout


def measure(options, work, labels, seed):
    """The queues of one kind of labels and one seed, trained where that has not been done."""
    result = work / "review.json"
    if options.review_again or not result.exists():
        project = work / "runs.assay"
        finished = set()
        if project.exists():
            done = json.loads(run("runs", project, "--json"))["runs"]
            finished = {one["method"] for one in done if one["state"] == "finished"}
        common = ["--project", project, "--seed", seed, "--threads", options.threads, *labels, "--json"]
        if "cross-validation" not in finished:
            run("cross-validate", options.dataset, "--method", "cross-entropy", "--folds", options.folds, "--epochs",
                options.fold_epochs, *common)
        for method in options.methods.split(","):
            if method not in finished:
                run("train", options.dataset, "--method", method, "--epochs", options.epochs, "--keep-features", *common)
        together = [one["run"] for one in json.loads(run("runs", project, "--json"))["runs"]
                    if one["state"] == "finished"
                    and (one["method"] == "cross-validation" or one["method"] in options.methods.split(","))]
        words = [word for number in together for word in ("--run", number)]
        text = run("simulate-review", project, *words, "--out", work / "review", "--json")
        result.write_text(text)
    return json.loads(result.read_text())


def figures(queue, samples):
    found = queue["found"]
    at = {n: found[str(n)] / n for n in (100, 1000) if str(n) in found and n <= samples}
    return {"auroc": queue["auroc"], "average_precision": queue["average_precision"],
            "precision_100": at.get(100), "precision_1000": at.get(1000)}


def cells(options):
    for seed in options.seeds.split(","):
        if options.labels:
            words = ["--labels", options.labels, "--labels-column", options.labels_column, "--truth", options.truth,
                     "--truth-column", options.truth_column]
            yield "as given", seed, options.work / f"given-{seed}", words
            continue
        for model in options.models.split(","):
            for rate in options.rates.split(","):
                work = options.work / f"{model}-{rate}-{seed}"
                work.mkdir(parents=True, exist_ok=True)
                noisy = work / "noisy.csv"
                if not noisy.exists():
                    run("noise", options.dataset, "--model", model, "--rate", rate, "--seed", seed, "--out", noisy)
                yield f"{model} {float(rate):.0%}", seed, work, ["--labels", noisy]


def main():
    options = arguments()
    rows = []
    for name, seed, work, labels in cells(options):
        work.mkdir(parents=True, exist_ok=True)
        print(name, "seed", seed, file=sys.stderr, flush=True)
        review = measure(options, work, labels, seed)
        for queue in review["queues"]:
            rows.append({"labels": name, "seed": seed, "queue": queue["queue"], **figures(queue, review["samples"])})
        with open(options.work / "scores.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, ["labels", "seed", "queue", *FIGURES])
            writer.writeheader()
            writer.writerows(rows)
        (options.work / "table.md").write_text(table(rows))
        (options.work / "average-precision.md").write_text(every_score(rows))


def grouped(rows):
    """By kind of labels, then by queue: the rows of all seeds."""
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        groups[row["labels"]][row["queue"]].append(row)
    return groups


def mean(members, figure):
    values = [member[figure] for member in members if member[figure] is not None]
    return statistics.mean(values) if values else float("nan")


def is_single(queue):
    return queue not in (FUSED, RANKED, "random order")


def every_score(rows):
    """Average precision, mean over the seeds: a row for each queue, a column for each kind of labels."""
    groups = grouped(rows)
    queues = sorted({queue for members in groups.values() for queue in members},
                    key=lambda queue: -statistics.mean(mean(members[queue], "average_precision") for members in groups.values()))
    lines = ["| queue | " + " | ".join(groups) + " |", "| --- |" + " --- |" * len(groups)]
    for queue in queues:
        values = [mean(members[queue], "average_precision") for members in groups.values()]
        lines.append(f"| {queue} | " + " | ".join(f"{value:.3f}" for value in values) + " |")
    return "\n".join(lines) + "\n"


def table(rows):
    """Of each kind of labels: the best single score, confident learning, and the fused queues, as means over the seeds."""
    groups = grouped(rows)
    lines = ["| labels | queue | AUROC | average precision | of the first 100 | of the first 1,000 |", "| --- | --- | --- | --- | --- | --- |"]

    wins = collections.Counter()
    for name, queues in groups.items():
        single = {q: m for q, m in queues.items() if is_single(q)}
        best = max(single, key=lambda q: mean(single[q], "average_precision"))
        shown = [best] + [q for q in single if q.split(" of ")[0] == CONFIDENT and q != best] + [FUSED, RANKED]
        for queue in shown:
            label = queue + (" (best single)" if queue == best else "")
            lines.append(f"| {name} | {label} | " + " | ".join(f"{mean(queues[queue], f):.3f}" for f in FIGURES) + " |")
        confident = [mean(m, "average_precision") for q, m in single.items() if q.split(" of ")[0] == CONFIDENT]
        for queue in (FUSED, RANKED):
            own = mean(queues[queue], "average_precision")
            wins[queue, "the best single score"] += own > mean(single[best], "average_precision")
            wins[queue, "confident learning"] += own > max(confident)
    lines.append("")
    for (queue, other), count in wins.items():
        lines.append(f"{queue}: before {other} in {count} of {len(groups)}.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
