// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/flatten_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/sensor_frame.h"

namespace tinyml::ops {
namespace {

/// In the order of the features.
std::array<bool, 7> chosen(const FlattenStatistics& op) {
  return {op.average,  op.minimum, op.maximum, op.root_mean_square, op.standard_deviation,
          op.skewness, op.kurtosis};
}

int32_t features_of(const FlattenStatistics& op) {
  const auto all = chosen(op);
  return op.frame.channels * static_cast<int32_t>(std::count(all.begin(), all.end(), true));
}

void check(const FlattenStatistics& op) {
  check_frame(op.frame, op.kName);
  if (features_of(op) == 0) {
    throw Error(ErrorKind::invalid_argument, "flatten_statistics: no statistic is chosen: choose one");
  }
  check_standardisation(op.offset, op.scale, features_of(op), op.kName);
}

std::vector<FeatureAffine> affine_of(const FlattenStatistics& op) {
  std::vector<FeatureAffine> affine;
  for (int32_t c = 0; c < op.frame.channels; ++c) {
    const double value = std::ldexp(unit_of(op.frame, c), -device::kFlattenBits);
    const auto all = chosen(op);
    for (size_t statistic = 0; statistic < all.size(); ++statistic) {
      if (!all[statistic]) continue;
      const double offset = offset_of(op.offset, affine.size()), scale = scale_of(op.scale, affine.size());
      affine.push_back(statistic < 3 ? feature_affine(value, 0, offset, scale)
                       : statistic < 5
                           ? magnitude_affine(value, offset, scale)
                           : feature_affine(std::ldexp(1, -device::kMomentBits), 0, offset, scale));
    }
  }
  return affine;
}

}  // namespace

void infer(const FlattenStatistics& op, Graph& graph, const Node& node) {
  check(op);
  infer_sensor(op.frame, features_of(op), op.kName, graph, node);
}

int64_t macs(const FlattenStatistics& op, const Graph& graph, const Node& node) {
  constexpr int64_t kPowers = 3;
  return int64_t{graph[node.outputs.at(0)].shape.at(1)} * op.frame.samples * op.frame.channels * kPowers;
}

void forward(const FlattenStatistics& op, FloatForward& pass) {
  const auto all = chosen(op);
  for_each_channel(op.frame, pass, [&](std::span<const double> samples, std::vector<double>& features) {
    const ExactStatistics s = exact_statistics(samples);
    const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
    const double values[] = {s.mean, *low, *high, s.root_mean_square, s.deviation, s.skewness, s.kurtosis};
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i]) features.push_back(values[i]);
    }
  });
}

KernelCall lower(const FlattenStatistics& op, const Graph& graph, const Node& node, const Target&) {
  check(op);
  const device::FlattenStatisticsParams params{graph[node.outputs.at(0)].shape.at(1),
                                               op.frame.channels,
                                               op.frame.samples,
                                               op.frame.hop,
                                               features_of(op),
                                               op.average,
                                               op.minimum,
                                               op.maximum,
                                               op.root_mean_square,
                                               op.standard_deviation,
                                               op.skewness,
                                               op.kurtosis};
  KernelCall call;
  call.header = "tinyml/device/dsp/flatten_statistics.h";
  call.function = "flatten_statistics";
  call.parameters = list_parameters(params);
  call.tables = {affine_table(affine_of(op))};
  call.run = [params, tables = std::make_shared<const std::vector<Table>>(call.tables)](
                 std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    device::flatten_statistics(params, static_cast<const int16_t*>(inputs[0]),
                               values_of<int32_t>((*tables)[0]), static_cast<int8_t*>(outputs[0]));
  };
  return call;
}

}  // namespace tinyml::ops
