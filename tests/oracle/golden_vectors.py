# SPDX-License-Identifier: Apache-2.0
"""golden_vectors.py VECTORS.npz IN.bin OUT.bin: in0_k and out0_k of a .npz file as the files of raw_calls.py."""

import sys

import numpy as np
from raw_calls import write_calls


def main(vectors, inputs, outputs):
    arrays = np.load(vectors)
    count = sum(name.startswith("in0_") for name in arrays)
    write_calls(inputs, [[arrays[f"in0_{k}"]] for k in range(count)])
    write_calls(outputs, [[arrays[f"out0_{k}"]] for k in range(count)])


if __name__ == "__main__":
    main(*sys.argv[1:])
