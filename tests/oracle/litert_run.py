# SPDX-License-Identifier: Apache-2.0
"""litert_run.py MODEL.tflite IN.bin OUT.bin: runs a model in LiteRT's reference kernels, call by call.

The files are those of raw_calls.py. It goes through the model's signature, so that is checked too.
"""

import sys

from ai_edge_litert.interpreter import Interpreter, OpResolverType
from raw_calls import read_calls, write_calls


def main(model, source, target):
    interpreter = Interpreter(model_path=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    signature = interpreter.get_signature_list()["serving_default"]
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    if len(signature["inputs"]) != len(inputs) or len(signature["outputs"]) != len(outputs):
        raise SystemExit(f"the signature {signature} does not name every input and output")

    def run(arrays):
        for detail, array in zip(inputs, arrays, strict=True):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        return [interpreter.get_tensor(detail["index"]) for detail in outputs]

    write_calls(target, [run(call) for call in read_calls(source, [(i["shape"], i["dtype"]) for i in inputs])])


if __name__ == "__main__":
    main(*sys.argv[1:])
