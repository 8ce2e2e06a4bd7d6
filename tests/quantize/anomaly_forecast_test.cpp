// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/quantize/anomaly_scores.h"

namespace tinyml {
namespace {

TEST(Anomaly, AForecastSeesAnotherWaveform) {
  ThreadPool pool(1);
  const auto waves = [](double turns, uint64_t seed) {
    train::FeatureRows rows(60);
    Random random(seed);
    for (auto& row : rows) {
      const double phase = random.uniform(0, 6.28);
      for (int t = 0; t < 32; ++t)
        row.push_back(on_grid(1.5 * std::sin(phase + turns * t) + 0.1 * random.normal()));
    }
    return rows;
  };
  train::AnomalyOptions options;
  options.method = train::AnomalyMethod::lstm;
  options.step = static_cast<double>(kStep);
  options.size.width = 8;
  options.training.epochs = 30;
  options.training.batch = 8;
  options.training.patience = 0;
  const auto normal = waves(0.4, 1), odd = waves(1.1, 2);
  const train::AnomalyNet net = train::train_anomaly({1, 32, 1, 1}, normal, waves(0.4, 3), options, pool);
  const Graph int8 = quantize::quantize_anomaly(net, normal, kFeatures, pool);
  EXPECT_GE(area(int8_scores(int8, waves(0.4, 4)), int8_scores(int8, odd)), 0.95);
}

TEST(Anomaly, AForecastHearsAQuietFaultBesideLoudNormalData) {
  ThreadPool pool(1);
  train::AnomalyOptions options;
  options.method = train::AnomalyMethod::lstm;
  options.step = static_cast<double>(kStep);
  options.context = 1;
  options.size.width = 8;
  options.training.epochs = 30;
  options.training.batch = 8;
  options.training.patience = 0;
  const auto normal = tones(80, 0.4, true, 1), odd = tones(40, 1.1, false, 2);
  const train::AnomalyNet net =
      train::train_anomaly({1, 32, 2, 1}, normal, tones(40, 0.4, true, 3), options, pool);
  const Graph int8 = quantize::quantize_anomaly(net, normal, kFeatures, pool);
  EXPECT_GE(area(int8_scores(int8, tones(40, 0.4, true, 4)), int8_scores(int8, odd)), 0.95);
}

}  // namespace
}  // namespace tinyml
