// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

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

void forward(const Dropout& op, FloatForward& pass) {
  const FloatTensor& input = pass.inputs[0];
  float* output = pass.outputs[0].data;
  if (!pass.training || op.rate <= 0) {
    pass.saved->clear();
    if (output != input.data) std::copy_n(input.data, input.size(), output);
    return;
  }
  pass.saved->resize(static_cast<size_t>(input.size()));
  float* mask = pass.saved->data();
  for_elements(*pass.pool, input.size(), [&](int64_t begin, int64_t n) {
    kernels::dropout_mask(Random(pass.seed).fork(static_cast<uint64_t>(begin)).next(), n, op.rate,
                          mask + begin);
    kernels::multiply(input.data + begin, mask + begin, n, output + begin);
  });
}

void backward(const Dropout&, FloatBackward& pass) {
  const float* dy = pass.output_gradients[0].data;
  float* dx = pass.input_gradients[0].data;
  const int64_t size = pass.output_gradients[0].size();
  if (!dx) return;
  if (pass.saved->empty()) {
    if (dx != dy) std::copy_n(dy, size, dx);
    return;
  }
  for_elements(*pass.pool, size, [&](int64_t begin, int64_t n) {
    kernels::multiply(dy + begin, pass.saved->data() + begin, n, dx + begin);
  });
}

}  // namespace tinyml::ops
