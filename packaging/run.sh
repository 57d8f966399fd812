#!/bin/bash
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds a release and opens the window. Arguments go to the program.
#
#   packaging/run.sh [--build-only] [FILE|FOLDER …]
#
# --build-only (or ASSAY_NO_START=1) ends after the build.
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

start=1
[ -n "${ASSAY_NO_START:-}" ] && start=0
if [ "${1:-}" = "--build-only" ]; then
    start=0
    shift
fi

"$root/packaging/install_packages.sh"
configure_once
build assay assay-cli assay_engine
[ $start -eq 1 ] || { say "built: build/bin/assay and build/bin/assay-cli."; exit 0; }

if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ] && [[ " $* " != *" -platform "* ]]; then
    die "built, but there is no display to open the window on; log in to a desktop or set DISPLAY. build/bin/assay-cli works without one."
fi
say "opening the window."
exec "$root/build/bin/assay" "$@"
