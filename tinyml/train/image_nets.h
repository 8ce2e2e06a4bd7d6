// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/train/architectures.h"

namespace tinyml::train {

/// How large a net for pictures is. `width` multiplies every layer's channels (rounded to multiples of 8, to
/// 4 below 16), `dropout` stands before the last layer.
struct ImageNetSize {
  double width = 1;
  double dropout = 0.2;
};

/// The nets for pictures that train by name, the default first.
const std::vector<Architecture>& image_architectures();

/// A float32 net from [1, height, width, 1 or 3] to logits [1, classes], with initial weights. Errors:
/// invalid_argument, for an unknown name (with the nearest), a width outside 0.01 .. 8 or a picture below
/// 16 x 16.
Graph build_image_net(std::string_view name, const Shape& input, int32_t classes, uint64_t seed,
                      ImageNetSize size = {});

}  // namespace tinyml::train
