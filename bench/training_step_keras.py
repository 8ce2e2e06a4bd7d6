# SPDX-License-Identifier: Apache-2.0
"""Training steps of this library beside Keras `fit`, on the same net and machine, in turns.

    python -m venv keras && keras/bin/pip install tensorflow-cpu
    keras/bin/python bench/training_step_keras.py build/bin/training_step

The net is ds_cnn (MLPerf Tiny, input 49 x 10 x 1, 12 classes) with Adam. Prints, for each batch and number of
threads, the median milliseconds a step of both over the rounds and their ratio. TensorFlow's threads are set
once a process, so that each line runs Keras in a process of its own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys


def keras_rounds(batch: int, threads: int, steps: int) -> None:
    """Times one epoch of `steps` steps for each line that arrives on standard input."""
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import time

    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    def convolution(filters, kernel, strides):
        return layers.Conv2D(filters, kernel, strides, padding="same", use_bias=False)

    net = keras.Sequential([layers.Input((49, 10, 1)), convolution(64, (10, 4), 2)])
    net.add(layers.BatchNormalization())
    net.add(layers.ReLU())
    for _ in range(4):
        net.add(layers.DepthwiseConv2D(3, padding="same", use_bias=False))
        net.add(layers.BatchNormalization())
        net.add(layers.ReLU())
        net.add(convolution(64, 1, 1))
        net.add(layers.BatchNormalization())
        net.add(layers.ReLU())
    net.add(layers.Dropout(0.2))
    net.add(layers.GlobalAveragePooling2D())
    net.add(layers.Dense(12))
    net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))

    random = np.random.default_rng(1)
    x = random.standard_normal((batch * steps, 49, 10, 1), dtype=np.float32)
    y = random.integers(0, 12, batch * steps)
    net.fit(x, y, batch_size=batch, epochs=2, verbose=0, shuffle=False)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        net.fit(x, y, batch_size=batch, epochs=1, verbose=0, shuffle=False)
        print((time.perf_counter() - start) * 1000 / steps, flush=True)


def own_round(program: str, batch: int, threads: int, steps: int) -> float:
    command = [program, "--net", "ds_cnn", "--batch", str(batch), "--threads", str(threads)]
    output = subprocess.run([*command, "--steps", str(steps), "--json"], capture_output=True, check=True).stdout
    return json.loads(output)[0]["ms"]


def compare(program: str, batch: int, threads: int, rounds: int, steps: int) -> None:
    command = [sys.executable, __file__, "--keras", str(batch), str(threads), str(steps)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keras:
        while keras.stdout.readline().strip() != "ready":
            pass
        own, theirs = [], []
        for _ in range(rounds):
            own.append(own_round(program, batch, threads, steps))
            print("go", file=keras.stdin, flush=True)
            theirs.append(float(keras.stdout.readline()))
        keras.stdin.close()
    ratio = statistics.median(b / a for a, b in zip(own, theirs, strict=True))
    print(
        f"batch {batch:4} threads {threads}: own {statistics.median(own):7.2f} ms   "
        f"Keras {statistics.median(theirs):7.2f} ms   ratio {ratio:.2f}",
        flush=True,
    )


def main() -> None:
    if sys.argv[1:2] == ["--keras"]:
        keras_rounds(*map(int, sys.argv[2:5]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the built training_step")
    parser.add_argument("--batch", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=30)
    options = parser.parse_args()
    for batch in options.batch:
        for threads in options.threads:
            compare(options.program, batch, threads, options.rounds, options.steps)


if __name__ == "__main__":
    main()
