// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/post_training.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tinyml/quantize/sharing.h"
#include "tinyml/quantize/weights.h"

namespace tinyml::quantize {
namespace {

/// The exponent of the finest step that holds the range in 16 bits.
int32_t cell_scale_log2(Range range) {
  const double peak = std::max(-static_cast<double>(range.low), static_cast<double>(range.high));
  int exponent = 0;
  std::frexp(peak / 32767, &exponent);
  return std::clamp(exponent, -15, -9);
}

class Quantizer {
 public:
  Quantizer(const Graph& source, const std::vector<Range>& ranges, const Settings& settings)
      : source_(source), ranges_(ranges), layout_(lay_out(source, ranges, settings)), graph_(layout_.graph) {}

  Graph quantize() {
    set_activations();
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Form form = rule_of(graph_.nodes[i].op).form;
      if (form == Form::weighted) set_weights(i);
      if (form == Form::recurrent) set_recurrent(i);
    }
    return std::move(graph_);
  }

 private:
  void set_activations() {
    std::map<TensorId, Range> shared;
    std::map<TensorId, Quantization> laid;
    const size_t count = graph_.tensors.size();
    const auto is_value = [&](size_t id) {
      return graph_.tensors[id].dtype == DType::float32 && (is_read_as_value(id));
    };
    for (size_t id = 0; id < count; ++id) {
      if (!is_value(id)) continue;
      Range& range = shared[layout_.groups[id]];
      range = {std::min(range.low, layout_.ranges[id].low), std::max(range.high, layout_.ranges[id].high)};
      if (layout_.laid[id]) laid[layout_.groups[id]] = *layout_.laid[id];
    }
    for (size_t id = 0; id < count; ++id) {
      if (!is_value(id)) continue;
      const TensorId group = layout_.groups[id];
      const Scheme scheme = layout_.schemes[id];
      Tensor& tensor = graph_.tensors[id];
      const auto found = laid.find(group);
      const Quantization quantization =
          found == laid.end() ? activation_quantization(shared[group], scheme) : found->second;
      if (tensor.data) {
        const bool variable = tensor.is_variable;
        tensor = quantize_constant(tensor, quantization, scheme);
        tensor.is_variable = variable;
      }
      tensor.dtype = scheme == Scheme::int8 ? DType::int8 : DType::int16;
      tensor.quantization = quantization;
    }
  }

  /// Computed tensors, and constants that lay_out has made for it.
  bool is_read_as_value(size_t id) const {
    return !graph_.tensors[id].is_constant() || id >= source_.tensors.size();
  }

  void set_weights(size_t index) {
    Node& node = graph_.nodes[index];
    const Rule rule = rule_of(node.op);
    const Scheme scheme = layout_.node_schemes[index];
    const std::string name = graph_[node.outputs[0]].name;
    const float input_scale = graph_[node.inputs[0]].quantization.scale();
    node.inputs.resize(3, kNoTensor);
    const Tensor* bias = node.inputs[2] == kNoTensor ? nullptr : &source_[node.inputs[2]];
    Tensor weights =
        quantize_weights(source_[node.inputs[1]], bias, input_scale, rule.axis, rule.per_channel, scheme);
    const int32_t count = weights.shape[static_cast<size_t>(rule.axis)];
    Tensor quantized_bias = quantize_bias(bias, bias ? bias->name : name + "/bias", count, input_scale,
                                          weights.quantization, scheme);
    node.inputs[1] = graph_.add(std::move(weights));
    node.inputs[2] = graph_.add(std::move(quantized_bias));
  }

  void set_recurrent(size_t index) {
    Node& node = graph_.nodes[index];
    if (auto* lstm = std::get_if<Lstm>(&node.op)) {
      const size_t cells = source_.tensors.size() + layout_.sources[index];
      lstm->cell_scale_log2 = cell_scale_log2(cells < ranges_.size() ? ranges_[cells] : Range{-8, 8});
      return set_matrices(4, graph_[node.outputs[0]].quantization.scale(), node);
    }
    set_matrices(3, 0x1p-15f, node);
  }

  /// Replaces a recurrent node's matrices and biases. `state_scale` is that of what the recurrent matrices
  /// multiply, the last of which has a bias too where there are more biases than gates.
  void set_matrices(size_t gates, float state_scale, Node& node) {
    const float input_scale = graph_[node.inputs[0]].quantization.scale();
    for (size_t m = 0; m < 2 * gates; ++m) {
      const float scale = m < gates ? input_scale : state_scale;
      const size_t of_bias = m < gates ? 1 + 2 * gates + m : 1 + 3 * gates;
      const bool has_bias = m < gates || (m + 1 == 2 * gates && node.inputs.size() > of_bias);
      const Tensor* bias = has_bias ? &source_[node.inputs[of_bias]] : nullptr;
      Tensor weights = quantize_weights(source_[node.inputs[1 + m]], bias, scale, 0, false);
      if (bias) {
        node.inputs[of_bias] =
            graph_.add(quantize_bias(bias, bias->name, bias->shape[0], scale, weights.quantization));
      }
      node.inputs[1 + m] = graph_.add(std::move(weights));
    }
  }

  const Graph& source_;
  const std::vector<Range>& ranges_;
  Layout layout_;
  Graph& graph_;
};

}  // namespace

Quantization activation_quantization(Range range, Scheme scheme) {
  const double low = std::min(range.low, 0.0f);
  const double high = std::max(range.high, 0.0f);
  if (scheme == Scheme::int16x8) {
    return {{static_cast<float>(std::max(std::max(-low, high) / 32767.0, 1e-9))}, {0}, 0};
  }
  const double scale = std::max((high - low) / 255.0, 1e-9);
  const double zero_point = std::clamp(std::round(-128 - low / scale), -128.0, 127.0);
  return {{static_cast<float>(scale)}, {static_cast<int32_t>(zero_point)}, 0};
}

Graph quantize(const Graph& source, const std::vector<Range>& ranges, const Settings& settings) {
  const size_t tensors = source.tensors.size();
  TINYML_CHECK(ranges.size() == tensors || ranges.size() == tensors + source.nodes.size());
  return Quantizer(source, ranges, settings).quantize();
}

}  // namespace tinyml::quantize
