#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The C++ tests under the address and undefined-behaviour sanitizers, but for those that mostly run other
# programs (compilers, emulators): these are in the ordinary run, which also names the skipped ones.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset asan >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
tools/build.sh build/asan "$(nproc)" tests
tools/ctest.sh build/asan -LE external | grep -v '^skipped: '
