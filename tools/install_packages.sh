#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install_packages.sh WHAT PACKAGE...: installs with apt what is missing, after one line that says so.
set -eu
what=$1
shift
missing=
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || { echo "tinyml needs these packages to $what:$missing" >&2; exit 1; }
root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "tinyml needs root or sudo to install:$missing" >&2; exit 1; }
  root=sudo
fi
echo "Installing with apt, to $what:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $root apt-get update && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  exit 1
fi
