#!/bin/bash
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing of packages.txt from Debian, as root or through sudo. Does nothing when nothing is missing.
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

list=$root/packaging/packages.txt
mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' "$list" | grep -v '^$')

command -v dpkg-query >/dev/null ||
    die "this is not a Debian system: install what corresponds to packaging/packages.txt, then build with cmake --preset release."

# One call for all: prints a line for each package that is known and fully installed.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort -u || true)
missing=()
for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

say "installing ${#missing[@]} missing Debian packages: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        die "these packages are missing and there is no sudo; as root run: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q "$@" >&2; }
apt update || say "apt-get update failed; trying with the package lists that are there."
apt install -y --no-install-recommends "${missing[@]}" ||
    die "apt-get could not install the packages; its message stands above."
