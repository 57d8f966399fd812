#!/bin/bash
# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
# count_tests.sh LOG STATUS: adds up the Totals lines in CTest's LastTest.log, names what failed and what was skipped,
# and ends with `N passed, N failed, N skipped`. Exit status 1 where anything failed, or where CTest says so.
set -euo pipefail
awk -v ctest_status="$2" '
    function endOfProgram() {
        if (name == "") return
        if (totals == 0) {
            if (skippedWhole) { skipped++; skips[++skipCount] = name ": the whole program" }
            else if (passedWhole) passed++
            else { failed++; fails[++failCount] = name ": ended without a result (crashed, timed out or did not start)" }
        } else if (!passedWhole && programFailed == 0) {
            failed++; fails[++failCount] = name ": crashed or timed out after its tests"
        }
        name = ""
    }
    /^[0-9]+\/[0-9]+ Test: / {
        endOfProgram()
        name = $0; sub(/^[0-9]+\/[0-9]+ Test: /, "", name)
        totals = 0; programFailed = 0; passedWhole = 0; skippedWhole = 0; next
    }
    /^Totals: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped/ {
        totals++; passed += $2; failed += $4; skipped += $6; programFailed += $4; next
    }
    /^(SKIP   : )/ { line = $0; sub(/^SKIP   : /, "", line); skips[++skipCount] = line; next }
    /^(FAIL!  : |XPASS  : )/ { line = $0; sub(/^[A-Z!]+ +: /, "", line); fails[++failCount] = line; next }
    /^Test Passed\./ { passedWhole = 1; next }
    /^Test (Skipped|Pass Reason|Skip)/ { skippedWhole = 1; next }
    END {
        endOfProgram()
        for (i = 1; i <= skipCount; i++) print "skipped: " skips[i]
        for (i = 1; i <= failCount; i++) print "failed: " fails[i]
        if (failed == 0 && ctest_status != 0) { failed++; print "failed: ctest ended with status " ctest_status }
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }' "$1"
