#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Keyword spotting from recordings to an emulated Nano 33 BLE. TINYML_DATA: a folder of real recordings;
# without it, synthetic speech. TINYML_KEYWORDS: separated by commas (default yes,no,stop,go).
# TASK=anomaly: a machine's anomalies instead; TINYML_DATA: a fan's accelerometer.csv, see
# examples/anomaly_detection.py; without it, a synthetic machine.
set -euo pipefail
cd "$(dirname "$0")/.."
tinyml=build/bin/tinyml
keywords=${TINYML_KEYWORDS:-yes,no,stop,go}
work=build/demo

# Exports a project, proves it and prints what it is worth: PROJECT KIND FOLDER.
show() {
  tools/timed.sh "export" "$tinyml" export "$1" --to arduino --out "$3/arduino"
  tools/timed.sh "proof" "$tinyml" compare "$1" --json >"$3/compare.json"
  "$tinyml" evaluate "$1" --json >"$3/evaluate.json"
  "$tinyml" profile "$1" --board arduino_nano33_ble --json >"$3/profile.json"
  python3 tools/demo_table.py "$2" "$3" "$1"
}

rm -rf "$work"
mkdir -p "$work"
case ${TASK:-keywords} in
  keywords)
    if [ -n "${TINYML_DATA:-}" ]; then
      kind="real recordings ($TINYML_DATA)"
      data=$TINYML_DATA
    else
      kind="synthetic speech: no test voice and no test accent was in training"
      data=$work/speech
      tools/timed.sh "speech" "$tinyml" data synth --keywords "$keywords" --clips 160 --out "$data"
    fi
    tools/timed.sh "training" "$tinyml" train kws --data "$data" --keywords "$keywords" --out "$work/project"
    show "$work/project" "$kind" "$work"
    ;;
  anomaly)
    tools/timed.sh "training" .venv/bin/python examples/anomaly_detection.py --out "$work" \
      ${TINYML_DATA:+--data "$TINYML_DATA"}
    if [ -n "${TINYML_DATA:-}" ]; then
      show "$work/fan" "a fan at known speed ($TINYML_DATA)" "$work"
    else
      show "$work/machine" "a synthetic machine with three sensors" "$work"
    fi
    ;;
  *)
    echo "TASK is keywords or anomaly, not $TASK" >&2
    exit 2
    ;;
esac
