// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/operator.h"

#include <fmt/core.h>

namespace tinyml::ops {

void infer(Graph& graph, const Node& node) {
  std::visit([&](const auto& op) { infer(op, graph, node); }, node.op);
}

void infer(Graph& graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    with_context(fmt::format("op {}", i), [&] { infer(graph, graph.nodes[i]); });
  }
}

int64_t macs(const Graph& graph, const Node& node) {
  return std::visit([&](const auto& op) { return macs(op, graph, node); }, node.op);
}

int64_t macs(const Graph& graph) {
  int64_t total = 0;
  for (const Node& node : graph.nodes) total += macs(graph, node);
  return total;
}

}  // namespace tinyml::ops
