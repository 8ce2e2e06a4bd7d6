// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lower_int16.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace tinyml::ops {
namespace {

constexpr int64_t kMostBias = int64_t{1} << 46;
constexpr int64_t kLargestInput = 1 << 15;

void read_bias(const Graph& graph, const Node& node, Int16Sums& sums) {
  const TensorId id = optional_input(node, 2);
  if (id == kNoTensor) return;
  const Tensor& tensor = graph[id];
  const bool wide = tensor.dtype == DType::int64;
  if (!tensor.is_constant() || (!wide && tensor.dtype != DType::int32) ||
      elements(tensor.shape) != static_cast<int64_t>(sums.bias.size())) {
    throw Error(ErrorKind::unsupported,
                fmt::format("bias \"{}\" is not {} int64 or int32 constants", tensor.name, sums.bias.size()));
  }
  sums.rounding = wide ? Rounding::wide : Rounding::as_int8;
  const auto copy = [&](const auto& values) { std::copy(values.begin(), values.end(), sums.bias.begin()); };
  wide ? copy(tensor.values<int64_t>()) : copy(tensor.values<int32_t>());
  if (std::any_of(sums.bias.begin(), sums.bias.end(),
                  [](int64_t value) { return value < -kMostBias || value > kMostBias; })) {
    throw Error(ErrorKind::unsupported, fmt::format("bias \"{}\" is beyond 2^46", tensor.name));
  }
}

}  // namespace

Int16Sums int16_sums(const Graph& graph, const Node& node, std::span<const int8_t> weights,
                     int32_t channels) {
  Int16Sums sums{std::vector<int64_t>(static_cast<size_t>(channels))};
  read_bias(graph, node, sums);
  const size_t taps = weights.size() / sums.bias.size();
  int64_t most = 0;
  for (size_t channel = 0; channel < sums.bias.size(); ++channel) {
    int64_t magnitude = std::abs(sums.bias[channel]);
    for (const int8_t weight : weights.subspan(channel * taps, taps)) {
      magnitude += std::abs(int64_t{weight}) * kLargestInput;
    }
    most = std::max(most, magnitude);
  }
  sums.fit_int32 = most <= std::numeric_limits<int32_t>::max();
  return sums;
}

}  // namespace tinyml::ops
