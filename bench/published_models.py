# SPDX-License-Identifier: Apache-2.0
"""published_models.py TINYML FOLDER: what every .tflite of a folder costs on a Cortex-M4, as a table.

Instructions and cycles of one inference, RAM and flash by `tinyml profile`, beside TensorFlow Lite Micro with
CMSIS-NN where those have been counted in the same way.
"""

import json
import pathlib
import subprocess
import sys

BOARD = "nucleo_l4r5zi"
# TensorFlow Lite Micro 90b983c2 with CMSIS-NN 4ab83cc3: instructions, modelled cycles, RAM and flash in bytes.
BASELINE = {
    "kws_ref_int8": (7_699_667, 9_205_978, 25_292, 107_652),
    "resnet8_cifar10_int8": (29_864_897, 35_808_948, 57_468, 150_016),
    "vww_96_int8": (24_101_546, 29_170_495, 103_180, 387_004),
    "ad01_toycar_int8": (582_862, 724_672, 3_932, 304_372),
}


def row(tinyml, model):
    command = [tinyml, "profile", str(model), "--board", BOARD, "--mode", "speed", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        return f"| {model.stem} | not for a device: {run.stderr.strip().split(': ', 2)[-1]} | | | |"
    figures = json.loads(run.stdout)
    keys = ("instructions", "cycles", "ram_bytes", "flash_bytes")
    before = BASELINE.get(model.stem, (None,) * 4)
    cells = [f"{figures[key]:,}" + (f" ({old:,})" if old else "") for key, old in zip(keys, before, strict=True)]
    return f"| {model.stem} | " + " | ".join(cells) + " |"


def main(tinyml, folder):
    print("| model | instructions | modelled cycles | RAM, bytes | flash, bytes |")
    print("| --- | --- | --- | --- | --- |")
    for model in sorted(pathlib.Path(folder).glob("*.tflite")):
        print(row(tinyml, model), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
