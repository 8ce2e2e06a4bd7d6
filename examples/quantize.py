# SPDX-License-Identifier: Apache-2.0
"""A float model becomes an int8 one, with real examples of what it will see.

    python examples/quantize.py [--model MODEL --data EXAMPLES.npy] [--method int8] [--out SMALL.tflite]

--model: .tflite, .onnx, .keras or .h5; --data: an array [examples, ...] of its inputs. Without them a classifier of
two tones is trained.
"""

import argparse

import numpy as np

import tinyml

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", help="a float model file")
parser.add_argument("--data", help="a .npy file of examples")
parser.add_argument("--method", default="int8", choices=["int8", "int16x8", "mixed", "int8_qat", "float16"])
parser.add_argument("--out", help="where the .tflite file goes")
parser.add_argument("--epochs", type=int, default=20)
arguments = parser.parse_args()
if bool(arguments.model) != bool(arguments.data):
    parser.error("--model and --data go together: a model and examples of its inputs")


def tone(hz: float, seed: int) -> np.ndarray:
    """A second of sound."""
    noise = np.random.default_rng(seed).standard_normal(16000)
    return (8000 * np.sin(2 * np.pi * hz * np.arange(16000) / 16000) + 200 * noise).astype(np.int16)


if arguments.model:
    trained_model, calibration_data = arguments.model, np.load(arguments.data)
else:
    clips = [(tone(hz * (1 + 0.01 * i), i), label) for label, hz in (("low", 400), ("high", 2000)) for i in range(20)]
    trained_model = tinyml.AudioClassifier("sound_classification", epochs=arguments.epochs).train(clips)
    calibration_data = [trained_model.features(samples) for samples, _ in clips]
model = tinyml.Model.load(trained_model)

# fmt: off
if arguments.method == "int8":
    from tinyml import TinyMLOptimizer
    optimizer = TinyMLOptimizer()
    quantized = optimizer.quantize(model=trained_model, method="int8", representative_dataset=calibration_data)
    print(f"Original: {model.size_mb:.2f}MB"); print(f"Quantized: {quantized.size_kb:.1f}KB")
    print(f"Reduction: {(1 - quantized.size_kb/model.size_kb)*100:.1f}%")
# fmt: on
else:
    quantized = tinyml.TinyMLOptimizer().quantize(trained_model, arguments.method, calibration_data)
    print(f"{model.size_kb:.1f} KB become {quantized.size_kb:.1f} KB")

report = quantized.report
print(f"Signal to quantization noise of the output: {report['sqnr_db']:.1f} dB")
for layer in sorted(report["layers"], key=lambda layer: layer["own_sqnr_db"])[:3]:
    print(f"  {layer['name']} ({layer['op']}, {layer['type']}) alone: {layer['own_sqnr_db']:.1f} dB")
if arguments.out:
    quantized.save(arguments.out)
