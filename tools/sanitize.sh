#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The C++ tests under the address and undefined-behaviour sanitizers.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset asan >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
tools/build.sh build/asan "$(nproc)"
# The tests that only drive other programs (compilers, emulators, oracles) are in the ordinary run.
ctest --test-dir build/asan -j "$(nproc)" --output-on-failure -LE external 2>&1 | tail -n 25
