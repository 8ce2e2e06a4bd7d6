// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/quantize/post_training.h"

namespace tinyml::report {

/// conv_2d, depthwise_conv_2d, global pool, dense, softmax; with batch normalisation and ReLU as layers.
inline Graph unfolded_net(const Shape& input = {1, 16, 16, 1}) {
  GraphBuilder build("net", 1);
  TensorId x = build.input("input", input);
  x = build.conv_2d(x, 4, {3, 3}, {2, 2});
  x = build.depthwise_conv_2d(x, {3, 3});
  x = build.reshape(build.global_average_pool(x), {1, 4});
  return build.finish(build.softmax(build.dense(x, 3)));
}

/// Without the reshape, which fully_connected does not need.
inline Graph float_net(const Shape& input = {1, 16, 16, 1}) {
  GraphBuilder build("net", 1);
  TensorId x = build.input("input", input);
  x = build.conv_2d(x, 4, {3, 3}, {2, 2});
  x = build.depthwise_conv_2d(x, {3, 3});
  return fold_for_inference(build.finish(build.softmax(build.dense(build.global_average_pool(x), 3))));
}

inline Graph to_int8(const Graph& graph) {
  const std::vector<quantize::Range> ranges(graph.tensors.size(), {-1, 1});
  return without_unused_tensors(quantize::quantize(graph, ranges));
}

inline Graph int8_net(const Shape& input = {1, 16, 16, 1}) { return to_int8(float_net(input)); }

}  // namespace tinyml::report
