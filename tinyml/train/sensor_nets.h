// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/builder.h"
#include "tinyml/train/architectures.h"

namespace tinyml::train {

// The bodies of the nets for sensor windows: [1, frames, features, 1] in, what a last dense layer needs out.
// `net` holds the input already. Errors: invalid_argument, for a window too short.

TensorId cnn_1d(GraphBuilder& net, TensorId x, NetSize size);
/// Ends in a weighted sum over time, learned for every channel, in place of the mean.
TensorId cnn_1d_ordered(GraphBuilder& net, TensorId x, NetSize size);
TensorId cnn_1d_separable(GraphBuilder& net, TensorId x, NetSize size);
TensorId cnn_1d_dilated(GraphBuilder& net, TensorId x, NetSize size);
TensorId lstm(GraphBuilder& net, TensorId x, NetSize size);
TensorId gru(GraphBuilder& net, TensorId x, NetSize size);
/// A convolution of stride 2, then an lstm over what is left (DeepConvLSTM of Ordonez and Roggen 2016 in
/// small), whose steps are all weighed as in cnn_1d_ordered: for labels of a window's middle. It answers for
/// whole windows, not after each frame.
TensorId conv_lstm(GraphBuilder& net, TensorId x, NetSize size);
TensorId mlp(GraphBuilder& net, TensorId x, NetSize size);

}  // namespace tinyml::train
