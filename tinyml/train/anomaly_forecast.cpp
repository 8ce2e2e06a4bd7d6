// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/train/anomaly_builder.h"
#include "tinyml/train/context_curves.h"
#include "tinyml/train/regression.h"

namespace tinyml::train {
namespace {

constexpr float kReach = 4;  // of int8, deviations
constexpr int32_t kMostLags = 4;

Series forecasts(const FeatureRows& tables, int32_t steps, int32_t all, int32_t values) {
  Series series;
  series.count = tables.size();
  series.fill = [&tables, all](size_t i, Random*, std::span<float> row) {
    std::copy(tables[i].begin(), tables[i].end() - all, row.begin());
  };
  series.target = [&tables, steps, all, values](size_t i, std::span<const float>, std::span<float> target) {
    for (int32_t t = 0; t < steps; ++t) {
      const float* next = &tables[i][static_cast<size_t>((t + 1) * all)];
      std::copy(next, next + values, &target[static_cast<size_t>(t * values)]);
    }
  };
  return series;
}

}  // namespace

AnomalyBuilder::Stage AnomalyBuilder::even_table() {
  const Shape input = net_.shape(net_.input());
  const int32_t all = input[2] * input[3], values = all - options_.context;
  const TensorId table = net_.reshape(net_.input(), {1, input[1], 1, all});
  if (options_.context == 0) return {table, normal_};
  const Stage context = context_stage();
  const std::vector<int32_t> columns = context_columns(context);
  FeatureRows powers;
  for (const auto& row : normal_) {
    std::vector<float> power(static_cast<size_t>(values));
    for (size_t i = 0; i < row.size(); ++i) {
      const size_t column = i % static_cast<size_t>(all);
      if (column < power.size()) power[column] += row[i] * row[i] / static_cast<float>(input[1]);
    }
    powers.push_back(std::move(power));
  }
  const ContextCurves power = fit_context(context.rows, columns, powers, options_.knots);
  if (power.ramps.empty()) return {table, normal_};
  // The root of a gain is applied twice: gains differ by more than int8 has steps for.
  FeatureRows wanted;
  float largest = 1;
  for (const auto& row : context.rows) {
    std::vector<float> roots;
    for (const double p : power.at(row)) {
      roots.push_back(static_cast<float>(std::pow(std::max(p, options_.step * options_.step + 1e-9), -0.25)));
    }
    largest = std::max(largest, *std::max_element(roots.begin(), roots.end()));
    roots.resize(static_cast<size_t>(all), 1);
    wanted.push_back(std::move(roots));
  }
  ContextCurves root = fit_context(context.rows, columns, wanted, options_.knots);
  const int32_t before = net_.shape(context.tensor).back() - options_.context;
  for (auto& ramp : root.ramps) ramp.column += values - before;
  // Small gains are to be the exact ones, so every ramp adds to them: where gains fall, it falls too.
  for (size_t r = 0; r < root.ramps.size(); ++r) {
    if (std::accumulate(root.rise[r].begin(), root.rise[r].end(), 0.0) >= 0) continue;
    std::swap(root.ramps[r].low, root.ramps[r].high);
    for (size_t v = 0; v < root.base.size(); ++v) {
      root.base[v] += root.rise[r][v];
      root.rise[r][v] = -root.rise[r][v];
    }
  }

  const TensorId ramps = ramps_of(root, table);
  std::vector<double> rises;
  for (size_t v = 0; v < root.base.size(); ++v) {
    for (const auto& rise : root.rise) rises.push_back(rise[v] / kRampTop);
  }
  const TensorId gains = net_.pointwise("root_gains", ramps, rises, root.base, Activation::relu);
  made_.ranges.push_back({gains, 0, largest});
  const TensorId even = net_.binary("evened", Mul{}, net_.binary("half_evened", Mul{}, table, gains), gains);
  made_.ranges.push_back({even, -kReach, kReach});
  Stage result = stage(even);
  for (auto& row : result.rows) {
    for (float& value : row) value = std::clamp(value, -kReach, kReach);
  }
  return result;
}

AnomalyBuilder::Stage AnomalyBuilder::error_sizes(TensorId error) {
  const int32_t steps = net_.shape(error)[1], values = net_.shape(error)[3];
  const int32_t lags = std::min(kMostLags, steps - 1), taps = lags + 1, sizes = (2 + 2 * lags) * values;
  std::vector<double> weights(static_cast<size_t>(sizes * taps * values));
  made_.feature_of_term.clear();
  const auto add = [&](int32_t value, int32_t lag, double now, double earlier) {
    const auto from = static_cast<int32_t>(made_.feature_of_term.size()) * taps;
    weights[static_cast<size_t>((from + lags) * values + value)] = now;
    if (lag > 0) weights[static_cast<size_t>((from + lags - lag) * values + value)] = earlier;
    made_.feature_of_term.push_back(value);
  };
  for (int32_t v = 0; v < values; ++v) {
    add(v, 0, 1, 0);
    add(v, 0, -1, 0);
    for (int32_t lag = 1; lag <= lags; ++lag) {
      add(v, lag, 1, 1);
      add(v, lag, 1, -1);
    }
  }
  const TensorId parts =
      net_.convolution("error_parts", error, {sizes, taps, 1, values}, weights, Activation::relu);
  const int32_t counted = steps - lags;
  const std::vector<double> mean(static_cast<size_t>(counted * sizes), 1.0 / counted);
  return stage(net_.depthwise("mean_errors", parts, counted, 1, mean,
                              std::vector<double>(static_cast<size_t>(sizes))));
}

/// Input [1, T, values and context, 1]: an LSTM sees the steps 0 .. T - 2 and foretells the values of
/// 1 .. T - 1.
void AnomalyBuilder::forecast() {
  const Stage table = even_table();
  const int32_t steps = net_.shape(table.tensor)[1] - 1, all = net_.shape(table.tensor)[3],
                values = all - options_.context;
  GraphBuilder start("forecast", options_.training.seed);
  TensorId h = start.reshape(start.input("past", {1, steps, all, 1}), {1, steps, all});
  for (int32_t layer = 0; layer < std::max(1, options_.size.depth); ++layer) {
    h = start.lstm(h, options_.size.width > 0 ? options_.size.width : kForecastUnits);
  }
  const int32_t units = start.shape(h)[2];
  h = start.conv_2d(start.reshape(h, {1, 1, steps, units}), values, {1, 1}, {}, Activation::none);
  Training trained = train_regression(start.finish(h), forecasts(table.rows, steps, all, values), {},
                                      options_.training, pool_);
  made_.epochs = std::move(trained.epochs);

  std::vector<double> first(static_cast<size_t>(2 * all)), second(static_cast<size_t>(2 * all * values));
  std::fill_n(first.begin(), all, 1.0);
  for (int32_t v = 0; v < values; ++v) second[static_cast<size_t>((v * 2 + 1) * all + v)] = 1;
  const TensorId past =
      net_.depthwise("past", table.tensor, 2, 1, first, std::vector<double>(static_cast<size_t>(all)));
  const TensorId next = net_.convolution("next", table.tensor, {values, 2, 1, all}, second);
  const TensorId foretold = net_.append(fold_for_inference(trained.graph), past);
  const TensorId error = net_.binary("error", Sub{}, next, net_.reshape(foretold, net_.shape(next)));
  for (const TensorId id : {past, next, error}) made_.ranges.push_back({id, -kReach, kReach});

  const Stage sizes = error_sizes(error);
  float largest = 0;
  for (const auto& row : sizes.rows) largest = std::max(largest, *std::max_element(row.begin(), row.end()));
  constexpr float kRoom = 2;  // sizes are told apart up to this many times the largest of normal windows
  const float reach = kRoom * largest;
  made_.ranges.push_back({sizes.tensor, 0, reach});
  scored_.assign(made_.feature_of_term.size(), 1);
  Stage scored = sizes;
  if (options_.context > 0) {
    const size_t before = made_.like_input.size();
    scored = without_context(sizes, context_stage(), scored_);
    made_.like_input.resize(before);
    const std::vector<double> deviations = deviations_of(scored.rows, means_of(scored.rows), 0);
    constexpr double kDifference = 10;  // deviations
    const auto most =
        static_cast<float>(kDifference * *std::max_element(deviations.begin(), deviations.end()));
    if (scored.tensor != sizes.tensor) made_.ranges.push_back({scored.tensor, -most, most});
  }
  mahalanobis(scored, static_cast<double>(reach) / 255, options_.shrinkage);
}

}  // namespace tinyml::train
