// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/fold_quantization.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "tinyml/graph/int8_constants.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/graph/rounding.h"

namespace tinyml {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::unsupported, "not supported: " + what);
}

template <class... Ops>
bool is_any(const Operator& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

/// Operators that only move or choose elements: inputs and outputs have one scale.
bool moves(const Operator& op) {
  const Binary* binary = std::get_if<Binary>(&op);
  if (binary) return binary->kind == BinaryKind::minimum || binary->kind == BinaryKind::maximum;
  const Reduction* reduction = std::get_if<Reduction>(&op);
  if (reduction) return reduction->kind == ReductionKind::max;
  return is_any<Reshape, MaxPool2D, Concatenation, Split, StridedSlice, Transpose, Pad, Gather, SpaceToDepth,
                Resize, Select>(op);
}

/// The scale that TensorFlow Lite demands of an output.
std::optional<Quantization> fixed_scale(const Operator& op) {
  const Quantization positive{{1.0f / 256}, {-128}, 0}, both{{1.0f / 128}, {0}, 0};
  if (is_any<Softmax>(op)) return positive;
  if (is_any<LogSoftmax>(op)) return Quantization{{16.0f / 256}, {127}, 0};
  const Unary* unary = std::get_if<Unary>(&op);
  if (unary && unary->kind == UnaryKind::logistic) return positive;
  if (unary && unary->kind == UnaryKind::tanh) return both;
  return std::nullopt;
}

bool has_float_layer(const Graph& graph) {
  const auto is_float = [&](TensorId id) { return graph[id].dtype == DType::float32; };
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
    return std::all_of(node.outputs.begin(), node.outputs.end(), is_float) && is_float(node.inputs.at(0));
  });
}

class Folding {
 public:
  explicit Folding(const Graph& source) : graph_(source), stands_(source.tensors.size()) {
    std::iota(stands_.begin(), stands_.end(), 0);
    for (const Tensor& tensor : graph_.tensors) was_float_.push_back(tensor.dtype == DType::float32);
  }

  Graph fold() {
    join();
    count();
    spread();
    settle();
    for (Node& node : graph_.nodes) convert(node);
    for (size_t id = 0; id < was_float_.size(); ++id) {
      Tensor& tensor = graph_.tensors[id];
      if (!tensor.data && was_float_[id]) tensor.dtype = DType::int8;
    }
    set_rounds_away(graph_);
    return without_unused_tensors(graph_);
  }

 private:
  Quantization& scale_of(TensorId id) { return graph_[id].quantization; }
  bool is_float(TensorId id) const {
    return static_cast<size_t>(id) < was_float_.size() && was_float_[static_cast<size_t>(id)];
  }
  bool is_computed(TensorId id) const { return id != kNoTensor && !graph_[id].data; }

  TensorId add(Tensor tensor) {
    was_float_.push_back(false);
    stands_.push_back(static_cast<TensorId>(graph_.tensors.size()));
    return graph_.add(std::move(tensor));
  }

  /// Every Quantize and Dequantize goes: its output is its input, which has the scale from now on.
  void join() {
    std::vector<Node> kept;
    for (Node node : graph_.nodes) {
      const bool of_float = is_any<Quantize>(node.op) && is_float(node.inputs[0]);
      for (TensorId& id : node.inputs) {
        if (id != kNoTensor) id = stands_[static_cast<size_t>(id)];
      }
      if (of_float) {
        if (join_quantize(node, kept)) continue;
      } else if (is_any<Dequantize>(node.op)) {
        stands_[static_cast<size_t>(node.outputs[0])] = signed_of(node.inputs[0], kept);
        continue;
      }
      kept.push_back(std::move(node));
    }
    graph_.nodes = std::move(kept);
    for (TensorId& id : graph_.outputs) {
      const TensorId stands = stands_[static_cast<size_t>(id)];
      const auto has = [&](const std::vector<TensorId>& ids) {
        return std::count(ids.begin(), ids.end(), stands) > 0;
      };
      if (stands != id && !has(graph_.inputs) && !has(graph_.outputs)) graph_[stands].name = graph_[id].name;
      id = stands;
    }
  }

