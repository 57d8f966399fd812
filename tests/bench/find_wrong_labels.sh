#!/bin/bash
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole journey as an experiment on the command line: inject noise (or take a label file), train methods over
# seeds, find the wrong labels, accept the suggestions above the threshold, count what is left wrong.
#
#   find_wrong_labels.sh DATASET WORKFOLDER [options]
#     --labels L.csv --truth T.csv    human labels instead of injected noise (passed on to `train`)
#     --label-column C --truth-column C
#     --rate R       symmetric noise otherwise (default 0.4)
#     --methods "a b c"   (default: "cross-entropy co-teaching m-dyr-h")
#     --seeds "1 2 3"  --epochs E  --subset N  --network ID
# Prints one CSV row per run; the projects stay in WORKFOLDER.
set -euo pipefail
cli=${ASSAY_CLI:-"$(dirname "$(readlink -f "$0")")/../../build/bin/assay-cli"}
data=$1 work=$2
shift 2
rate=0.4 methods="cross-entropy co-teaching m-dyr-h" seeds="1 2 3"
labels=() extra=()
while [ $# -gt 0 ]; do
    case $1 in
    --labels | --truth | --label-column | --truth-column) labels+=("$1" "$2") ;;
    --rate) rate=$2 ;;
    --methods) methods=$2 ;;
    --seeds) seeds=$2 ;;
    --epochs | --subset | --network | --threads | --set) extra+=("$1" "$2") ;;
    *) echo "unknown option: $1" >&2; exit 2 ;;
    esac
    shift 2
done
mkdir -p "$work"

# Wrong labels among the rows that the run trained on, before and after the decisions. A truth file may name classes by
# number, as CIFAR-10N does; CLASSES has the names in order.
classes=$work/classes.json
"$cli" info "$data" --json >"$classes"
count_wrong() { # exported-csv truth-csv truth-column
    python3 - "$classes" "$@" <<'PY'
import csv, json, sys
names = json.load(open(sys.argv[1]))["classes"]
def name(label):
    return label if label in names or not label.isdigit() else names[int(label)]
rows = list(csv.DictReader(open(sys.argv[2], newline="")))
truth = {int(r["index"]): name(r[sys.argv[4]]) for r in csv.DictReader(open(sys.argv[3], newline=""))}
before = after = 0
for r in rows:
    i = int(r["index"])
    if i not in truth or not r["loss"] or r["split"] != "train": continue
    before += r["given"] != truth[i]
    after += r["effective"] != truth[i]
print(before, after)
PY
}

echo "method,seed,best,last,mean_last_10,auroc,average_precision,f1,seconds_per_epoch,wrong_before,wrong_after"
for seed in $seeds; do
    truth_file= truth_column=true_label
    if [ ${#labels[@]} -eq 0 ]; then
        noisy=$work/noise-$seed.csv
        "$cli" noise "$data" --model symmetric --rate "$rate" --seed "$seed" --out "$noisy" >/dev/null
        source=(--labels "$noisy")
        truth_file=$noisy
    else
        source=("${labels[@]}")
        for ((i = 0; i < ${#labels[@]}; i += 2)); do
            [ "${labels[i]}" = --truth ] && truth_file=${labels[i + 1]}
            [ "${labels[i]}" = --truth-column ] && truth_column=${labels[i + 1]}
        done
    fi
    for method in $methods; do
        project=$work/$method-$seed.assay
        rm -rf "$project"*
        "$cli" train "$data" --project "$project" --method "$method" --seed "$seed" "${source[@]}" "${extra[@]}" --json >"$work/$method-$seed.json"
        "$cli" accept "$project" --run 1 >/dev/null
        "$cli" export "$project" --format audit-csv --out "$work/$method-$seed.csv" --run 1 >/dev/null
        read -r before after < <(count_wrong "$work/$method-$seed.csv" "$truth_file" "$truth_column")
        python3 - "$work/$method-$seed.json" "$method" "$seed" "$before" "$after" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
a, f = d["accuracy"], d.get("detection") or {}
print(",".join([sys.argv[2], sys.argv[3]] + ["%.4f" % v if v is not None else "" for v in
    (a["best"], a["last"], a["mean_last_10"], f.get("auroc"), f.get("average_precision"), f.get("f1"), d["seconds_per_epoch"])] + sys.argv[4:6]))
PY
    done
done
