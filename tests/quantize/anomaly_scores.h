// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/quantize/anomaly.h"
#include "tinyml/run/engine.h"
#include "tinyml/run/float_engine.h"

namespace tinyml {

/// The grid of the int8 features.
inline constexpr float kStep = 1.0f / 32;
inline const Quantization kFeatures{{kStep}, {0}, 0};

inline float on_grid(double value) {
  return kStep *
         static_cast<float>(std::clamp(std::round(value / static_cast<double>(kStep)), -128.0, 127.0));
}

/// Features that hang together, `apart` deviations off their plane, around a centre that a context moves.
inline train::FeatureRows correlated(size_t count, double apart, bool with_context, uint64_t seed) {
  constexpr size_t kFeatureCount = 12;
  Random random(seed);
  train::FeatureRows rows(count);
  for (auto& row : rows) {
    const double common = random.normal(), context = random.uniform(-3, 3);
    for (size_t f = 0; f < kFeatureCount; ++f) {
      const double off = f % 2 == 0 ? apart : -apart;
      row.push_back(on_grid(0.6 * common + 0.2 * random.normal() + 0.2 * off +
                            (with_context ? std::sin(context + static_cast<double>(f)) : 0)));
    }
    if (with_context) row.push_back(on_grid(context));
  }
  return rows;
}

inline double area(const std::vector<double>& normal, const std::vector<double>& odd) {
  double right = 0;
  for (const double a : odd) {
    for (const double n : normal) right += a > n ? 1 : a == n ? 0.5 : 0;
  }
  return right / static_cast<double>(normal.size() * odd.size());
}

inline std::vector<double> float_scores(const Graph& net, const train::FeatureRows& rows, ThreadPool& pool) {
  run::FloatEngine engine(net, 1, pool);
  std::vector<double> scores;
  for (const auto& row : rows) {
    std::copy(row.begin(), row.end(), engine.input().begin());
    engine.forward(false, 0, 1);
    scores.push_back(static_cast<double>(engine.output()[0]));
  }
  return scores;
}

inline std::vector<double> int8_scores(const Graph& net, const train::FeatureRows& rows) {
  run::Engine engine(net);
  std::vector<double> scores;
  for (const auto& row : rows) {
    std::vector<int8_t> input;
    for (const float value : row) input.push_back(static_cast<int8_t>(std::lround(value / kStep)));
    scores.push_back(engine.run(input).at(0));
  }
  return scores;
}

/// A tone whose loudness the context sets: `turns` radians a sample, loud at 2 and quiet at -2.
inline train::FeatureRows tones(size_t count, double turns, bool loud_too, uint64_t seed) {
  train::FeatureRows rows(count);
  Random random(seed);
  for (size_t i = 0; i < count; ++i) {
    const bool loud = loud_too && i % 2 == 0;
    const double phase = random.uniform(0, 6.28);
    for (int t = 0; t < 32; ++t) {
      rows[i].push_back(on_grid((loud ? 2 : 0.25) * (std::sin(phase + turns * t) + 0.1 * random.normal())));
      rows[i].push_back(on_grid(loud ? 2 : -2));
    }
  }
  return rows;
}

}  // namespace tinyml
