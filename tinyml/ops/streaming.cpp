// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/streaming.h"

#include <fmt/core.h>

#include <type_traits>

#include "tinyml/ops/operator.h"

namespace tinyml::ops {
namespace {

enum class Meaning { other, sequence };  // whether dimension 1 of a tensor counts steps

template <class Op>
constexpr bool kElementwise =
    std::is_same_v<Op, Add> || std::is_same_v<Op, Sub> || std::is_same_v<Op, Mul> ||
    std::is_same_v<Op, Binary> || std::is_same_v<Op, Unary> || std::is_same_v<Op, Prelu> ||
    std::is_same_v<Op, Relu> || std::is_same_v<Op, Dropout>;

bool is_last_step(const StridedSlice& op, int32_t steps) {
  const StridedSlice last = last_step();
  return op.begin.size() == 3 && (op.begin[1] == -1 || op.begin[1] == steps - 1) &&
         op.begin_mask == last.begin_mask && op.end_mask == last.end_mask && op.strides == last.strides &&
         op.new_axis_mask == 0 && op.shrink_axis_mask == last.shrink_axis_mask;
}

}  // namespace

Graph make_streaming(const Graph& net) {
  Graph graph = net;
  Tensor& input = graph[graph.inputs.at(0)];
  if (graph.inputs.size() != 1 || input.shape.size() < 3 || input.shape[0] != 1) {
    throw Error(ErrorKind::unsupported, "streaming needs one input [1, steps, features]");
  }
  const int32_t steps = input.shape[1];
  std::vector<Meaning> meaning(graph.tensors.size(), Meaning::other);
  meaning[static_cast<size_t>(graph.inputs[0])] = Meaning::sequence;
  input.shape[1] = 1;
  bool recurrent = false;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    bool over_sequence = false;
    for (const TensorId id : node.inputs) {
      over_sequence |= id != kNoTensor && meaning[static_cast<size_t>(id)] == Meaning::sequence;
    }
    const auto refuse = [&](const char* why) {
      throw Error(ErrorKind::unsupported,
                  fmt::format("layer {} ({}) cannot answer step by step: {}; take lstm or gru", i,
                              name_of(node.op), why));
    };
    Meaning result = over_sequence ? Meaning::sequence : Meaning::other;
    std::visit(
        [&]<class Op>(Op& op) {
          if constexpr (requires { op.stateful; }) {
            if (!over_sequence) refuse("it is not over the input's steps");
            op.stateful = true;
            recurrent = true;
          } else if (!over_sequence || kElementwise<Op>) {
            return;
          } else if constexpr (std::is_same_v<Op, StridedSlice>) {
            if (!is_last_step(op, steps)) refuse("it takes steps other than the last");
            op = last_step();
            result = Meaning::other;
          } else if constexpr (std::is_same_v<Op, Reshape>) {
            if (op.shape.size() < 2 || op.shape[0] != 1 || op.shape[1] != steps) {
              refuse("it takes several steps at once");
            }
            op.shape[1] = 1;
          } else {
            refuse("it takes several steps at once");
          }
        },
        node.op);
    infer(graph, node);
    const Shape& shape = graph[node.outputs.at(0)].shape;
    if (result == Meaning::sequence && (shape.size() < 2 || shape[1] != 1))
      refuse("it has a constant for each step");
    for (const TensorId id : node.outputs) meaning[static_cast<size_t>(id)] = result;
  }
  if (!recurrent) throw Error(ErrorKind::unsupported, "streaming needs a recurrent layer (lstm or gru)");
  return graph;
}

}  // namespace tinyml::ops
