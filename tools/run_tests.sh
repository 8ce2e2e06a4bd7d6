#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every check that belongs to `make test`; the last line counts them.
set -uo pipefail
cd "$(dirname "$0")/.."
export TINYML_PYTHON=$PWD/.venv/bin/python TINYML_CLI=$PWD/build/bin/tinyml
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# check NAME COMMAND...: one check that counts as one.
check() {
  local name=$1
  shift
  if tools/timed.sh "$name" "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}

check "includes" python3 tools/check_includes.py .
check "ruff" .venv/bin/ruff check -q python tests tools bench examples

tools/timed.sh "C++ tests" ctest --test-dir build -j "$(nproc)" --output-on-failure 2>&1 | tee "$log" | grep -vE '^ *[0-9]+/[0-9]+ Test .*(Passed|Skipped)|^ *Start +[0-9]+:'
read -r bad total < <(sed -nE 's/.* ([0-9]+) tests failed out of ([0-9]+).*/\1 \2/p' "$log") || { bad=1 total=1; }
passed=$((passed + total - bad)) failed=$((failed + bad))

tools/timed.sh "door tests" .venv/bin/python -m pytest -q tests/doors 2>&1 | tee "$log"
summary=$(tail -n 3 "$log")
ok=$(grep -oE '[0-9]+ passed' <<<"$summary" | tail -n 1 | cut -d' ' -f1)
bad=$(grep -oE '[0-9]+ (failed|error)' <<<"$summary" | awk '{n += $1} END {print n + 0}')
[ -n "$ok" ] || bad=$((bad + 1))
passed=$((passed + ${ok:-0})) failed=$((failed + bad))

check "package" tests/package/run.sh build
check "sanitizers" tools/sanitize.sh
check "fuzz" tools/fuzz.sh 10

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
