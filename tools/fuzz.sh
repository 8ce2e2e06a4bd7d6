#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh SECONDS: replays every fuzz corpus, then fuzzes each reader that long from a fixed seed.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?seconds}
cmake --preset fuzz >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
tools/build.sh build/fuzz "$(nproc)" fuzzers
for target in build/fuzz/bin/*_fuzzer; do
  name=$(basename "$target" _fuzzer)
  fresh=$(mktemp -d)
  if ! "$target" -seed=1 -max_total_time="$seconds" -rss_limit_mb=4096 -artifact_prefix="build/fuzz/$name-" "$fresh" "fuzz/corpus/$name" >build.log 2>&1; then
    tail -n 30 build.log
    exit 1
  fi
  echo "fuzz $name: $(grep -oE 'Done [0-9]+ runs' build.log), nothing found"
  rm -rf "$fresh"
done
