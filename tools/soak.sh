#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# soak.sh fuzz|folds|images|differential: the long checks. TINYML_DATA: recordings for folds, pictures for images.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  fuzz) tools/fuzz.sh "${SECONDS_EACH:-600}" ;;
  folds)
    cmake --preset release -DTINYML_BENCH=ON >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
    tools/build.sh build "$(nproc)" keyword_folds
    build/bin/keyword_folds "${TINYML_DATA:?a folder of recordings}" --folds 5 --seeds 3
    ;;
  images) # SEEDS (5), FOLDS (5), NETS (names in bench/images); BACKBONE: a float model for fine_tuned
    : "${TINYML_DATA:?a folder of pictures}"
    cmake --preset release -DTINYML_BENCH=ON >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
    tools/build.sh build "$(nproc)" image_accuracy
    for net in ${NETS:-cnn_2d mobilenet_v1_025 mobilenet_v1_025_64 mobilenet_v1_025_48 mobilenet_v2_tiny ${BACKBONE:+fine_tuned}}; do
      measure=(build/bin/image_accuracy "$TINYML_DATA" "bench/images/$net.toml")
      if [ "$net" = fine_tuned ]; then measure+=(--backbone "${BACKBONE:?a float model}"); fi
      echo "$net"
      "${measure[@]}" --seeds "${SEEDS:-5}"
      if [ "${FOLDS:-5}" -gt 0 ]; then "${measure[@]}" --folds "${FOLDS:-5}"; fi
    done
    ;;
  differential)
    cmake --preset release -DTINYML_TESTS=ON >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
    tools/build.sh build "$(nproc)" run_test
    TINYML_REQUIRE_ORACLES=1 TINYML_GRAPHS=${TINYML_GRAPHS:-20000} TINYML_SEED=${TINYML_SEED:-1000} \
      build/bin/run_test --gtest_filter='Differential.*'
    ;;
  *) echo "usage: make soak TARGET=fuzz|folds|images|differential" >&2; exit 2 ;;
esac
