# SPDX-License-Identifier: Apache-2.0
"""Makes Keras models of every layer that is read, with random weights, and runs them.

keras_models.py FOLDER [NAME...]: writes NAME.keras, NAME.h5 and NAME.npz (input_0 ..., output_0 ..., a batch of 1) for
each.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"  # small models

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as kl  # noqa: E402

IMAGE, WAVE, VECTOR = (9, 8, 3), (14, 4), (6,)


def chain(shape, *layers):
    return keras.Sequential([keras.Input(shape), *layers])


def functional(shapes, build):
    inputs = [keras.Input(shape, name=f"in_{i}") for i, shape in enumerate(shapes)]
    return keras.Model(inputs, build(*inputs))


CHAINS = {
    # tests/formats/keras holds this one.
    "conv": ((5, 5, 1), kl.Conv2D(2, 3, activation="relu", name="conv"), kl.Flatten(), kl.Dense(2, "softmax")),
    "conv_2d": (IMAGE, kl.Conv2D(5, 3, activation="relu"), kl.Conv2D(4, (1, 3), strides=2, padding="same")),
    "conv_2d_dilated": (IMAGE, kl.Conv2D(5, 3, dilation_rate=2, padding="same", use_bias=False)),
    "conv_2d_groups": ((7, 6, 4), kl.Conv2D(6, 3, groups=2, padding="same", activation="relu6")),
    "conv_2d_each_channel": ((7, 6, 4), kl.Conv2D(8, 3, groups=4, padding="same")),
    "conv_1d": (WAVE, kl.Conv1D(5, 3, activation="tanh"), kl.Conv1D(3, 3, strides=2, padding="same")),
    "conv_1d_causal": (WAVE, kl.Conv1D(5, 3, dilation_rate=2, padding="causal"), kl.Conv1D(3, 2, padding="causal")),
    "conv_1d_head": (
        WAVE,
        kl.Conv1D(5, 3, use_bias=False),
        kl.BatchNormalization(),
        kl.ReLU(),
        kl.MaxPooling1D(2),
        kl.Flatten(),
        kl.Dense(3, "softmax"),
    ),
    "depthwise_2d": (IMAGE, kl.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="relu")),
    "depthwise_2d_strides": (IMAGE, kl.DepthwiseConv2D(3, strides=2)),
    "depthwise_1d": (WAVE, kl.DepthwiseConv1D(3, depth_multiplier=2, strides=2, padding="same")),
    "separable_2d": (IMAGE, kl.SeparableConv2D(5, 3, depth_multiplier=2, activation="relu")),
    "separable_1d": (WAVE, kl.SeparableConv1D(5, 3, padding="same")),
    "transposed_2d": (IMAGE, kl.Conv2DTranspose(4, 3, strides=2, padding="same")),
    "transposed_2d_valid": (IMAGE, kl.Conv2DTranspose(4, (2, 3), strides=(3, 2)), kl.BatchNormalization()),
    "transposed_2d_small": (IMAGE, kl.Conv2DTranspose(4, 4, padding="same", activation="relu")),
    "transposed_1d": (WAVE, kl.Conv1DTranspose(4, 3, strides=2, padding="same")),
    "batch_norm": (
        IMAGE,
        kl.BatchNormalization(),
        kl.Conv2D(4, 3),
        kl.BatchNormalization(scale=False),
        kl.Activation("relu"),
        kl.BatchNormalization(center=False),
        kl.DepthwiseConv2D(3),
        kl.BatchNormalization(epsilon=0.01),
        kl.ReLU(6.0),
        kl.Flatten(),
        kl.BatchNormalization(),
        kl.Dense(4),
        kl.BatchNormalization(),
    ),
    "layer_norm": (WAVE, kl.LayerNormalization(), kl.LayerNormalization(center=False, scale=False)),
    "relus": (
        IMAGE,
        kl.ReLU(),
        kl.Conv2D(4, 1),
        kl.ReLU(max_value=6),
        kl.Conv2D(4, 1),
        kl.ReLU(max_value=0.7, negative_slope=0.1),
        kl.Conv2D(4, 1),
        kl.LeakyReLU(negative_slope=0.2),
        kl.Conv2D(4, 1),
        kl.PReLU(),
        kl.Conv2D(4, 1),
        kl.PReLU(shared_axes=[1, 2]),
        kl.Conv2D(4, 1, activation=kl.LeakyReLU(negative_slope=0.4)),
        kl.ELU(0.5),
        kl.Softmax(),
    ),
    "prelu_1d": (WAVE, kl.Conv1D(4, 3), kl.PReLU(), kl.Conv1D(4, 3), kl.PReLU(shared_axes=[1])),
    "max_pool": (IMAGE, kl.MaxPooling2D(), kl.MaxPooling2D((3, 2), strides=(2, 1), padding="same")),
    "average_pool": (IMAGE, kl.AveragePooling2D(2), kl.AveragePooling2D((3, 2), strides=(2, 1), padding="same")),
    "pool_1d": (WAVE, kl.MaxPooling1D(3, 2, "same"), kl.AveragePooling1D(2), kl.Conv1D(3, 2)),
    "global_pool": (IMAGE, kl.Conv2D(4, 3), kl.GlobalAveragePooling2D(), kl.Dense(3)),
    "global_pool_kept": (IMAGE, kl.GlobalMaxPooling2D(keepdims=True), kl.Conv2D(3, 1)),
    "global_pool_1d": (WAVE, kl.Conv1D(4, 3), kl.GlobalAveragePooling1D(), kl.Dense(3)),
    "global_max_1d": (WAVE, kl.GlobalMaxPooling1D(keepdims=True), kl.Flatten(), kl.Dense(3)),
    "dense": (VECTOR, kl.Dense(5, "relu"), kl.Dropout(0.5), kl.GaussianNoise(1.0), kl.Dense(3, "softmax")),
    "dense_of_sequences": (WAVE, kl.Dense(5), kl.Conv1D(3, 2), kl.Dense(4, use_bias=False), kl.Flatten(), kl.Dense(2)),
    "time_distributed": (WAVE, kl.TimeDistributed(kl.Dense(5, "relu")), kl.TimeDistributed(kl.Dense(2))),
    "shapes": (
        IMAGE,
        kl.Reshape((12, -1)),
        kl.Permute((2, 1)),
        kl.Conv1D(3, 3),
        kl.Reshape((4, 2, 6)),
        kl.Permute((3, 1, 2)),
        kl.Flatten(),
        kl.Dense(3),
    ),
    "padding": (
        IMAGE,
        kl.ZeroPadding2D(((0, 1), (2, 0))),
        kl.Conv2D(4, 3),
        kl.ZeroPadding2D((1, 2)),
        kl.Cropping2D(((1, 0), (2, 3))),
        kl.ZeroPadding2D(1),
        kl.Cropping2D(1),
    ),
    "padding_1d": (WAVE, kl.ZeroPadding1D((1, 2)), kl.Conv1D(4, 3), kl.Cropping1D((2, 1)), kl.ZeroPadding1D(1)),
    "padding_folds": ((8, 8, 3), kl.ZeroPadding2D(((0, 1), (0, 1))), kl.Conv2D(4, 3, strides=2)),
    "up_sampling": (IMAGE, kl.UpSampling2D(), kl.UpSampling2D((1, 3), interpolation="bilinear")),
    "up_sampling_1d": (WAVE, kl.UpSampling1D(3), kl.Conv1D(3, 3)),
    "resizing": (IMAGE, kl.Resizing(5, 11), kl.Resizing(7, 6, interpolation="nearest")),
    "repeat_vector": (VECTOR, kl.RepeatVector(5), kl.LSTM(4, return_sequences=True), kl.TimeDistributed(kl.Dense(2))),
    "rescaling": (IMAGE, kl.Rescaling(1 / 127.5, offset=-1), kl.Conv2D(3, 3)),
    "rescaling_channels": (IMAGE, kl.Rescaling([0.5, 2.0, 3.0], offset=[1.0, -1.0, 0.5])),
    "normalization": (IMAGE, kl.Normalization(mean=[3.0, -2.0, 1.0], variance=[2.0, 0.5, 4.0]), kl.Conv2D(3, 3)),
    "normalization_whole": (IMAGE, kl.Normalization(axis=None, mean=3.0, variance=2.0)),
    "normalization_back": (WAVE, kl.Normalization(mean=[3.0, -2.0, 1.0, 0], variance=[2, 0.5, 4, 1], invert=True)),
    "lstm": (WAVE, kl.LSTM(5, return_sequences=True), kl.LSTM(4), kl.Dense(2)),
    "lstm_backwards": (WAVE, kl.LSTM(5, go_backwards=True, return_sequences=True, use_bias=False)),
    "gru": (WAVE, kl.GRU(5, return_sequences=True), kl.GRU(4), kl.Dense(2)),
    "gru_without_bias": (WAVE, kl.GRU(5, return_sequences=True, use_bias=False)),
    "bidirectional": (WAVE, kl.Bidirectional(kl.LSTM(3, return_sequences=True)), kl.Bidirectional(kl.GRU(4))),
    "bidirectional_sum": (WAVE, kl.Bidirectional(kl.GRU(3, return_sequences=True), merge_mode="sum")),
}
for function in (
    "relu relu6 leaky_relu sigmoid tanh softmax hard_sigmoid hard_swish elu selu linear swish softplus softsign mish "
    "exponential log_softmax"
).split():
    CHAINS["activation_" + function] = (WAVE, kl.Dense(5, activation=function), kl.Activation(function))


def adapted():
    layer = kl.Normalization()
    layer.adapt(np.random.default_rng(1).normal(3, 2, (64, *WAVE)).astype(np.float32))
    return chain(WAVE, layer, kl.Conv1D(3, 3))


def residual(x):
    y = kl.Conv2D(3, 3, padding="same", use_bias=False)(x)
    y = kl.BatchNormalization()(y)
    y = kl.Add()([kl.ReLU()(y), x])
    squeezed = kl.GlobalAveragePooling2D(keepdims=True)(y)
    return kl.Multiply()([y, kl.Conv2D(3, 1, activation="sigmoid")(squeezed)])


def merges(a, b):
    c = kl.Dense(6)(b)
    merged = [layer()([a, c]) for layer in (kl.Subtract, kl.Maximum, kl.Minimum)]
    return kl.Concatenate()([*merged, kl.Average()([a, b, c]), kl.Multiply()([a, b, c])])


def concatenates(x):
    a, b = kl.Conv1D(3, 3, padding="same")(x), kl.Conv1D(2, 5, padding="same", activation="relu")(x)
    both = kl.Concatenate()([a, b])
    return kl.Concatenate(axis=1)([both, kl.Dense(5)(x)])


def shared(a, b):
    layer = kl.Dense(4, activation="tanh", name="shared")
    block = keras.Sequential([kl.Dense(3), kl.BatchNormalization()], name="block")
    return [kl.Add()([layer(a), layer(b)]), block(layer(b)), block(layer(a))]


def nested(x):
    inner = functional([(9, 8, 3)], residual)
    inner.trainable = False
    outer = keras.Sequential([inner, kl.Conv2D(4, 3), kl.BatchNormalization()], name="outer")
    return kl.Dense(2)(kl.Flatten()(outer(x)))


def operations(x):
    y = kl.Conv2D(3, 3, padding="same")(x)
    return (y + x) * 0.5 - keras.ops.maximum(x, 0.25)


def backbone(x):
    net = keras.applications.MobileNet(input_shape=(32, 32, 3), alpha=0.25, include_top=False, weights=None)
    return kl.Dense(3, activation="softmax")(kl.GlobalAveragePooling2D()(net(kl.Rescaling(1 / 127.5, -1)(x))))


def two_heads(x):
    features = kl.GRU(5)(x)
    return {"b": kl.Dense(2)(features), "a": kl.Dense(3)(features)}


FUNCTIONALS = {
    "residual": ([IMAGE], residual),
    "merges": ([VECTOR, VECTOR], merges),
    "concatenates": ([WAVE], concatenates),
    "shared": ([VECTOR, VECTOR], shared),
    "nested": ([IMAGE], nested),
    "operations": ([IMAGE], operations),
    "backbone": ([(32, 32, 3)], backbone),
    "two_heads": ([WAVE], two_heads),
}
NETS = {
    "mobilenet": lambda: keras.applications.MobileNet(input_shape=(32, 32, 3), alpha=0.25, weights=None, classes=4),
    "mobilenet_v2": lambda: keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), alpha=0.35, weights=None, classes=4
    ),
}


def randomize(model, rng):
    """Weights of a size that keeps values near 1, so that no error hides."""
    for variable in model.variables:
        if "seed" in variable.path or "int" in str(variable.dtype):
            continue
        shape = tuple(variable.shape)
        if variable.path.endswith("variance"):
            variable.assign(rng.uniform(0.5, 2, shape))
        elif variable.path.endswith("gamma"):
            variable.assign(rng.uniform(0.7, 1.3, shape))
        elif len(shape) > 1:
            variable.assign(rng.normal(0, 1.2 / np.sqrt(np.prod(shape[:-1])), shape))
        else:
            variable.assign(rng.normal(0, 0.3, shape))


def write(name, made, folder, rng):
    if name != "adapted":
        randomize(made, rng)
    inputs = [rng.normal(0, 1, (1, *x.shape[1:])).astype(np.float32) for x in made.inputs]
    outputs = made(inputs if len(inputs) > 1 else inputs[0], training=False)
    flat = keras.tree.flatten(outputs)
    made.save(folder / f"{name}.keras")
    made.save(folder / f"{name}.h5")
    arrays = {f"input_{i}": x for i, x in enumerate(inputs)}
    arrays |= {f"output_{i}": keras.ops.convert_to_numpy(y) for i, y in enumerate(flat)}
    np.savez(folder / f"{name}.npz", **arrays)


def main():
    folder = Path(sys.argv[1])
    only = sys.argv[2:]
    makers = {name: (lambda spec=spec: chain(*spec)) for name, spec in CHAINS.items()}
    makers |= {name: (lambda spec=spec: functional(*spec)) for name, spec in FUNCTIONALS.items()}
    makers |= NETS | {"adapted": adapted}
    for i, (name, make) in enumerate(makers.items()):
        if not only or name in only:
            write(name, make(), folder, np.random.default_rng(i))


if __name__ == "__main__":
    main()
