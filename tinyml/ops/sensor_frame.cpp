// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/sensor_frame.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {
namespace {

constexpr int32_t kMostChannels = 1024;

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

}  // namespace

void check_frame(const SensorFrame& frame, std::string_view op) {
  if (frame.channels < 1 || frame.channels > kMostChannels) {
    reject(fmt::format("{}: {} channels: give 1 .. {}", op, frame.channels, kMostChannels));
  }
  if (frame.samples < 1 || frame.samples > kLongestSensorFrame) {
    reject(fmt::format("{}: a frame of {} samples a channel: give 1 .. {}", op, frame.samples,
                       kLongestSensorFrame));
  }
  if (frame.hop < 1 || frame.hop > kLongestSensorFrame) {
    reject(
        fmt::format("{}: a hop of {} samples a channel: give 1 .. {}", op, frame.hop, kLongestSensorFrame));
  }
  if (!(frame.rate_hz > 0 && std::isfinite(frame.rate_hz))) {
    reject(fmt::format("{}: a rate of {} Hz: give one above 0", op, frame.rate_hz));
  }
  if (!frame.unit.empty() && frame.unit.size() != static_cast<size_t>(frame.channels)) {
    reject(fmt::format("{}: {} units for {} channels: give one a channel, or none", op, frame.unit.size(),
                       frame.channels));
  }
  for (const float unit : frame.unit) {
    if (!(unit > 0 && std::isfinite(unit)))
      reject(fmt::format("{}: a unit of {}: give one above 0", op, unit));
  }
}

void check_standardisation(const std::vector<float>& offset, const std::vector<float>& scale,
                           int32_t features, std::string_view op) {
  const auto check_size = [&](const std::vector<float>& values, std::string_view what) {
    if (!values.empty() && values.size() != static_cast<size_t>(features)) {
      reject(fmt::format("{}: {} {}s for {} features: give one a feature, or none", op, values.size(), what,
                         features));
    }
  };
  check_size(offset, "offset");
  check_size(scale, "scale");
  for (const float value : offset) {
    if (!std::isfinite(value)) reject(fmt::format("{}: an offset of {} is not finite", op, value));
  }
  for (const float value : scale) {
    if (!(value > 0 && std::isfinite(value))) {
      reject(fmt::format("{}: a scale of {}: give one above 0", op, value));
    }
  }
}

void infer_sensor(const SensorFrame& frame, int32_t features, std::string_view op, Graph& graph,
                  const Node& node) {
  const Tensor& input = graph[node.inputs.at(0)];
  const Shape shape = input_shape(graph, node, 2);
  if (input.dtype != DType::int16 && input.dtype != DType::float32) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{} needs int16 or float32 samples, not {}", op, name_of(input.dtype)));
  }
  if (shape[1] % frame.channels != 0) {
    reject(fmt::format("{}: {} values are not whole samples of {} channels", op, shape[1], frame.channels));
  }
  const int32_t samples = shape[1] / frame.channels;
  if (samples < frame.samples) {
    reject(
        fmt::format("{}: {} samples a channel are fewer than one frame of {}: lengthen the window or "
                    "shorten the frame",
                    op, samples, frame.samples));
  }
  const bool fixed = input.dtype == DType::int16;
  Tensor& output = graph[node.outputs.at(0)];
  output.shape = {shape[0], (samples - frame.samples) / frame.hop + 1, features, 1};
  output.dtype = fixed ? DType::int8 : DType::float32;
  output.quantization = fixed ? Quantization{{1.0f}, {0}, 0} : Quantization{};
}

double unit_of(const SensorFrame& frame, int32_t channel) {
  return frame.unit.empty() ? 1.0 : static_cast<double>(frame.unit[static_cast<size_t>(channel)]);
}

void for_each_channel(
    const SensorFrame& frame, FloatForward& pass,
    const std::function<void(std::span<const double> samples, std::vector<double>& features)>& features) {
  const FloatTensor& input = pass.inputs.at(0);
  const FloatTensor& output = pass.outputs.at(0);
  const int32_t windows = input.shape.at(0), frames = output.shape.at(1);
  const int64_t window_values = input.size() / windows;
  std::vector<double> samples(static_cast<size_t>(frame.samples)), found;
  float* out = output.data;
  for (int64_t first = 0; first < windows * window_values; first += window_values) {
    for (int64_t f = 0; f < frames; ++f) {
      const float* start = input.data + first + f * frame.hop * frame.channels;
      found.clear();
      for (int32_t c = 0; c < frame.channels; ++c) {
        for (size_t i = 0; i < samples.size(); ++i) {
          samples[i] = start[static_cast<int64_t>(i) * frame.channels + c];
        }
        features(samples, found);
      }
      TINYML_CHECK(static_cast<int32_t>(found.size()) == output.shape.at(2));
      out = std::transform(found.begin(), found.end(), out, [](double v) { return static_cast<float>(v); });
    }
  }
}

Table affine_table(std::span<const FeatureAffine> affine) {
  std::vector<int32_t> values;
  for (const FeatureAffine& one : affine) values.insert(values.end(), one.begin(), one.end());
  return make_table("affine", values);
}

ExactStatistics exact_statistics(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  ExactStatistics result;
  double second = 0, third = 0, fourth = 0;
  for (const double v : values) {
    result.mean += v / count;
    result.root_mean_square += v * v / count;
  }
  result.root_mean_square = std::sqrt(result.root_mean_square);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) {
    result.mean = *low;
    return result;
  }
  for (const double v : values) {
    const double d = v - result.mean;
    second += d * d / count;
    third += d * d * d / count;
    fourth += d * d * d * d / count;
  }
  result.deviation = std::sqrt(second);
  result.skewness = third / (second * result.deviation);
  result.kurtosis = fourth / (second * second) - 3;
  return result;
}

}  // namespace tinyml::ops
