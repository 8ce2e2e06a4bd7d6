// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/channels.h"

#include <algorithm>

#include "tinyml/graph/geometry.h"

namespace tinyml::quantize {
namespace {

bool reaches_out(const WindowAxis& axis) {
  const int64_t last =
      (int64_t{axis.output} - 1) * axis.stride - axis.pad_before + int64_t{axis.filter - 1} * axis.dilation;
  return axis.pad_before > 0 || last >= axis.input;
}

}  // namespace

Tensor with_channels(const Tensor& constant, int axis, const std::vector<int32_t>& kept, int32_t period) {
  const auto a = static_cast<size_t>(axis);
  std::vector<bool> keep(static_cast<size_t>(period));
  for (const int32_t channel : kept) keep[static_cast<size_t>(channel)] = true;
  const auto extent = static_cast<size_t>(constant.shape[a]);
  size_t inner = static_cast<size_t>(size_of(constant.dtype));
  for (size_t i = a + 1; i < constant.shape.size(); ++i) inner *= static_cast<size_t>(constant.shape[i]);
  std::vector<uint8_t> bytes;
  for (size_t at = 0; at < constant.data->size(); at += inner) {
    if (!keep[at / inner % extent % static_cast<size_t>(period)]) continue;
    const auto first = constant.data->begin() + static_cast<std::ptrdiff_t>(at);
    bytes.insert(bytes.end(), first, first + static_cast<std::ptrdiff_t>(inner));
  }
  Tensor result = constant;
  result.shape[a] = static_cast<int32_t>(kept.size() * (extent / static_cast<size_t>(period)));
  Quantization& q = result.quantization;
  if (q.per_channel() && (q.axis == axis || constant.shape.size() == 1)) {
    q.scales.clear();
    q.zero_points.clear();
    for (size_t c = 0; c < extent; ++c) {
      if (!keep[c % static_cast<size_t>(period)]) continue;
      q.scales.push_back(constant.quantization.scales[c]);
      q.zero_points.push_back(constant.quantization.zero_points[c]);
    }
  }
  result.data = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  return result;
}

bool sees_padding(const Graph& graph, const Node& node) {
  const Shape& input = graph[node.inputs[0]].shape;
  return std::visit(
      [&]<class Op>(const Op& op) {
        if constexpr (std::is_same_v<Op, Conv2D> || std::is_same_v<Op, DepthwiseConv2D>) {
          const Shape& weights = graph[node.inputs[1]].shape;
          const Window2D window = window_of(op, input, weights[1], weights[2]);
          return reaches_out(window.height) || reaches_out(window.width);
        }
        return false;
      },
      node.op);
}

bool keeps_channels_innermost(const Graph& graph, const Node& node) {
  if (!std::holds_alternative<Reshape>(node.op)) return false;
  const Shape &from = graph[node.inputs[0]].shape, &to = graph[node.outputs[0]].shape;
  return !from.empty() && !to.empty() && to.back() % from.back() == 0;
}

}  // namespace tinyml::quantize
