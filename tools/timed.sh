#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timed.sh NAME COMMAND...: runs the command and says how long it took.
set -u
name=$1
shift
start=$(date +%s)
"$@"
status=$?
echo >&2 "[$name: $(($(date +%s) - start)) s]"
exit $status
