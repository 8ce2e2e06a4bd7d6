// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "tinyml/device/nn/patch.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

/// A convolution or depthwise convolution of int8, checked, before a kernel is chosen.
struct Convolution {
  Window2D window{};
  device::ConvParams params{};
  /// Convolution: [output channel, tap], a tap being one element of the window; depthwise: [tap, output
  /// channel], a tap being one position of the window.
  std::vector<int8_t> weights;
  std::vector<int32_t> bias;  // the input's zero point is folded in
  std::vector<Multiplier> multipliers;

  int32_t positions_in_window() const { return params.filter_height * params.filter_width; }
};

/// The calls of either operator. Errors: bad_file, unsupported.
KernelCall lower_convolution(const Window2D& window, Activation activation, const Graph& graph,
                             const Node& node, const Target& target);
KernelCall lower_depthwise(const Window2D& window, Activation activation, const Graph& graph,
                           const Node& node, const Target& target);

}  // namespace tinyml::ops
