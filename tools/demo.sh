#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Keyword spotting from recordings to an emulated Nano 33 BLE. TINYML_DATA: a folder of real recordings;
# without it, synthetic speech. TASK=anomaly: a machine's anomalies instead; TINYML_DATA is then a fan's accelerometer.csv. TINYML_KEYWORDS: separated by commas (default yes,no,stop,go).
set -euo pipefail
cd "$(dirname "$0")/.."
tinyml=build/bin/tinyml
keywords=${TINYML_KEYWORDS:-yes,no,stop,go}
work=build/demo
if [ "${TASK:-keywords}" = anomaly ]; then
  mkdir -p "$work"
  exec tools/timed.sh "anomaly" .venv/bin/python examples/anomaly_detection.py --out "$work/anomaly" \
    ${TINYML_DATA:+--data "$TINYML_DATA"}
fi
rm -rf "$work"
mkdir -p "$work"

if [ -n "${TINYML_DATA:-}" ]; then
  kind="real recordings ($TINYML_DATA)"
  data=$TINYML_DATA
else
  kind="synthetic speech: no test voice and no test accent was in training"
  data=$work/speech
  tools/timed.sh "speech" "$tinyml" data synth --keywords "$keywords" --clips 160 --out "$data"
fi
tools/timed.sh "training" "$tinyml" train kws --data "$data" --keywords "$keywords" --out "$work/project"
tools/timed.sh "export" "$tinyml" export "$work/project" --to arduino --out "$work/arduino"
tools/timed.sh "proof" "$tinyml" compare "$work/project" --json >"$work/compare.json"
"$tinyml" evaluate "$work/project" --json >"$work/evaluate.json"
"$tinyml" profile "$work/project" --board arduino_nano33_ble --json >"$work/profile.json"
python3 tools/demo_table.py "$kind" "$work"
