// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/dead_channels.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/operator.h"
#include "tinyml/quantize/channels.h"
#include "tinyml/run/engine.h"

namespace tinyml::quantize {
namespace {

size_t at(TensorId id) { return static_cast<size_t>(id); }

bool is_matrix_layer(const Operator& op) {
  return std::holds_alternative<Conv2D>(op) || std::holds_alternative<FullyConnected>(op);
}
bool is_pool(const Operator& op) {
  return std::holds_alternative<MaxPool2D>(op) || std::holds_alternative<AveragePool2D>(op);
}

class Folding {
 public:
  explicit Folding(const Graph& graph)
      : graph_(graph),
        constant_(graph.tensors.size()),
        needed_(graph.tensors.size()),
        kept_(graph.tensors.size()) {}

  Graph fold() {
    find_constants();
    find_needed();
    for (Node& node : graph_.nodes) rebuild(node);
    ops::infer(graph_);
    return without_unused_tensors(graph_);
  }

 private:
  using Values = std::vector<std::optional<int8_t>>;  // by channel

  int32_t channels(TensorId id) const { return graph_[id].shape.empty() ? 1 : graph_[id].shape.back(); }
  bool is_supported(const Node& node) const {
    if (graph_[node.inputs.at(0)].dtype != DType::int8 || graph_[node.outputs.at(0)].dtype != DType::int8)
      return false;
    if (is_matrix_layer(node.op)) {
      return graph_[node.inputs[1]].is_constant() && graph_[node.inputs[1]].dtype == DType::int8 &&
             node.inputs.size() == 3 && node.inputs[2] != kNoTensor &&
             graph_[node.inputs[1]].shape.back() == channels(node.inputs[0]);
    }
    if (const auto* depthwise = std::get_if<DepthwiseConv2D>(&node.op)) {
      return depthwise->depth_multiplier == 1 && graph_[node.inputs[1]].is_constant() &&
             node.inputs.size() == 3 && node.inputs[2] != kNoTensor &&
             channels(node.inputs[0]) == channels(node.outputs[0]);
    }
    return is_pool(node.op) || keeps_channels_innermost(graph_, node);
  }
  int8_t zero_point(TensorId id) const { return static_cast<int8_t>(graph_[id].quantization.zero_point()); }

  /// Forward: channels that have one value at every position whatever the input is.
  void find_constants() {
    for (size_t id = 0; id < constant_.size(); ++id) {
      constant_[id].resize(static_cast<size_t>(channels(static_cast<TensorId>(id))));
    }
    run::Engine engine(graph_);
    std::vector<Bytes> inputs;
    for (const TensorId id : graph_.inputs) inputs.emplace_back(static_cast<size_t>(graph_[id].size_bytes()));
    engine.run(inputs);
    for (const Node& node : graph_.nodes) {
      if (!is_supported(node)) continue;
      Values& values = constant_[at(node.outputs[0])];
      const std::span<const uint8_t> seen = engine.activation(node.outputs[0]);
      for (size_t c = 0; c < values.size(); ++c) {
        if (is_constant(node, c)) values[c] = static_cast<int8_t>(seen[c]);
      }
    }
  }

  /// Whether an input channel adds the same to every output position, or nothing.
  bool adds_the_same(const Node& node, size_t channel, bool padded) const {
    const auto& value = constant_[at(node.inputs[0])][channel];
    return value && (!padded || *value == zero_point(node.inputs[0]));
  }

  bool is_constant(const Node& node, size_t channel) const {
    const Values& input = constant_[at(node.inputs[0])];
    if (is_pool(node.op)) return input[channel].has_value();
    if (std::holds_alternative<Reshape>(node.op)) return input[channel % input.size()].has_value();
    const bool padded = sees_padding(graph_, node);
    const auto weights = graph_[node.inputs[1]].values<int8_t>();
    if (std::holds_alternative<DepthwiseConv2D>(node.op)) {
      if (adds_the_same(node, channel, padded)) return true;
      for (size_t i = channel; i < weights.size(); i += input.size()) {
        if (weights[i] != 0) return false;
      }
      return true;
    }
    const size_t row = weights.size() / static_cast<size_t>(channels(node.outputs[0]));
    for (size_t i = 0; i < row; ++i) {
      if (weights[channel * row + i] != 0 && !adds_the_same(node, i % input.size(), padded)) return false;
    }
    return true;
  }

