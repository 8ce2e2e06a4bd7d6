// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/anomaly.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/oracle/oracle.h"
#include "tests/quantize/anomaly_scores.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"
#include "tinyml/run/float_engine.h"

namespace tinyml {
namespace {

void expect_told_apart(const train::AnomalyOptions& options, double least_area) {
  ThreadPool pool(1);
  const bool context = options.context > 0;
  const auto normal = correlated(600, 0, context, 1), held_out = correlated(200, 0, context, 2),
             tested = correlated(200, 0, context, 3), odd = correlated(200, 1.5, context, 4);
  const Shape input{1, 1, static_cast<int32_t>(normal[0].size()), 1};
  const train::AnomalyNet net = train::train_anomaly(input, normal, held_out, options, pool);
  const Graph int8 = quantize::quantize_anomaly(net, normal, kFeatures, pool);
  EXPECT_EQ(int8[int8.outputs.at(0)].shape, (Shape{1, 1}));
  const double in_float = area(float_scores(net.graph, tested, pool), float_scores(net.graph, odd, pool));
  const double in_int8 = area(int8_scores(int8, tested), int8_scores(int8, odd));
  EXPECT_GE(in_float, least_area);
  EXPECT_GE(in_int8, in_float - 0.01);
}

TEST(Anomaly, MahalanobisKeepsItsWorthInInt8) {
  train::AnomalyOptions options;
  options.step = static_cast<double>(kStep);
  options.shrinkage = 0.1;
  expect_told_apart(options, 0.99);
}

TEST(Anomaly, ContextMovesTheCentre) {
  train::AnomalyOptions options;
  options.step = static_cast<double>(kStep);
  options.shrinkage = 0.1;
  options.context = 1;
  expect_told_apart(options, 0.97);
}

TEST(Anomaly, DiagonalNeedsNoMatrix) {
  ThreadPool pool(1);
  train::AnomalyOptions options;
  options.shrinkage = 1;
  const auto normal = correlated(100, 0, false, 1);
  const train::AnomalyNet net = train::train_anomaly({1, 1, 12, 1}, normal, normal, options, pool);
  EXPECT_LT(ops::macs(net.graph), 12 * 12);
}

TEST(Anomaly, ClustersFindTheNearest) {
  ThreadPool pool(1);
  for (const auto method : {train::AnomalyMethod::kmeans, train::AnomalyMethod::gmm}) {
    train::AnomalyOptions options;
    options.step = static_cast<double>(kStep);
    options.method = method;
    options.clusters = 2;
    train::FeatureRows normal, odd;
    Random random(5);
    for (int i = 0; i < 400; ++i) {
      const double centre = i % 2 == 0 ? 2 : -2;
      normal.push_back({});
      odd.push_back({});
      for (int f = 0; f < 6; ++f) {
        normal.back().push_back(on_grid(centre + 0.3 * random.normal()));
        odd.back().push_back(on_grid(0.3 * random.normal()));
      }
    }
    const train::AnomalyNet net = train::train_anomaly({1, 1, 6, 1}, normal, normal, options, pool);
    const Graph int8 = quantize::quantize_anomaly(net, normal, kFeatures, pool);
    EXPECT_GE(area(float_scores(net.graph, normal, pool), float_scores(net.graph, odd, pool)), 0.999);
    EXPECT_GE(area(int8_scores(int8, normal), int8_scores(int8, odd)), 0.999);
  }
}

TEST(Anomaly, TheScoreIsFineBelowFourTimesTheLimitAndSaturatesThere) {
  ThreadPool pool(1);
  train::AnomalyOptions options;
  options.step = static_cast<double>(kStep);
  const auto normal = correlated(300, 0, false, 1), far = correlated(50, 60, false, 2);
  const train::AnomalyNet net = train::train_anomaly({1, 1, 12, 1}, normal, normal, options, pool);
  const Graph int8 = quantize::quantize_anomaly(net, normal, kFeatures, pool);
  const Quantization& score = int8[int8.outputs.at(0)].quantization;
  EXPECT_NEAR(static_cast<double>(score.scale()) * 255, 4 * net.limit, 0.01 * net.limit);
  for (const double level : int8_scores(int8, far)) EXPECT_EQ(level, 127);
}

TEST(Anomaly, MergedNeighboursAreFewerAndSteadier) {
  ThreadPool pool(1);
  const auto rows = [](size_t count, double shift, uint64_t seed) {
    train::FeatureRows rows(count);
    Random random(seed);
    for (auto& row : rows) {
      for (int f = 0; f < 24; ++f) row.push_back(on_grid((f < 8 ? shift : 0) + random.normal()));
    }
    return rows;
  };
  const auto normal = rows(600, 0, 1), tested = rows(300, 0, 2), odd = rows(300, 1, 3);
  const auto worth = [&](int32_t merge) {
    train::AnomalyOptions options;
    options.step = static_cast<double>(kStep);
    options.merge = merge;
    const train::AnomalyNet net = train::train_anomaly({1, 1, 24, 1}, normal, tested, options, pool);
    EXPECT_EQ(net.feature_of_term.size(), 24u / static_cast<size_t>(merge));
    EXPECT_EQ(net.feature_of_term.at(1), merge);
    return area(float_scores(net.graph, tested, pool), float_scores(net.graph, odd, pool));
  };
  EXPECT_GE(worth(4), worth(1) + 0.05);
}

TEST(Anomaly, AGroupWithAFeatureThatDoesNotCountDoesNotCount) {
  ThreadPool pool(1);
  const auto normal = correlated(100, 0, false, 1);
  train::AnomalyOptions options;
  options.step = static_cast<double>(kStep);
  options.merge = 3;
  options.scored = {1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1};
  const train::AnomalyNet net = train::train_anomaly({1, 1, 12, 1}, normal, normal, options, pool);
  EXPECT_EQ(net.feature_of_term, (std::vector<int32_t>{0, 6, 9}));
}

TEST(Anomaly, GaussiansOfOneCovarianceSeeAcrossTheirCorrelations) {
  ThreadPool pool(1);
  const auto rows = [](size_t count, double apart, uint64_t seed) {
    train::FeatureRows rows = correlated(count, apart, false, seed);
    for (size_t i = 0; i < count; ++i) {
      for (float& value : rows[i]) value += i % 2 == 0 ? 1.5f : -1.5f;
    }
    return rows;
  };
  const auto normal = rows(600, 0, 1), tested = rows(200, 0, 2), odd = rows(200, 1.5, 3);
  const auto worth = [&](train::AnomalyMethod method) {
    train::AnomalyOptions options;
    options.step = static_cast<double>(kStep);
    options.method = method;
    options.clusters = 2;
    options.shrinkage = 0.1;
    const train::AnomalyNet net = train::train_anomaly({1, 1, 12, 1}, normal, tested, options, pool);
    const Graph int8 = quantize::quantize_anomaly(net, normal, kFeatures, pool);
    return area(int8_scores(int8, tested), int8_scores(int8, odd));
  };
  EXPECT_GE(worth(train::AnomalyMethod::gmm), 0.98);
  EXPECT_LE(worth(train::AnomalyMethod::kmeans), 0.9);
}

TEST(Anomaly, TensorFlowLiteMicroScoresTheSame) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  ThreadPool pool(1);
  for (const auto method :
       {train::AnomalyMethod::mahalanobis, train::AnomalyMethod::kmeans, train::AnomalyMethod::gmm,
        train::AnomalyMethod::autoencoder, train::AnomalyMethod::lstm}) {
    SCOPED_TRACE(train::name_of(method));
    train::AnomalyOptions options;
    options.method = method;
    options.step = static_cast<double>(kStep);
    options.context = 1;
    options.clusters = 3;
    options.size.width = 6;
    options.training.epochs = 2;
    options.training.patience = 0;
    const bool raw = method == train::AnomalyMethod::lstm;
    if (!raw) options.merge = 2;
    const auto normal = raw ? tones(40, 0.4, true, 1) : correlated(200, 0, true, 1);
    const auto odd = raw ? tones(20, 0.5, true, 2) : correlated(40, 0.4, true, 2);
    const Shape input{1, raw ? 32 : 1, raw ? 2 : 13, 1};
    const train::AnomalyNet net = train::train_anomaly(input, normal, normal, options, pool);
    const Graph int8 = quantize::quantize_anomaly(net, normal, kFeatures, pool);
    std::vector<oracle::Call> calls, expected;
    run::Engine engine(int8);
    for (const auto& row : odd) {
      std::vector<int8_t> levels;
      for (const float value : row) levels.push_back(static_cast<int8_t>(std::lround(value / kStep)));
      calls.emplace_back(levels.begin(), levels.end());
      const auto answer = engine.run(levels);
      expected.emplace_back(answer.begin(), answer.end());
    }
    EXPECT_EQ(oracle::run_tflite_micro(formats::write_tflite(int8), calls), expected);
    std::sort(expected.begin(), expected.end());
    EXPECT_GE(std::unique(expected.begin(), expected.end()) - expected.begin(), 10);
  }
}

TEST(Anomaly, RefusesTooLittleData) {
  ThreadPool pool(1);
  const auto few = correlated(3, 0, false, 1);
  EXPECT_THROW(train::train_anomaly({1, 1, 12, 1}, few, few, {}, pool), Error);
}

}  // namespace
}  // namespace tinyml
