#!/bin/bash
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
# All that wants a GPU, as one command: every method on the device and against the CPU, then, with CIFAR-10 at hand, the
# methods of the published tables with their figures, images per second and how busy the device was.
#
#   check.sh [CIFAR-10] [OUT]     the archive or folder of CIFAR-10; a folder for tables and plots (default: gpu-results)
#   EPOCHS=30                     epochs of each run
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=${ASSAY_BUILD:-"$here/../../build"}
data=${1:-} out=${2:-gpu-results}

if ! command -v nvidia-smi >/dev/null || ! nvidia-smi -L >/dev/null 2>&1; then
    echo "SKIPPED: there is no NVIDIA GPU here, so nothing was run on one"
    exit 0
fi
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
"$build/tests/tst_gpu_training"

if [ -z "$data" ]; then
    echo "SKIPPED: no CIFAR-10 was named, so the published figures were not compared"
    exit 0
fi
mkdir -p "$out"
sed "s/^epochs = .*/epochs = ${EPOCHS:-30}/" "$here/cifar-10.toml" >"$out/cifar-10.toml"
nvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits --loop=1 >"$out/device.csv" &
watcher=$!
trap 'kill "$watcher" 2>/dev/null || true' EXIT
"$build/bin/assay-cli" recipe "$out/cifar-10.toml" --dataset "$data" --project "$out/cifar-10.assay" --out "$out"
kill "$watcher" 2>/dev/null || true
cat "$out/summary.md"
"$build/bin/assay-cli" runs "$out/cifar-10.assay"
awk -F, '{ busy += $1; if ($2 > most) most = $2 } END { if (NR) printf "GPU busy %.0f %% on average over %d s, at most %d MiB in use\n", busy / NR, NR, most }' "$out/device.csv"
