// SPDX-License-Identifier: Apache-2.0
#pragma once

// Nets and data that the tests of this room share.

#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/quantize/dataset.h"
#include "tinyml/run/float_engine.h"

namespace tinyml::quantize {

/// Examples of independent numbers within -1 and 3.
inline Dataset noise(const Graph& graph, size_t count, uint64_t seed = 11) {
  (void)graph;
  return {count, [seed](size_t index, size_t input, std::span<float> values) {
            Random random = Random(seed).fork(index).fork(input);
            for (float& value : values) value = static_cast<float>(random.uniform(-1, 3));
          }};
}

/// A convolutional classifier of 5 classes over [1, 12, 8, 1] whose batch normalisation has seen data.
inline Graph small_net(uint64_t seed = 2) {
  GraphBuilder net("net", seed);
  TensorId x = net.input("x", {1, 12, 8, 1});
  x = net.conv_2d(x, 8, {3, 3}, {2, 2});
  x = net.add(x, net.conv_2d(net.depthwise_conv_2d(x, {3, 3}), 8, {1, 1}, {}, Activation::none),
              Activation::relu6);
  x = net.max_pool_2d(x, {2, 2}, {2, 2});
  x = net.softmax(net.dense(net.reshape(net.global_average_pool(x), {1, 8}), 5));
  const Graph graph = net.finish(x);
  ThreadPool pool(1);
  run::FloatEngine engine(graph, 16, pool);
  const Dataset data = noise(graph, 16 * 30);
  for (uint64_t step = 0; step < 30; ++step) {
    const size_t each = engine.input().size() / 16;
    for (size_t i = 0; i < 16; ++i) data.fill(step * 16 + i, 0, engine.input().subspan(i * each, each));
    engine.forward(true, step);
  }
  return fold_for_inference(engine.to_graph());
}

}  // namespace tinyml::quantize
