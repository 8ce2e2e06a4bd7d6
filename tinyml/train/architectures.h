// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::train {

struct Architecture {
  std::string name;
  std::string summary;  // one line: where it comes from, what it is good at
};

/// How large a sensor net is; 0: the architecture's own. `width`: channels or units of a layer, `depth`:
/// layers of the body, `bottleneck`: the narrowest layer of an autoencoder.
struct NetSize {
  int32_t width = 0, depth = 0, bottleneck = 0;
  float dropout = 0.2f;  // before the last layer of a classifier; a forecast is better without
};

/// The nets that train by name, the default first.
const std::vector<Architecture>& architectures();

/// A float32 net from [1, frames, bands, 1] to logits [1, classes] (or as many values, for a forecast), with
/// initial weights. `size` is for the sensor nets: cnn_1d and its kin, lstm, gru, dense.
/// Errors: invalid_argument, for an unknown name (with the nearest) or an input too small for the net;
/// unsupported, for bidirectional nets.
Graph build_architecture(std::string_view name, const Shape& input, int32_t classes, uint64_t seed,
                         NetSize size = {});

/// A float32 net from [1, frames, features, 1] to the same shape, through a narrow layer: "autoencoder" of
/// dense layers, or "conv_autoencoder", whose encoder convolves along time. Its decoder is dense: at a
/// bottleneck of some values that costs about the weights of transposed convolutions and needs no operator
/// that microcontroller runtimes lack. Errors: invalid_argument, for another name.
Graph build_autoencoder(std::string_view name, const Shape& input, uint64_t seed, NetSize size = {});

}  // namespace tinyml::train
