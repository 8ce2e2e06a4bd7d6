// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

#include "tinyml/formats/onnx_mappings.h"
#include "tinyml/formats/tflite_checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

template <class... Ops>
bool is_any(const Operator& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

/// Operators that only move or choose elements: inputs and outputs have one scale.
bool moves(const Operator& op) {
  return is_any<Reshape, MaxPool2D, Concatenation, Split, StridedSlice, Transpose, Pad, Gather, SpaceToDepth,
                Resize>(op);
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

bool has_weights(const Operator& op) {
  return is_any<Conv2D, DepthwiseConv2D, FullyConnected, TransposeConv>(op);
}

class Int8 {
 public:
  explicit Int8(Graph& graph) : graph_(graph) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const TensorId id : graph.nodes[i].inputs) ++uses_[id];
      for (const TensorId id : graph.nodes[i].outputs) makers_[id] = i;
    }
    for (const TensorId id : graph.outputs) ++uses_[id];
  }

  void convert() {
    spread();
    settle();
    for (Node& node : graph_.nodes) {
      if (is_any<AveragePool2D>(node.op) && !(scale_of(node.inputs[0]) == scale_of(node.outputs[0]))) {
        average(node);
      }
    }
    for (const TensorId id : graph_.inputs) check(id);
    for (const Node& node : graph_.nodes) {
      for (const TensorId id : node.inputs) check(id);
      for (const TensorId id : node.outputs) check(id);
    }
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      with_context(fmt::format("{} ({})", graph_[node.outputs[0]].name, name_of(node.op)),
                   [&] { convert_constants(node); });
    }
    for (Tensor& tensor : graph_.tensors) {
      if (!tensor.is_constant() && tensor.dtype == DType::float32) tensor.dtype = DType::int8;
    }
  }

 private:
  Quantization& scale_of(TensorId id) { return graph_[id].quantization; }

  /// Gives tensors without a scale that of their neighbour, where an operator keeps it.
  void spread() {
    for (Node& node : graph_.nodes) {
      if (const auto fixed = fixed_scale(node.op)) scale_of(node.outputs[0]) = *fixed;
    }
    constexpr int kRounds = 4;
    for (int round = 0; round < kRounds; ++round) {
      for (Node& node : graph_.nodes) forward(node);
      for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) backward(*node);
    }
  }

  void forward(const Node& node) {
    if (!moves(node.op) && !is_any<AveragePool2D>(node.op)) return;
    for (const TensorId input : node.inputs) {
      if (graph_[input].is_constant() || scale_of(input).empty()) continue;
      for (const TensorId output : node.outputs) {
        if (scale_of(output).empty()) scale_of(output) = scale_of(input);
      }
    }
  }

  void backward(const Node& node) {
    if (!moves(node.op) && !is_any<AveragePool2D>(node.op)) return;
    for (const TensorId output : node.outputs) {
      for (const TensorId input : node.inputs) {
        if (!graph_[input].is_constant() && scale_of(input).empty()) scale_of(input) = scale_of(output);
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
        if (!moves(node.op) || graph_[input].is_constant() || scale_of(input).empty() ||
            scale_of(input) == wanted || take_scale(input, wanted)) {
          continue;
        }
        Tensor between = graph_[input];
        between.name += "/requantized";
        between.quantization = wanted;
        const TensorId id = graph_.add(std::move(between));
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
    if (uses_[id] != 1 || depth > kDeepest) return false;
    if (const auto found = makers_.find(id); found != makers_.end()) {
      const Node& maker = graph_.nodes[found->second];
      if (fixed_scale(maker.op)) return false;
      const bool keeps = moves(maker.op);
      if (keeps && (maker.outputs.size() > 1 || maker.inputs.size() > 1)) return false;
      if (keeps && !take_scale(maker.inputs[0], quantization, depth + 1)) return false;
    }
    scale_of(id) = quantization;
    return true;
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
    if (pool.padding != Padding::valid) {
      refuse(fmt::format("{} (average_pool_2d) with padding from one scale to another",
                         graph_[node.outputs[0]].name));
    }
    constexpr int8_t kWeight = 127;
    const std::vector<int8_t> weights(static_cast<size_t>(pool.filter_height * pool.filter_width * shape[3]),
                                      kWeight);
    const float scale = 1.0f / (float{kWeight} * static_cast<float>(pool.filter_height * pool.filter_width));
    const TensorId id = graph_.add({graph_[node.outputs[0]].name + "/weights",
                                    DType::int8,
                                    {1, pool.filter_height, pool.filter_width, shape[3]},
                                    {{scale}, {0}, 0},
                                    to_constant(std::span<const int8_t>(weights))});
    DepthwiseConv2D convolution;
    convolution.stride_height = pool.stride_height;
    convolution.stride_width = pool.stride_width;
    convolution.padding = Padding::valid;
    convolution.activation = pool.activation;
    node.op = convolution;
    node.inputs.push_back(id);
  }

  void check(TensorId id) {
    const Tensor& tensor = graph_[id];
    if (tensor.is_constant() || tensor.dtype != DType::float32) return;
    if (tensor.quantization.empty()) {
      refuse(fmt::format("{} without QuantizeLinear in a quantized model: quantize every operator",
                         tensor.name));
    }
    tflite::checked_zero_point(tensor.quantization.zero_point(), DType::int8);
  }

  void convert_constants(const Node& node) {
    if (is_any<Lstm, Gru, BatchNorm>(node.op)) {
      refuse("its quantization in ONNX: read the float32 model and quantize it here");
    }
    if (!has_weights(node.op)) {
      for (const TensorId id : node.inputs) {
        if (graph_[id].is_constant() && !is_any<Gather>(node.op)) quantize_by_range(graph_[id]);
      }
      return;
    }
    const Tensor& weights = graph_[node.inputs.at(1)];
    if (weights.dtype != DType::int8 || weights.quantization.empty()) {
      refuse(fmt::format("weights of {} in a quantized model: quantize them too", name_of(weights.dtype)));
    }
    for (const int32_t zero : weights.quantization.zero_points) {
      if (zero != 0)
        refuse(fmt::format("weights with a zero point of {}: quantize them symmetrically", zero));
    }
    if (node.inputs.size() > 2)
      quantize_bias(graph_[node.inputs[2]], weights, scale_of(node.inputs[0]).scale());
  }

  /// int32 on the product of the scales of input and weights.
  static void quantize_bias(Tensor& bias, const Tensor& weights, float input_scale) {
    const Constant constant{bias.dtype, bias.shape, bias.data, bias.quantization};
    const Quantization& own = bias.quantization;
    const Quantization& of_weights = weights.quantization;
    const bool is_float = bias.dtype == DType::float32;
    if (!is_float && bias.dtype != DType::int32 && bias.dtype != DType::int8) refuse("a bias of this type");
    Quantization quantization;
    std::vector<int32_t> values;
    for (size_t i = 0; i < static_cast<size_t>(constant.size()); ++i) {
      const float weight_scale = of_weights.scales[of_weights.per_channel() ? i : 0];
      const double scale = double{input_scale} * weight_scale;
      double real;
      if (is_float) {
        real = constant.values<float>()[i];
      } else {
        const size_t channel = own.per_channel() ? i : 0;
        const int64_t code =
            bias.dtype == DType::int8 ? constant.values<int8_t>()[i] : int64_t{constant.values<int32_t>()[i]};
        real = static_cast<double>(code - own.zero_points.at(channel)) * own.scales.at(channel);
      }
      const double code = std::round(real / scale);
      if (!(std::abs(code) < std::numeric_limits<int32_t>::max())) {
        refuse("a bias that int32 on the scales of input and weights cannot hold");
      }
      values.push_back(static_cast<int32_t>(code));
    }
    for (const float scale : of_weights.scales) quantization.scales.push_back(input_scale * scale);
    quantization.zero_points.assign(quantization.scales.size(), 0);
    bias.dtype = DType::int32;
    bias.data = to_constant(std::span<const int32_t>(values));
    bias.quantization = quantization;
  }

  /// The operand of an elementwise operator.
  static void quantize_by_range(Tensor& tensor) {
    if (tensor.dtype == DType::int8 && tensor.quantization.scales.size() == 1) return;
    if (tensor.dtype != DType::float32) refuse(fmt::format("a constant of {}", name_of(tensor.dtype)));
    const auto values = tensor.values<float>();
    float least = 0, most = 0;
    for (const float value : values) {
      if (!std::isfinite(value)) reject("a constant that is not finite");
      least = std::min(least, value);
      most = std::max(most, value);
    }
    const float scale = std::max((most - least) / 255, 1e-30f);
    const auto zero = static_cast<int32_t>(std::lround(-128 - least / scale));
    std::vector<int8_t> codes;
    for (const float value : values) {
      codes.push_back(static_cast<int8_t>(std::clamp<long>(std::lround(value / scale) + zero, -128, 127)));
    }
    tensor.dtype = DType::int8;
    tensor.quantization = {{scale}, {zero}, 0};
    tensor.data = to_constant(std::span<const int8_t>(codes));
  }

  Graph& graph_;
  std::unordered_map<TensorId, int> uses_;
  std::unordered_map<TensorId, size_t> makers_;  // places in graph_.nodes until settle() is through
};

}  // namespace

void to_int8(Graph& graph) {
  const bool quantized = std::any_of(graph.tensors.begin(), graph.tensors.end(), [](const Tensor& tensor) {
    return !tensor.is_constant() && !tensor.quantization.empty();
  });
  if (quantized) return Int8(graph).convert();
  for (Tensor& tensor : graph.tensors) {
    if (!tensor.is_constant() || tensor.quantization.empty()) continue;
    const std::vector<float> values = reals({tensor.dtype, tensor.shape, tensor.data, tensor.quantization});
    tensor.dtype = DType::float32;
    tensor.quantization = {};
    tensor.data = to_constant(std::span<const float>(values));
  }
}

}  // namespace tinyml::formats::onnx
