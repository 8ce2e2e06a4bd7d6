// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/hybrid.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {
namespace {

/// int8 values that stand for scale * (value - zero_point).
struct Quantized {
  std::vector<int8_t> values;
  float scale = 1;
  int32_t zero_point = 0;
};

/// Rounded and held in [least, 127]; `least` where it is no number.
int8_t to_int8(float value, float least) {
  return static_cast<int8_t>(!(value > least) ? least : std::round(std::min(value, 127.0f)));
}

Quantized quantize_symmetrically(std::span<const float> values) {
  Quantized result{std::vector<int8_t>(values.size())};
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  if (!(largest > 0)) return result;
  result.scale = largest / 127;
  const float inverse = 127 / largest;
  for (size_t i = 0; i < values.size(); ++i) {
    result.values[i] = to_int8(values[i] * inverse, -127);
  }
  return result;
}

Quantized quantize_asymmetrically(std::span<const float> values) {
  Quantized result{std::vector<int8_t>(values.size())};
  float low = 0, high = 0;
  for (const float value : values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(low < high)) return result;
  const double scale = (double{high} - double{low}) / 255;
  result.scale = static_cast<float>(scale);
  if (!std::isfinite(scale)) return result;  // all zero, of an infinite scale: outputs are no numbers
  // Of the zero points by either end, the one that is off by less.
  const double by_low = -128 - double{low} / scale, by_high = 127 - double{high} / scale;
  const bool low_is_nearer = 128 + std::abs(double{low} / scale) < 127 + std::abs(double{high} / scale);
  result.zero_point =
      static_cast<int32_t>(std::clamp(std::round(low_is_nearer ? by_low : by_high), -128.0, 127.0));
  const float inverse = 1.0f / result.scale;
  for (size_t i = 0; i < values.size(); ++i) {
    result.values[i] = to_int8(static_cast<float>(result.zero_point) + values[i] * inverse, -128);
  }
  return result;
}

Quantized quantize(std::span<const float> values, bool symmetric) {
  return symmetric ? quantize_symmetrically(values) : quantize_asymmetrically(values);
}

/// What a hybrid layer has in common.
struct Layer {
  std::span<const int8_t> weights;
  std::vector<float> scales;  // one a channel
  std::vector<float> bias;
  Limits limits;

  Layer(const Graph& graph, const Node& node, int32_t channels, Activation activation)
      : weights(graph[node.inputs.at(1)].values<int8_t>()), limits(limits_of(activation)) {
    scales = graph[node.inputs[1]].quantization.scales;
    scales.resize(static_cast<size_t>(channels), scales.at(0));
    bias.resize(static_cast<size_t>(channels));
    const TensorId id = optional_input(node, 2);
    if (id == kNoTensor) return;
    const Tensor& given = graph[id];
    if (!given.is_constant() || given.dtype != DType::float32 || elements(given.shape) != channels) {
      throw Error(ErrorKind::unsupported, "the bias " + given.name + ", which is no float32 constant");
    }
    std::ranges::copy(given.values<float>(), bias.begin());
  }

