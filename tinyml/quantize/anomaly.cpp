// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/anomaly.h"

#include <algorithm>

namespace tinyml::quantize {

Graph quantize_anomaly(const train::AnomalyNet& net, const train::FeatureRows& normal,
                       const Quantization& input, ThreadPool& pool) {
  constexpr size_t kRepresentative = 512;
  const size_t used = std::min(normal.size(), kRepresentative);
  const auto fill = [&](size_t i, std::span<float> values) {
    const std::vector<float>& row = normal[i * normal.size() / used];
    std::copy(row.begin(), row.end(), values.begin());
  };
  std::vector<Range> ranges = calibrate(net.graph, used, fill, {}, pool);
  const float step = input.scale();
  for (const TensorId id : net.like_input) ranges[static_cast<size_t>(id)] = {-128 * step, 127 * step};
  for (const train::AnomalyRange& range : net.ranges) {
    ranges[static_cast<size_t>(range.tensor)] = {range.low, range.high};
  }
  return quantize(net.graph, ranges, {input});
}

}  // namespace tinyml::quantize
