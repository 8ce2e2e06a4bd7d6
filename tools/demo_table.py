# SPDX-License-Identifier: Apache-2.0
"""demo_table.py KIND FOLDER PROJECT: prints what evaluate, profile and compare wrote as JSON into the folder."""

import json
import sys
from pathlib import Path

kind, folder, project = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
evaluation, profile, agreements = (
    json.loads((folder / f"{name}.json").read_text()) for name in ("evaluate", "profile", "compare")
)
equal = sum(row["equal"] for row in agreements)
windows = sum(row["clips"] for row in agreements)
cores = ", ".join(row["engine"].split()[-1] for row in agreements)
float32, int8 = evaluation["float32"], evaluation["int8"]
if "accuracy" in int8:
    task = "Keyword spotting"
    rows = [
        ("accuracy, float32", f"{100 * float32['accuracy']:.1f} %"),
        ("accuracy, int8", f"{100 * int8['accuracy']:.1f} % of {evaluation['clips']} clips"),
    ]
else:
    task = "Anomaly detection"
    rows = [
        ("AUC, float32", f"{float32['auc']:.4f}"),
        ("AUC, int8", f"{int8['auc']:.4f}"),
        ("found", f"{100 * int8['recall']:.1f} % of {int8['anomalous']:,} anomalous windows"),
        ("false alarms", f"{int8['false_alarms']} in {int8['normal']} normal windows"),
    ]
rows += [
    ("model", f"{profile['model_bytes'] / 1024:.1f} KB"),
    ("RAM", f"{profile['ram_bytes']:,} bytes, features and stack included"),
    ("flash", f"{profile['flash_bytes']:,} bytes"),
    ("instructions", f"{profile['instructions']:,} an inference ({profile['source']})"),
    (
        "latency",
        f"{profile['latency_ms']:.1f} ms, features {profile['features']['latency_ms']:.2f} ms a stride (modelled)",
    ),
    ("energy", f"{profile['energy_mj']:.3f} mJ an inference (modelled)"),
    ("bit-exact", f"{equal}/{windows} from samples to scores on {cores}"),
]
print(f"\n{task} on the Arduino Nano 33 BLE at 64 MHz, emulated: {kind}")
print("-" * 78)
for name, value in rows:
    print(f"  {name:<20} {value}")
print("-" * 78)
print(f"  report               {project / 'report.html'}")
print(f"  Arduino library      {folder / 'arduino'}")
sys.exit(0 if equal == windows else 1)