  float output(int32_t channel, int64_t sum, float input_scale) const {
    const auto c = static_cast<size_t>(channel);
    const float value = static_cast<float>(sum) * (input_scale * scales[c]) + bias[c];
    return std::clamp(value, limits.low, limits.high);
  }
};

/// Calls visit(row, column, tap) for the input positions under a window, tap counting its weights.
template <class Visit>
void for_taps(const Window2D& w, int32_t y, int32_t x, const Visit& visit) {
  for (int32_t fy = 0; fy < w.height.filter; ++fy) {
    const int32_t row = y * w.height.stride - w.height.pad_before + fy * w.height.dilation;
    if (row < 0 || row >= w.height.input) continue;
    for (int32_t fx = 0; fx < w.width.filter; ++fx) {
      const int32_t column = x * w.width.stride - w.width.pad_before + fx * w.width.dilation;
      if (column >= 0 && column < w.width.input) visit(row, column, fy * w.width.filter + fx);
    }
  }
}

using Run = std::function<void(const float* input, float* output)>;

/// `multiplier`: of a depthwise convolution the outputs of each input channel; 0: of all.
Run convolution(std::shared_ptr<const Layer> layer, const Window2D& window, const Shape& input,
                const Shape& output, int32_t multiplier, bool symmetric) {
  return [=](const float* from, float* to) {
    const int32_t depth = input[3], channels = output[3];
    const auto size = static_cast<size_t>(input[1]) * static_cast<size_t>(input[2] * depth);
    for (int32_t batch = 0; batch < input[0]; ++batch, from += size) {
      const Quantized q = quantize({from, size}, symmetric);
      for (int32_t position = 0; position < output[1] * output[2]; ++position) {
        for (int32_t c = 0; c < channels; ++c) {
          int64_t sum = 0;
          for_taps(window, position / output[2], position % output[2],
                   [&](int32_t y, int32_t x, int32_t tap) {
                     const int8_t* pixel = q.values.data() + (y * input[2] + x) * depth;
                     if (multiplier > 0) {
                       sum += layer->weights[static_cast<size_t>(tap * channels + c)] *
                              (pixel[c / multiplier] - q.zero_point);
                       return;
                     }
                     const int32_t taps = window.height.filter * window.width.filter;
                     const int8_t* weights = layer->weights.data() + (c * taps + tap) * depth;
                     for (int32_t d = 0; d < depth; ++d) sum += weights[d] * (pixel[d] - q.zero_point);
                   });
          *to++ = layer->output(c, sum, q.scale);
        }
      }
    }
  };
}

bool one_scale(const Tensor& weights) {
  const std::vector<float>& scales = weights.quantization.scales;
  return std::ranges::all_of(scales, [&](float scale) { return scale == scales[0]; });
}

Run run_of(const Conv2D& op, const Graph& graph, const Node& node) {
  const Shape &input = graph[node.inputs[0]].shape, &weights = graph[node.inputs[1]].shape;
  return convolution(std::make_shared<Layer>(graph, node, weights[0], op.activation),
                     window_of(op, input, weights[1], weights[2]), input, graph[node.outputs[0]].shape, 0,
                     one_scale(graph[node.inputs[1]]));
}

Run run_of(const DepthwiseConv2D& op, const Graph& graph, const Node& node) {
  const Shape &input = graph[node.inputs[0]].shape, &weights = graph[node.inputs[1]].shape;
  return convolution(std::make_shared<Layer>(graph, node, weights[3], op.activation),
                     window_of(op, input, weights[1], weights[2]), input, graph[node.outputs[0]].shape,
                     op.depth_multiplier, false);
}

Run run_of(const FullyConnected& op, const Graph& graph, const Node& node) {
  const int32_t units = graph[node.inputs[1]].shape[0], depth = graph[node.inputs[1]].shape[1];
  const int64_t rows = elements(graph[node.inputs[0]].shape) / depth;
  const auto layer = std::make_shared<Layer>(graph, node, units, op.activation);
  return [=, symmetric = !op.asymmetric_inputs](const float* from, float* to) {
    for (int64_t row = 0; row < rows; ++row, from += depth) {
      const Quantized q = quantize({from, static_cast<size_t>(depth)}, symmetric);
      for (int32_t unit = 0; unit < units; ++unit) {
        const int8_t* weights = layer->weights.data() + int64_t{unit} * depth;
        int64_t sum = 0;
        for (size_t i = 0; i < q.values.size(); ++i) sum += weights[i] * (q.values[i] - q.zero_point);
        *to++ = layer->output(unit, sum, q.scale);
      }
    }
  };
}

template <class Op>
Run run_of(const Op&, const Graph&, const Node&) {
  throw Error(ErrorKind::unsupported, "a hybrid layer that is neither dense nor a convolution");
}

}  // namespace

bool is_hybrid(const Graph& graph, const Node& node) {
  const bool weighted = std::holds_alternative<Conv2D>(node.op) ||
                        std::holds_alternative<DepthwiseConv2D>(node.op) ||
                        std::holds_alternative<FullyConnected>(node.op);
  if (!weighted || node.inputs.size() < 2) return false;
  const Tensor& weights = graph[node.inputs[1]];
  return graph[node.inputs[0]].dtype == DType::float32 && graph[node.outputs.at(0)].dtype == DType::float32 &&
         weights.dtype == DType::int8 && weights.is_constant() && !weights.quantization.empty();
}

KernelCall hybrid_call(const Graph& graph, const Node& node) {
  TINYML_CHECK(is_hybrid(graph, node));
  const Run run = std::visit([&](const auto& op) { return run_of(op, graph, node); }, node.op);
  KernelCall call{.header = "", .function = "hybrid", .parameters = {}, .tables = {}};
  call.run = [run](std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    run(static_cast<const float*>(inputs[0]), static_cast<float*>(outputs[0]));
  };
  return call;
}

Graph with_float_weights(const Graph& graph) {
  Graph result = graph;
  for (Node& node : result.nodes) {
    if (!is_hybrid(result, node)) continue;
    Tensor weights = result[node.inputs[1]];
    const auto values = weights.values<int8_t>();
    const Quantization& q = weights.quantization;
    const auto axis = static_cast<size_t>(q.axis);
    const int64_t inner =
        elements(Shape(weights.shape.begin() + static_cast<ptrdiff_t>(axis) + 1, weights.shape.end()));
    std::vector<float> floats(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const size_t slice = i / static_cast<size_t>(inner) % static_cast<size_t>(weights.shape[axis]);
      floats[i] = static_cast<float>(values[i]) * q.scales[q.per_channel() ? slice : 0];
    }
    weights.dtype = DType::float32;
    weights.data = to_constant(std::span<const float>(floats));
    weights.quantization = {};
    node.inputs[1] = result.add(std::move(weights));
  }
  return result;
}

}  // namespace tinyml::ops
