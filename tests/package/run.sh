#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build into a temporary folder, builds examples/cpp there as an outside project and runs it.
# Usage: run.sh BUILD_DIR
set -euo pipefail
build=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

fail() {
  echo "package: $*" >&2
  exit 1
}

# quiet COMMAND...: its output only where it fails.
quiet() {
  "$@" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; fail "failed: $*"; }
}

# expect TEXT FILE
expect() {
  grep -qE -- "$1" "$2" || { cat "$2" >&2; fail "no \"$1\" in the output"; }
}

quiet cmake --install "$build" --prefix "$prefix"
[ -n "$(find "$prefix" -name libtinyml_count.so)" ] || fail "the instruction counter is not installed"
[ -n "$(find "$prefix" -name tinyml-unpack -perm -u+x)" ] || fail "tinyml-unpack is not installed"
"$prefix/bin/tinyml" --version >/dev/null || fail "the installed CLI does not run"

# Public headers stand alone: the installed folder and the standard library are all that they include.
(cd "$prefix/include" && find tinyml -name '*.h' -not -path 'tinyml/device/*' | sort) >"$work/headers"
sed 's/.*/#include "&"/' "$work/headers" >"$work/headers.cpp"
quiet "${CXX:-c++}" -std=c++20 -fsyntax-only -I "$prefix/include" "$work/headers.cpp"
"${CXX:-c++}" -std=c++20 -M -I "$prefix/include" "$work/headers.cpp" >"$work/included"
if grep -oE '/usr/(local/)?include/(hwy|fmt|nlohmann|flatbuffers|google|toml|CLI|sndfile|soxr|minizip|zlib|jpeglib|png)[^ ]*' "$work/included"; then
  fail "the installed headers need these headers of other libraries"
fi
if grep -oE "$source/[^ ]*" "$work/included"; then fail "the installed headers include the source folder"; fi

quiet cmake -S "$source/examples/cpp" -B "$work/example" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
quiet cmake --build "$work/example"
quiet cmake -S "$source/tests/package/outside" -B "$work/outside" -DCMAKE_PREFIX_PATH="$prefix"
quiet cmake --build "$work/outside"
"$work/outside/plugin_path" >"$work/log"
expect "^$prefix/.*/libtinyml_count.so$" "$work/log"
if grep -rqE "$build|$source/tinyml" "$prefix/lib"*/cmake "$prefix"/lib*/*/cmake 2>/dev/null; then
  fail "the installed package names the build folder"
fi

cd "$work"
quiet "$prefix/bin/tinyml" data synth --keywords yes,no,stop,go --clips 12 --out "$work/speech"
quiet timeout 300 "$work/example/keyword_spotting" "$work/speech" 3
expect '^  accuracy ' "$work/log"
expect '^test split, [0-9]+ clips: [0-9.]+ % right as int8' "$work/log"
expect '^  silence +recall ' "$work/log"
expect '^keywords.tflite: [0-9.]+ KB$' "$work/log"
expect '^Not deployed: .*/dev/ttyACM0' "$work/log"
[ "$(dd if=keywords.tflite bs=1 skip=4 count=4 2>/dev/null)" = TFL3 ] || fail "keywords.tflite is no .tflite file"

status=0
"$work/example/keyword_spotting" "$work/nowhere" >"$work/log" 2>&1 || status=$?
[ "$status" = 2 ] || fail "exit code $status for recordings that are not there"
expect "^keyword_spotting: .*nowhere" "$work/log"
[ "$(wc -l <"$work/log")" = 1 ] || fail "more than one line for recordings that are not there"

echo "package: installed, built outside and run"