  bool join_quantize(const Node& node, const std::vector<Node>& before) {
    const TensorId x = node.inputs[0], q = node.outputs[0];
    const Quantization wanted = scale_of(q);
    if (graph_[q].dtype != DType::int8 || wanted.scales.size() != 1) {
      refuse(fmt::format("{} of {}: quantize to int8, with one scale", graph_[q].name,
                         name_of(graph_[q].dtype)));
    }
    if (std::count(graph_.outputs.begin(), graph_.outputs.end(), q)) {
      // The file says on which scale its output is.
      const auto maker = std::find_if(before.begin(), before.end(),
                                      [&](const Node& other) { return other.outputs[0] == x; });
      const auto fixed = maker == before.end() ? std::nullopt : fixed_scale(maker->op);
      if (fixed && !(*fixed == wanted)) return false;
    }
    if (!scale_of(x).empty() && !(scale_of(x) == wanted)) return false;
    scale_of(x) = wanted;
    stands_[static_cast<size_t>(q)] = x;
    return true;
  }

  /// The same as int8, where it is uint8.
  TensorId signed_of(TensorId id, std::vector<Node>& nodes) {
    if (graph_[id].dtype != DType::uint8) return id;
    Tensor tensor{graph_[id].name + "/int8", DType::int8, graph_[id].shape, scale_of(id), nullptr};
    tensor.quantization.zero_points.at(0) -= 128;
    const TensorId result = add(std::move(tensor));
    nodes.push_back({Quantize{}, {id}, {result}});
    return result;
  }

