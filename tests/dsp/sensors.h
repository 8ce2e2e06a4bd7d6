// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/dsp/features.h"

namespace tinyml {

/// The float32 features of int16 samples, in physical units.
template <class Op>
std::vector<float> physical_features(const Op& op, const std::vector<int16_t>& samples) {
  const FeatureGraph graph(op, static_cast<int64_t>(samples.size()), DType::float32);
  std::vector<float> input;
  for (size_t i = 0; i < samples.size(); ++i) {
    const size_t channel = i % static_cast<size_t>(op.frame.channels);
    input.push_back(static_cast<float>(samples[i]) * (op.frame.unit.empty() ? 1 : op.frame.unit[channel]));
  }
  std::vector<float> output(static_cast<size_t>(elements(graph.output().shape)));
  ops::FloatForward pass;
  pass.inputs = {{input.data(), graph.graph.tensors[0].shape}};
  pass.outputs = {{output.data(), graph.output().shape}};
  ops::forward(Operator(op), pass);
  return output;
}

/// What the device computes of one frame less the float features, each in its tolerance, rounded to 1/32 and
/// held to +-3.9: offset and scale make int8 a magnifying glass.
template <class Op>
std::vector<double> magnified_errors(Op op, const std::vector<int16_t>& samples,
                                     const std::vector<double>& tolerances) {
  op.offset = physical_features(op, samples);
  op.scale.clear();
  for (const double tolerance : tolerances) op.scale.push_back(static_cast<float>(tolerance / 32));
  std::vector<double> errors;
  for (const int8_t count : fixed_features(op, samples)) errors.push_back(count / 32.0);
  return errors;
}

struct NamedSignal {
  std::string name;
  std::vector<int16_t> samples;
};

/// Noise, sines, steps, impulses, constants, clipped and tiny ones.
inline std::vector<NamedSignal> sensor_signals(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<NamedSignal> signals;
  const auto add = [&](std::string name, const std::function<double(double)>& signal) {
    signals.push_back({std::move(name), samples_of(count, [&](size_t i) {
                         return std::round(signal(static_cast<double>(i)));
                       })});
  };
  for (const double amplitude : {1.0, 3.0, 40.0, 2000.0, 32767.0}) {
    const std::string size = " of " + std::to_string(static_cast<int>(amplitude));
    add("noise" + size, [&](double) { return amplitude * random.normal(); });
    add("noise on gravity" + size, [&](double) { return 16384 + amplitude * random.normal(); });
    add("slow sine" + size, [&](double i) { return amplitude * std::sin(0.05 * i); });
    add("sine" + size, [&](double i) { return amplitude * std::sin(0.7 * i + 1); });
    add("step" + size, [&](double i) { return 2 * i < static_cast<double>(count) ? 0 : amplitude; });
    add("impulse" + size, [&](double i) { return i == 5 ? amplitude : 0; });
    add("bits" + size, [&](double) { return random.below(2) ? amplitude : -amplitude - 1; });
  }
  add("clipped sine", [](double i) { return 200000 * std::sin(0.3 * i); });
  add("constant 0", [](double) { return 0; });
  add("constant -32768", [](double) { return -32768; });
  return signals;
}

}  // namespace tinyml
