// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/anomaly.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/train/anomaly_graph.h"
#include "tinyml/train/regression.h"

namespace tinyml::train {
namespace {

constexpr std::array<std::pair<AnomalyMethod, std::string_view>, 5> kMethods{
    {{AnomalyMethod::mahalanobis, "mahalanobis"},
     {AnomalyMethod::kmeans, "kmeans"},
     {AnomalyMethod::gmm, "gmm"},
     {AnomalyMethod::autoencoder, "autoencoder"},
     {AnomalyMethod::lstm, "lstm"}}};
constexpr double kUnscored = std::numeric_limits<double>::infinity();

/// A tensor of the net and what it held for the normal rows.
struct Stage {
  TensorId tensor = kNoTensor;
  FeatureRows rows;
};

class Builder {
 public:
  Builder(const Shape& input, const FeatureRows& normal, const AnomalyOptions& options, ThreadPool& pool)
      : options_(options), pool_(pool), net_("anomaly", input), normal_(normal) {
    const auto columns = static_cast<int32_t>(elements(input)) / input[1];
    for (int32_t i = 0; i < elements(input); ++i) {
      const int32_t column = i % columns;
      const bool context = column >= columns - options.context;
      scored_.push_back(!context && (options.scored.empty() || options.scored[static_cast<size_t>(column)]));
      if (context) context_.push_back(column);
    }
  }

  void features_to_score() {
    Stage stage{net_.reshape(net_.input(), {1, net_.size(net_.input())}), normal_};
    stage = without_context(stage, stage, context_, scored_);
    if (!context_.empty()) made_.like_input.push_back(stage.tensor);
    made_.feature_of_term.resize(scored_.size());
    std::iota(made_.feature_of_term.begin(), made_.feature_of_term.end(), 0);
    switch (options_.method) {
      case AnomalyMethod::mahalanobis:
        return mahalanobis(stage, scored_, options_.step);
      case AnomalyMethod::kmeans:
      case AnomalyMethod::gmm:
        return clusters(stage);
      case AnomalyMethod::autoencoder:
        return autoencoder(stage);
      case AnomalyMethod::lstm:
        break;
    }
    TINYML_CHECK(false);
  }

  void forecast();
  AnomalyNet finish(const FeatureRows& held_out);

 private:
  Stage stage(TensorId tensor) { return {tensor, net_.values_of(tensor, normal_, pool_)}; }

  Stage without_context(const Stage& features, const Stage& contexts, const std::vector<int32_t>& columns,
                        const std::vector<uint8_t>& wanted);
  void mahalanobis(const Stage& x, const std::vector<uint8_t>& scored, double step);
  void clusters(const Stage& x);
  void autoencoder(const Stage& x);
  /// The sum of the squares of the standardised values `z`.
  void sum_of_squares(TensorId z);

