// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "tinyml/base/random.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Dropout&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const Dropout&, const Graph&, const Node&) { return 0; }

namespace {

// The same elements are dropped in forward and backward, by the seed alone.
void drop(ThreadPool& pool, uint64_t seed, float rate, const float* x, int64_t size, float* y) {
  if (rate <= 0) {
    if (x != y) std::copy_n(x, size, y);
    return;
  }
  const Random seeds(seed);
  for_elements(pool, size, [&](int64_t begin, int64_t n) {
    kernels::dropout(seeds.fork(static_cast<uint64_t>(begin)).next(), x + begin, n, rate, y + begin);
  });
}

}  // namespace

void forward(const Dropout& op, FloatForward& pass) {
  const float rate = pass.training ? op.rate : 0;
  // The seed and the rate, for backward.
  pass.saved->resize(3);
  std::memcpy(pass.saved->data(), &pass.seed, sizeof(pass.seed));
  pass.saved->back() = rate;
  drop(*pass.pool, pass.seed, rate, pass.inputs[0].data, pass.inputs[0].size(), pass.outputs[0].data);
}

void backward(const Dropout&, FloatBackward& pass) {
  if (!pass.input_gradients[0].data) return;
  uint64_t seed;
  std::memcpy(&seed, pass.saved->data(), sizeof(seed));
  drop(*pass.pool, seed, pass.saved->back(), pass.output_gradients[0].data, pass.output_gradients[0].size(),
       pass.input_gradients[0].data);
}

}  // namespace tinyml::ops
