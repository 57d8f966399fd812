#!/bin/bash
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds everything and runs the tests. Arguments go to ctest (-R name, -L label, …).
# The last line is `N passed, N failed, N skipped`: test functions, and one for a program that crashes or hangs.
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

"$root/packaging/install_packages.sh"
configure_once
say "building with two jobs."
build
say "running the tests, two at a time."
log=$root/build/Testing/Temporary/LastTest.log
rm -f "$log"
status=0
(cd "$root" && ctest --preset release -j 2 "$@") || status=$?
[ -f "$log" ] || die "no test ran."
"$root/packaging/count_tests.sh" "$log" "$status"