  const AnomalyOptions& options_;
  ThreadPool& pool_;
  WeightedGraph net_;
  const FeatureRows& normal_;
  std::vector<uint8_t> scored_;
  std::vector<int32_t> context_;
  TensorId standardised_ = kNoTensor, sums_ = kNoTensor;
  std::vector<std::pair<TensorId, double>> symmetric_;  // and how far they reach, per root of a term's reach
  AnomalyNet made_;
};

/// x - m(context), m being 0 where nothing is wanted.
Stage Builder::without_context(const Stage& features, const Stage& contexts,
                               const std::vector<int32_t>& columns, const std::vector<uint8_t>& wanted) {
  if (columns.empty()) return features;
  const ContextCurves curves = fit_context(contexts.rows, columns, features.rows, options_.knots);
  constexpr double kFull = 6;  // ReLU6 is the ramp
  const size_t ramps = curves.ramps.size(), n = curves.base.size(),
               inputs = static_cast<size_t>(net_.size(contexts.tensor));
  if (ramps == 0) return features;
  std::vector<double> slopes(ramps * inputs), starts(ramps), rises(n * ramps), base(n);
  for (size_t r = 0; r < ramps; ++r) {
    const ContextCurves::Ramp& ramp = curves.ramps[r];
    const double slope = kFull / (static_cast<double>(ramp.high) - ramp.low);
    slopes[r * inputs + static_cast<size_t>(ramp.column)] = slope;
    starts[r] = -slope * ramp.low;
    for (size_t f = 0; f < n; ++f) rises[f * ramps + r] = wanted[f] ? curves.rise[r][f] / kFull : 0;
  }
  for (size_t f = 0; f < n; ++f) base[f] = wanted[f] ? curves.base[f] : 0;
  const TensorId ramp = net_.dense("context_ramps", contexts.tensor, slopes, starts, Activation::relu6);
  made_.ranges.push_back({ramp, 0, static_cast<float>(kFull)});
  TensorId expected = net_.dense("expected", ramp, rises, base);
  made_.like_input.push_back(expected);
  expected = net_.reshape(expected, net_.shape(features.tensor));
  return stage(net_.binary("difference", Sub{}, features.tensor, expected));
}

void Builder::mahalanobis(const Stage& x, const std::vector<uint8_t>& scored, double step) {
  const std::vector<double> means = means_of(x.rows), deviations = deviations_of(x.rows, means, step);
  std::vector<int32_t> columns;
  for (size_t i = 0; i < scored.size(); ++i) {
    if (scored[i]) columns.push_back(static_cast<int32_t>(i));
  }
  const size_t n = scored.size();
  if (options_.shrinkage >= 1) {
    std::vector<double> weights(n), bias(n);
    for (const int32_t c : columns) {
      const auto i = static_cast<size_t>(c);
      weights[i] = 1 / deviations[i];
      bias[i] = -means[i] / deviations[i];
    }
    const TensorId row = net_.reshape(x.tensor, {1, 1, 1, static_cast<int32_t>(n)});
    return sum_of_squares(net_.depthwise("standardised", row, 1, 1, weights, bias));
  }
  const std::vector<double> whiten = whitening(x.rows, means, deviations, columns, options_.shrinkage);
  const size_t m = columns.size();
  std::vector<double> weights(m * n), bias(m);
  for (size_t r = 0; r < m; ++r) {
    for (size_t c = 0; c < m; ++c) {
      const auto i = static_cast<size_t>(columns[c]);
      weights[r * n + i] = whiten[r * m + c] / deviations[i];
      bias[r] -= weights[r * n + i] * means[i];
    }
  }
  std::vector<int32_t> features;
  for (const int32_t c : columns) features.push_back(made_.feature_of_term[static_cast<size_t>(c)]);
  made_.feature_of_term = features;
  sum_of_squares(net_.pointwise("whitened", x.tensor, weights, bias));
}

void Builder::sum_of_squares(TensorId z) {
  standardised_ = z;
  made_.terms = net_.binary("squares", Mul{}, z, z);
  const std::vector<double> ones(static_cast<size_t>(net_.size(z)), 1.0);
  net_.graph.outputs = {net_.dense("score", made_.terms, ones, {0})};
}

void Builder::clusters(const Stage& x) {
  const std::vector<double> means = means_of(x.rows);
  std::vector<double> scale = deviations_of(x.rows, means, options_.step);
  const size_t n = scale.size();
  for (size_t i = 0; i < n; ++i) {
    if (!scored_[i]) scale[i] = kUnscored;
  }
  Mixture mixture = k_means(x.rows, options_.clusters, scale, Random(options_.training.seed));
  if (options_.method == AnomalyMethod::gmm) {
    mixture = gaussian_mixture(x.rows, std::move(mixture), options_.shrinkage, std::max(options_.step, 1e-6));
  }
  const size_t k = mixture.mean.size();
  std::vector<double> offsets(k), weights(n * k), bias(n * k), sums(n * k);
  for (size_t c = 0; c < k; ++c) {
    if (options_.method == AnomalyMethod::gmm) offsets[c] = -2 * std::log(mixture.weight[c]);
    for (size_t i = 0; i < n; ++i) {
      const double deviation = mixture.deviation[c][i];
      if (std::isinf(deviation)) continue;
      weights[i * k + c] = 1 / deviation;
      bias[i * k + c] = -mixture.mean[c][i] / deviation;
      sums[i * k + c] = -1;
      if (options_.method == AnomalyMethod::gmm) offsets[c] += 2 * std::log(deviation);
    }
  }
  const double least = *std::min_element(offsets.begin(), offsets.end());
  for (double& offset : offsets) offset = -(offset - least);
  const auto features = static_cast<int32_t>(n), clusters = static_cast<int32_t>(k);
  const TensorId row = net_.reshape(x.tensor, {1, 1, 1, features});
  standardised_ = net_.depthwise("standardised", row, 1, clusters, weights, bias);
  made_.terms = net_.binary("squares", Mul{}, standardised_, standardised_);
  const TensorId table = net_.reshape(made_.terms, {1, features, 1, clusters});
  made_.negative_sums = sums_ = net_.depthwise("negative_distances", table, features, 1, sums, offsets);
  made_.clusters = clusters;
  const TensorId nearest = net_.greatest("nearest", sums_, clusters);
  net_.graph.outputs = {net_.dense("score", nearest, {-1}, {0})};
}

void Builder::autoencoder(const Stage& x) {
  const Shape shape{1, 1, net_.size(x.tensor), 1};
  Series series;
  series.count = x.rows.size();
  series.fill = [&](size_t i, Random*, std::span<float> input) {
    std::copy(x.rows[i].begin(), x.rows[i].end(), input.begin());
  };
  const Graph start = build_autoencoder("autoencoder", shape, options_.training.seed, options_.size);
  Training trained = train_regression(start, series, {}, options_.training, pool_);
  made_.epochs = std::move(trained.epochs);
  const TensorId again = net_.append(fold_for_inference(trained.graph), x.tensor);
  const Stage error = stage(net_.binary("error", Sub{}, x.tensor, net_.reshape(again, net_.shape(x.tensor))));
  made_.like_input.push_back(error.tensor);
  mahalanobis(error, scored_, options_.step);
}

/// Input [1, T, values and context, 1]: an LSTM sees the steps 0 .. T - 2 and foretells the values of 1 .. T
/// -
/// 1. Of each value the mean positive and the mean negative error over the window are scored.
void Builder::forecast() {
  const Shape& input = net_.shape(net_.input());
  const int32_t steps = input[1] - 1, all = input[2] * input[3], values = all - options_.context;
  Series series;
  series.count = normal_.size();
  series.fill = [&](size_t i, Random*, std::span<float> row) {
    std::copy(normal_[i].begin(), normal_[i].end() - all, row.begin());
  };
  series.target = [&](size_t i, std::span<const float>, std::span<float> target) {
    for (int32_t t = 0; t < steps; ++t) {
      const float* next = &normal_[i][static_cast<size_t>((t + 1) * all)];
      std::copy(next, next + values, &target[static_cast<size_t>(t * values)]);
    }
  };
  GraphBuilder start("forecast", options_.training.seed);
  TensorId h = start.reshape(start.input("past", {1, steps, all, 1}), {1, steps, all});
  for (int32_t layer = 0; layer < std::max(1, options_.size.depth); ++layer) {
    h = start.lstm(h, options_.size.width > 0 ? options_.size.width : 24);
  }
  const int32_t units = start.shape(h)[2];
  h = start.conv_2d(start.reshape(h, {1, 1, steps, units}), values, {1, 1}, {}, Activation::none);
  Training trained = train_regression(start.finish(h), series, {}, options_.training, pool_);
  made_.epochs = std::move(trained.epochs);

  const TensorId table = net_.reshape(net_.input(), {1, steps + 1, 1, all});
  std::vector<double> first(static_cast<size_t>(2 * all)), second(static_cast<size_t>(2 * all * values));
  std::fill_n(first.begin(), all, 1.0);
  for (int32_t v = 0; v < values; ++v) second[static_cast<size_t>((v * 2 + 1) * all + v)] = 1;
  const TensorId past =
      net_.depthwise("past", table, 2, 1, first, std::vector<double>(static_cast<size_t>(all)));
  const TensorId next = net_.convolution("next", table, {values, 2, 1, all}, second);
  const TensorId foretold = net_.append(fold_for_inference(trained.graph), past);
  const TensorId error = net_.binary("error", Sub{}, next, net_.reshape(foretold, net_.shape(next)));
  made_.like_input.insert(made_.like_input.end(), {past, next, error});

  const auto sides = static_cast<size_t>(2 * values);
  std::vector<double> split(sides * static_cast<size_t>(values));
  for (int32_t v = 0; v < values; ++v) {
    split[static_cast<size_t>(2 * v * values + v)] = 1;
    split[static_cast<size_t>((2 * v + 1) * values + v)] = -1;
    made_.feature_of_term.insert(made_.feature_of_term.end(), {v, v});
  }
  const TensorId parts =
      net_.convolution("error_sides", error, {2 * values, 1, 1, values}, split, Activation::relu);
  const std::vector<double> mean(static_cast<size_t>(steps) * sides, 1.0 / steps);
  const Stage sizes = stage(net_.depthwise("mean_errors", parts, steps, 1, mean, std::vector<double>(sides)));
  float largest = 0;
  for (const auto& row : sizes.rows) largest = std::max(largest, *std::max_element(row.begin(), row.end()));
  constexpr float kRoom = 3;  // errors are scored up to this many times the largest of normal windows
  const AnomalyRange reach{kNoTensor, 0, kRoom * largest};
  made_.ranges.push_back({sizes.tensor, reach.low, reach.high});

  Stage scored = sizes;
  if (options_.context > 0) {
    const TensorId now = net_.last_step("now", net_.reshape(net_.input(), {1, steps + 1, all}));
    std::vector<int32_t> columns(static_cast<size_t>(options_.context));
    std::iota(columns.begin(), columns.end(), values);
    const size_t before = made_.like_input.size();
    scored = without_context(sizes, stage(now), columns, std::vector<uint8_t>(sides, 1));
    made_.like_input.resize(before);
    for (const Node& node : net_.graph.nodes) {
      const TensorId out = node.outputs[0];
      if (net_.graph[out].name == "expected") made_.ranges.push_back({out, reach.low, reach.high});
    }
    if (scored.tensor != sizes.tensor) {
      made_.ranges.push_back({scored.tensor, -largest, reach.high});
    }
  }
  mahalanobis(scored, std::vector<uint8_t>(sides, 1), static_cast<double>(reach.high) / 255);
}

AnomalyNet Builder::finish(const FeatureRows& held_out) {
  const TensorId score = net_.graph.outputs.at(0);
  std::vector<double> scores;
  for (const auto& row : net_.values_of(score, held_out, pool_))
    scores.push_back(static_cast<double>(row[0]));
  made_.median = quantile_of(scores, 0.5);
  made_.limit = std::max(quantile_of(scores, 0.99), 1e-3);
  constexpr double kScoreReach = 4, kTermReach = 2;
  const auto most = static_cast<float>(kScoreReach * made_.limit);
  const auto term = static_cast<float>(kTermReach * made_.limit);
  made_.ranges.push_back({standardised_, -std::sqrt(term), std::sqrt(term)});
  made_.ranges.push_back({made_.terms, 0, term});
  made_.ranges.push_back({score, 0, most});
  if (sums_ != kNoTensor) made_.ranges.push_back({sums_, -most, 0});
  made_.graph = std::move(net_.graph);
  verify(made_.graph);
  return std::move(made_);
}

}  // namespace

AnomalyMethod parse_anomaly_method(std::string_view name) {
  for (const auto& [method, text] : kMethods) {
    if (text == name) return method;
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("unknown method \"{}\": mahalanobis, kmeans, gmm, autoencoder or lstm", name));
}

std::string_view name_of(AnomalyMethod method) {
  for (const auto& [value, text] : kMethods) {
    if (value == method) return text;
  }
  return "?";
}

AnomalyNet train_anomaly(const Shape& input, const FeatureRows& normal, const FeatureRows& held_out,
                         const AnomalyOptions& options, ThreadPool& pool) {
  TINYML_CHECK(input.size() == 4 && input[0] == 1);
  constexpr size_t kLeast = 8;
  if (normal.size() < kLeast || held_out.empty()) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("{} normal windows to learn from and {} held out are too few: give at least {} and 1",
                    normal.size(), held_out.size(), kLeast));
  }
  if (!(options.shrinkage >= 0 && options.shrinkage <= 1)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a shrinkage of {} is outside [0, 1]", options.shrinkage));
  }
  if (options.clusters < 1) {
    throw Error(ErrorKind::invalid_argument, fmt::format("{} clusters: give at least 1", options.clusters));
  }
  Builder builder(input, normal, options, pool);
  if (options.method == AnomalyMethod::lstm) {
    constexpr int32_t kFewestSteps = 4;
    if (input[1] < kFewestSteps) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("the lstm method foretells samples, and a window of {} has too few: use raw "
                              "samples, at least {} a window",
                              input[1], kFewestSteps));
    }
    builder.forecast();
  } else {
    builder.features_to_score();
  }
  return builder.finish(held_out);
}

}  // namespace tinyml::train
