# SPDX-License-Identifier: Apache-2.0
"""From recordings to a program on an Arduino Nano 33 BLE, in five lines.

    python examples/keyword_spotting.py --data RECORDINGS

RECORDINGS is a folder with a folder of WAV, FLAC or OGG files for each word, or a labels.csv. Words that are
no keyword become the class "unknown".
Without recordings: tinyml data synth --keywords yes,no,stop,go --out RECORDINGS
"""

import argparse
import functools
from pathlib import Path

import tinyml
from tinyml import AudioClassifier

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", required=True, help="the recordings")
parser.add_argument("--epochs", type=int, help="passes over the recordings (default: the library's)")
arguments = parser.parse_args()
audio_dataset = arguments.data
if not Path(audio_dataset).exists():
    parser.error(f"no folder or file {audio_dataset}")
if arguments.epochs is not None:
    AudioClassifier = functools.partial(AudioClassifier, epochs=arguments.epochs)

# fmt: off
classifier = AudioClassifier(model_type="keyword_spotting", keywords=["yes", "no", "stop", "go"], sample_rate=16000)  # noqa: E501
classifier.train(audio_dataset)
tflite_model = classifier.export_tflite_micro(quantization="int8", target="arduino_nano33")
# fmt: on

evaluation = classifier.evaluate()
print(classifier.summary(), end="")
print(f"Accuracy {evaluation['accuracy']:.1%} on {evaluation['clips']} {evaluation['split']} clips")
print(f"Model: {tflite_model.size_kb:.1f} KB")

try:
    classifier.deploy_to_arduino(board="arduino:mbed_nano:nano33ble", port="/dev/ttyACM0")
except tinyml.Error as error:
    print(f"Not deployed: {error}")
