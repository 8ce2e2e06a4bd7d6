#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every check that belongs to `make test`; the last line counts them.
set -uo pipefail
cd "$(dirname "$0")/.."
export TINYML_PYTHON=$PWD/.venv/bin/python TINYML_CLI=$PWD/build/bin/tinyml
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# check NAME COMMAND...: one check that counts as one.
check() {
  local name=$1
  shift
  if tools/timed.sh "$name" "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}

check "includes" python3 tools/check_includes.py .
check "lint" make -s --no-print-directory lint

# add_counts FILE: adds the "3 passed, 1 failed, 2 skipped" of the file's last line that has any.
add_counts() {
  local line
  line=$(grep -E '[0-9]+ (passed|failed|errors?|skipped)' "$1" | tail -n 1)
  [ -n "$line" ] || line="1 failed"
  number() { grep -oE "[0-9]+ $1" <<<"$line" | awk '{n += $1} END {print n + 0}'; }
  passed=$((passed + $(number passed))) failed=$((failed + $(number '(failed|error)'))) skipped=$((skipped + $(number skipped)))
}

tools/timed.sh "C++ tests" tools/ctest.sh build 2>&1 | tee "$log"
add_counts "$log"
tools/timed.sh "door tests" .venv/bin/python -m pytest -q -rs tests/doors 2>&1 | tee "$log"
add_counts "$log"

check "package" tests/package/run.sh build
check "sanitizers" tools/sanitize.sh
check "fuzz" tools/fuzz.sh 10

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
