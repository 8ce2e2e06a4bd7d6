#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# soak.sh fuzz|folds|differential: the long checks. TINYML_DATA: recordings for folds.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  fuzz) tools/fuzz.sh "${SECONDS_EACH:-600}" ;;
  folds)
    cmake --preset release -DTINYML_BENCH=ON >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
    tools/build.sh build "$(nproc)" keyword_folds
    build/bin/keyword_folds "${TINYML_DATA:?a folder of recordings}" --folds 5 --seeds 3
    ;;
  differential)
    cmake --preset release -DTINYML_TESTS=ON >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
    tools/build.sh build "$(nproc)" run_test
    TINYML_REQUIRE_ORACLES=1 TINYML_GRAPHS=${TINYML_GRAPHS:-20000} TINYML_SEED=${TINYML_SEED:-1000} \
      build/bin/run_test --gtest_filter='Differential.*'
    ;;
  *) echo "usage: make soak TARGET=fuzz|folds|differential" >&2; exit 2 ;;
esac
