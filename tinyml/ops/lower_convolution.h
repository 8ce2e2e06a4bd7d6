// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "tinyml/device/nn/patch.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

/// A quantized convolution or depthwise convolution, checked, before a kernel is chosen.
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

/// Fills all but what depends on the weights' layout. Errors: bad_file, unsupported.
Convolution convolution_of(const Window2D& window, Activation activation, const Graph& graph,
                           const Node& node);

KernelCall lower_convolution(Convolution convolution, const Target& target);
KernelCall lower_depthwise(Convolution convolution, const Target& target);

}  // namespace tinyml::ops
