# SPDX-License-Identifier: Apache-2.0
"""tflite_micro_run.py MODEL.tflite IN.bin OUT.bin: runs a model in TensorFlow Lite Micro, call by call.

The files are those of raw_calls.py. State carries over from call to call.
"""

import pathlib
import sys

from raw_calls import read_calls, write_calls
from tflite_micro.python.tflite_micro import runtime


def main(model_path, source, target):
    model = pathlib.Path(model_path).read_bytes()
    subgraph = runtime.convert_bytearray_to_object(model).subgraphs[0]
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=32 << 20)
    inputs = [interpreter.get_input_details(i) for i in range(len(subgraph.inputs))]

    def run(arrays):
        for index, array in enumerate(arrays):
            interpreter.set_input(array, index)
        interpreter.invoke()
        return [interpreter.get_output(i).copy() for i in range(len(subgraph.outputs))]

    write_calls(target, [run(call) for call in read_calls(source, [(i["shape"], i["dtype"]) for i in inputs])])


if __name__ == "__main__":
    main(*sys.argv[1:])
