# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by run.sh and test.sh; sourced, not run. Sets `root` and offers say, die and configure_once.

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

say() { printf 'assay: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Configures build/ with the release preset where that was not done yet; Ninja itself configures again when a
# CMake file has changed. A build folder that was copied from another place is made afresh.
configure_once() {
    local cache=$root/build/CMakeCache.txt
    local here
    here=$(cd "$root" && pwd -P)
    if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$here" "$cache"; then
        say "build/ was made for another folder; it is configured afresh."
        rm -rf "$root/build/CMakeCache.txt" "$root/build/CMakeFiles"
    fi
    if [ ! -f "$root/build/build.ninja" ] || [ ! -f "$cache" ]; then
        say "configuring a release build in build/ (once)."
        (cd "$root" && cmake --preset release -DASSAY_GUI=ON -DASSAY_ENGINE=ON -DASSAY_OPENCV=ON -DASSAY_TESTS=ON) >&2 ||
            die "CMake could not configure the build; its message stands above."
    fi
}

# build [target…]: two jobs, quiet when nothing is to be done.
build() {
    local targets=()
    [ $# -gt 0 ] && targets=(--target "$@")
    (cd "$root" && cmake --build --preset release "${targets[@]}") >&2 ||
        die "the build failed; the compiler's message stands above."
}
