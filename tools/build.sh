#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh FOLDER JOBS [TARGET...]: builds; a status line on a terminal, elsewhere the log only when it fails.
set -u
folder=$1 jobs=$2
shift 2
set -- cmake --build "$folder" -j "$jobs" ${*:+--target "$@"}
if [ -t 1 ]; then
  exec "$@"
fi
log=$folder/build.log
"$@" >"$log" 2>&1 && exit 0
grep -E -A 12 'error|FAILED' "$log" | head -n 60
exit 1