  /// Backward: channels that something reads and that cannot go into a bias.
  void find_needed() {
    for (size_t id = 0; id < needed_.size(); ++id) needed_[id].assign(constant_[id].size(), false);
    std::vector<bool> removable(needed_.size());
    for (const Node& node : graph_.nodes) {
      if (is_supported(node)) removable[at(node.outputs[0])] = true;
    }
    for (const TensorId id : graph_.outputs) needed_[at(id)].assign(needed_[at(id)].size(), true);
    for (size_t i = graph_.nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[i];
      for (const TensorId id : node.outputs) keep_one(id);
      if (is_supported(node)) {
        need_inputs(node);
        continue;
      }
      for (const TensorId id : node.inputs) {
        if (id != kNoTensor) needed_[at(id)].assign(needed_[at(id)].size(), true);
      }
    }
    for (size_t id = 0; id < kept_.size(); ++id) {
      kept_[id].clear();
      for (size_t c = 0; c < needed_[id].size(); ++c) {
        if (needed_[id][c] || !removable[id]) kept_[id].push_back(static_cast<int32_t>(c));
      }
    }
  }

  void keep_one(TensorId id) {
    std::vector<bool>& needed = needed_[at(id)];
    if (!needed.empty() && std::find(needed.begin(), needed.end(), true) == needed.end()) needed[0] = true;
  }

  void need_inputs(const Node& node) {
    std::vector<bool>& input = needed_[at(node.inputs[0])];
    const std::vector<bool>& output = needed_[at(node.outputs[0])];
    if (!is_matrix_layer(node.op)) {
      for (size_t c = 0; c < output.size(); ++c)
        input[c % input.size()] = input[c % input.size()] || output[c];
      return;
    }
    const bool padded = sees_padding(graph_, node);
    const auto weights = graph_[node.inputs[1]].values<int8_t>();
    const size_t row = weights.size() / output.size();
    for (size_t o = 0; o < output.size(); ++o) {
      if (!output[o]) continue;
      for (size_t i = 0; i < row; ++i) {
        const size_t c = i % input.size();
        if (weights[o * row + i] != 0 && !adds_the_same(node, c, padded)) input[c] = true;
      }
    }
  }

  void rebuild(Node& node) {
    if (!is_supported(node)) return;
    const TensorId from = node.inputs[0], to = node.outputs[0];
    const auto before = static_cast<int32_t>(needed_[at(from)].size());
    if (auto* reshape = std::get_if<Reshape>(&node.op)) {
      const auto period = static_cast<int32_t>(kept_[at(from)].size());
      kept_[at(to)].clear();
      for (int32_t c = 0; c < static_cast<int32_t>(needed_[at(to)].size()); ++c) {
        const auto& kept = kept_[at(from)];
        if (std::binary_search(kept.begin(), kept.end(), c % before)) kept_[at(to)].push_back(c);
      }
      reshape->shape.back() = reshape->shape.back() / before * period;
      return;
    }
    if (is_pool(node.op)) {
      kept_[at(to)] = kept_[at(from)];
      return;
    }
    const auto outputs = static_cast<int32_t>(needed_[at(to)].size());
    if (std::holds_alternative<DepthwiseConv2D>(node.op)) {
      kept_[at(to)] = kept_[at(from)];
      node.inputs[1] = graph_.add(with_channels(graph_[node.inputs[1]], 3, kept_[at(to)], outputs));
    } else {
      fold_into_bias(node);
      const Tensor& weights = graph_[node.inputs[1]];
      const int last = static_cast<int>(weights.shape.size()) - 1;
      const Tensor narrow = with_channels(weights, last, kept_[at(from)], before);
      node.inputs[1] = graph_.add(with_channels(narrow, 0, kept_[at(to)], outputs));
    }
    node.inputs[2] = graph_.add(with_channels(graph_[node.inputs[2]], 0, kept_[at(to)], outputs));
  }

  /// What the input channels that go add to every output position.
  void fold_into_bias(Node& node) {
    const Values& input = constant_[at(node.inputs[0])];
    const auto weights = graph_[node.inputs[1]].values<int8_t>();
    Tensor bias = graph_[node.inputs[2]];
    std::vector<int32_t> sums(bias.values<int32_t>().begin(), bias.values<int32_t>().end());
    const size_t row = weights.size() / sums.size();
    std::vector<bool> kept(input.size());
    for (const int32_t c : kept_[at(node.inputs[0])]) kept[static_cast<size_t>(c)] = true;
    const int32_t zero = zero_point(node.inputs[0]);
    for (size_t i = 0; i < weights.size(); ++i) {
      const size_t c = i % row % input.size();
      if (!kept[c] && input[c]) sums[i / row] += weights[i] * (*input[c] - zero);
    }
    bias.data = to_constant<int32_t>(sums);
    node.inputs[2] = graph_.add(std::move(bias));
  }

  Graph graph_;
  std::vector<Values> constant_;
  std::vector<std::vector<bool>> needed_;
  std::vector<std::vector<int32_t>> kept_;
};

}  // namespace

Graph fold_dead_channels(const Graph& graph) {
  const bool is_int8 = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
    return graph[node.outputs.at(0)].dtype == DType::int8;
  });
  if (!is_int8) {
    throw Error(ErrorKind::invalid_argument,
                "dead channels are folded in int8 models: quantize this one first");
  }
  return Folding(graph).fold();
}

}  // namespace tinyml::quantize
