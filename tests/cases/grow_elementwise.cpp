// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/graph_grower.h"

namespace tinyml::tests {

namespace {

TensorId operand(GraphGrower& g, TensorId x) {
  if (const auto old = g.another(x); old && !g.one_in(4)) return *old;
  return x;
}

template <class Op>
bool pair(GraphGrower& g) {
  const TensorId a = g.any_value(), b = operand(g, a);
  const float larger = std::max(g[a].quantization.scale(), g[b].quantization.scale());
  const float range =
      std::is_same_v<Op, Mul> ? g[a].quantization.scale() * g[b].quantization.scale() * 73 : larger;
  return g.add(Op{g.activation()}, {a, b}, {g.result(range * g.scale(-2, 2), g.zero_point())});
}

bool softmax(GraphGrower& g) {
  return g.add(Softmax{g.one_in(3) ? g.scale(-1, 1) : 1.0f}, {g.value(2)}, {g.result(1.0f / 256, -128)});
}

}  // namespace

std::vector<Grow> elementwise_growth() { return {pair<Add>, pair<Sub>, pair<Mul>, softmax}; }

}  // namespace tinyml::tests