  void count() {
    uses_.assign(graph_.tensors.size(), 0);
    makers_.assign(graph_.tensors.size(), -1);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const TensorId id : graph_.nodes[i].inputs) {
        if (id != kNoTensor) ++uses_[static_cast<size_t>(id)];
      }
      for (const TensorId id : graph_.nodes[i].outputs)
        makers_[static_cast<size_t>(id)] = static_cast<int>(i);
    }
    for (const TensorId id : graph_.outputs) ++uses_[static_cast<size_t>(id)];
  }

  /// Gives tensors without a scale that of their neighbour, where an operator keeps it.
  void spread() {
    for (Node& node : graph_.nodes) {
      if (const auto fixed = fixed_scale(node.op); fixed && is_float(node.outputs[0])) {
        scale_of(node.outputs[0]) = *fixed;
      }
    }
    constexpr int kRounds = 4;
    for (int round = 0; round < kRounds; ++round) {
      for (Node& node : graph_.nodes) pass_on(node.inputs, node.outputs, node.op);
      for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
        pass_on(node->outputs, node->inputs, node->op);
      }
    }
  }

  void pass_on(const std::vector<TensorId>& from, const std::vector<TensorId>& to, const Operator& op) {
    if (!moves(op) && !is_any<AveragePool2D, Relu>(op)) return;
    for (const TensorId source : from) {
      if (!is_computed(source) || scale_of(source).empty()) continue;
      for (const TensorId id : to) {
        if (is_computed(id) && is_float(id) && scale_of(id).empty()) scale_of(id) = scale_of(source);
      }
    }
  }

  /// Where an operator needs one scale and has two: what computes the input takes the output's, or a Quantize
  /// goes in between.
  void settle() {
    std::vector<Node> settled;
    for (const Node& node : graph_.nodes) {
      std::vector<TensorId> inputs = node.inputs;
      for (TensorId& input : inputs) {
        const Quantization wanted = scale_of(node.outputs[0]);
        if (!moves(node.op) || !is_computed(input) || wanted.empty() || scale_of(input).empty() ||
            scale_of(input) == wanted || take_scale(input, wanted)) {
          continue;
        }
        Tensor between = graph_[input];
        between.name += "/requantized";
        between.dtype = DType::int8;
        between.quantization = wanted;
        const TensorId id = add(std::move(between));
        settled.push_back({Quantize{}, {input}, {id}});
        input = id;
      }
      settled.push_back({node.op, std::move(inputs), node.outputs});
    }
    graph_.nodes = std::move(settled);
  }

  /// False where more than one node reads the tensor or what computes it cannot have any scale.
  bool take_scale(TensorId id, const Quantization& quantization, int depth = 0) {
    constexpr int kDeepest = 8;
    if (!is_float(id) || uses_[static_cast<size_t>(id)] != 1 || depth > kDeepest) return false;
    if (std::count(graph_.inputs.begin(), graph_.inputs.end(), id)) return false;
    const int maker_index = makers_[static_cast<size_t>(id)];
    if (maker_index >= 0) {
      const Node& maker = graph_.nodes[static_cast<size_t>(maker_index)];
      if (fixed_scale(maker.op)) return false;
      const bool keeps = moves(maker.op);
      if (keeps && (maker.outputs.size() > 1 || maker.inputs.size() > 1)) return false;
      if (keeps && !take_scale(maker.inputs[0], quantization, depth + 1)) return false;
    }
    scale_of(id) = quantization;
    return true;
  }

  void convert(Node& node) {
    const auto computes = [&](TensorId id) { return is_computed(id) && is_float(id); };
    if (std::none_of(node.inputs.begin(), node.inputs.end(), computes) &&
        std::none_of(node.outputs.begin(), node.outputs.end(), computes)) {
      return;
    }
    for (const TensorId id : node.inputs) check(id);
    for (const TensorId id : node.outputs) check(id);
    with_context(fmt::format("{} ({})", graph_[node.outputs[0]].name, name_of(node.op)), [&] {
      if (is_any<Lstm, Gru, BatchNorm, Cast, Comparison>(node.op)) {
        refuse("its quantization in ONNX: read the float32 model and quantize it here");
      }
      if (is_any<AveragePool2D>(node.op) && !(scale_of(node.inputs[0]) == scale_of(node.outputs[0]))) {
        average(node);
      }
      if (!is_any<Quantize>(node.op)) quantize_constants(graph_, node);
    });
    was_float_.resize(graph_.tensors.size());
  }

  void check(TensorId id) {
    if (!is_computed(id) || !is_float(id)) return;
    const Quantization& q = scale_of(id);
    if (q.empty()) {
      refuse(fmt::format("{} without QuantizeLinear in a quantized model: quantize every operator",
                         graph_[id].name));
    }
    if (q.zero_point() < -128 || q.zero_point() > 127) {
      throw Error(ErrorKind::bad_file,
                  fmt::format("{} has the zero point {} for int8", graph_[id].name, q.zero_point()));
    }
  }

  /// The mean of whole windows on another scale than its input's, rounded once: a depthwise convolution of
  /// equal weights. TensorFlow Lite Micro's mean rounds a second time, to few bits, but needs no weights: it
  /// stands for a window over all positions that would take many.
  void average(Node& node) {
    constexpr int64_t kMostWeights = 8192;
    const AveragePool2D pool = std::get<AveragePool2D>(node.op);
    const Shape shape = graph_[node.inputs[0]].shape;
    const bool all = pool.filter_height == shape[1] && pool.filter_width == shape[2] &&
                     pool.activation == Activation::none &&
                     elements(graph_[node.outputs[0]].shape) == shape[3];
    if (all && elements(shape) > kMostWeights) {
      node.op = Reduction{ReductionKind::mean, {1, 2}, true};
      return;
    }
    if (pool.padding != Padding::valid) refuse("padding from one scale to another");
    const float weight = 1.0f / static_cast<float>(pool.filter_height * pool.filter_width);
    const Shape filter{1, pool.filter_height, pool.filter_width, shape[3]};
    const std::vector<float> weights(static_cast<size_t>(elements(filter)), weight);
    node.inputs.push_back(add({graph_[node.outputs[0]].name + "/weights",
                               DType::float32,
                               filter,
                               {{weight / 127}, {0}, 0},
                               to_constant(std::span<const float>(weights))}));
    DepthwiseConv2D convolution;
    convolution.stride_height = pool.stride_height;
    convolution.stride_width = pool.stride_width;
    convolution.padding = Padding::valid;
    convolution.activation = pool.activation;
    node.op = convolution;
  }

  Graph graph_;
  std::vector<TensorId> stands_;  // of each tensor of the source: which tensor has its values
  std::vector<bool> was_float_;
  std::vector<int> uses_, makers_;  // of each tensor; makers are places in graph_.nodes until settle()
};

}  // namespace

Graph fold_quantization(const Graph& graph) {
  const bool quantizes = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                     [](const Node& node) { return is_any<Quantize, Dequantize>(node.op); });
  if (!quantizes || !has_float_layer(graph)) return graph;
  return Folding(graph).fold();
}

}  // namespace tinyml
