// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/graph/graph.h"

namespace tinyml::project {

/// The net as boards run it: with int8 operators in place of float32 ones between Quantize and Dequantize.
/// Errors: unsupported, naming the first float32 layer and how to quantize the model, which is the file
/// `path`.
Graph int8_net(const Graph& net, const std::string& path = "MODEL");

/// What a file of float32 operators between Quantize and Dequantize becomes; any other is as it was.
struct FoldedNet {
  Graph graph;
  bool folded = false;
  std::string obstacle;  // why it could not be folded, though its layers are quantized
};
FoldedNet fold_where_quantized(const Graph& net);

}  // namespace tinyml::project
