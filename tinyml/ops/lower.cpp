// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/ops/hybrid.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

KernelCall lower(const Graph& graph, const Node& node, const Target& target) {
  if (is_hybrid(graph, node)) {
    throw Error(ErrorKind::unsupported,
                "int8 weights on float32 activations (a dynamic-range model) run on the host alone: quantize "
                "the model to int8 first");
  }
  return std::visit(
      [&]<class Op>(const Op& op) -> KernelCall {
        if constexpr (Op::kDeployable) {
          return lower(op, graph, node, target);
        } else {
          throw Error(ErrorKind::unsupported,
                      fmt::format("{} has no int8 kernel: fold it into its neighbour first", Op::kName));
        }
      },
      node.op);
}

}  // namespace tinyml::ops
