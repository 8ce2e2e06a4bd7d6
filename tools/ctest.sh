#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ctest.sh FOLDER [CTEST-OPTION...]: runs the tests of a build; says what failed, with its output, the names of
# those that were skipped, and last how many of each.
set -uo pipefail
folder=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

ctest --test-dir "$folder" -j "$(nproc)" --output-on-failure "$@" >"$log" 2>&1
status=$?
read -r failed total < <(sed -nE 's/.* ([0-9]+) tests failed out of ([0-9]+).*/\1 \2/p' "$log") || { failed=0 total=0; }
[ "$status" = 0 ] && [ "$total" -gt 0 ] || [ "$failed" -gt 0 ] || failed=1 total=$((total + 1))
if [ "$failed" -gt 0 ]; then
  grep -vE '^ *[0-9]+/[0-9]+ Test .*(Passed|\*\*\*Skipped)|^ *Start +[0-9]+:|^\s+[0-9]+ - .* \(Skipped\)$|^$' "$log"
fi
skipped=$(sed -nE 's/^\s+[0-9]+ - (.*) \(Skipped\)$/skipped: \1/p' "$log")
[ -z "$skipped" ] || printf '%s\n' "$skipped"
skips=$(grep -c . <<<"$skipped")
echo "$((total - failed - skips)) passed, $failed failed, $skips skipped"
[ "$failed" = 0 ]
