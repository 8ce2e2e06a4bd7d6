// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/anomaly_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "tinyml/graph/rewrites.h"
#include "tinyml/train/mixture.h"
#include "tinyml/train/regression.h"

namespace tinyml::train {
namespace {

constexpr double kUnscored = std::numeric_limits<double>::infinity();

}  // namespace

AnomalyBuilder::AnomalyBuilder(const Shape& input, const FeatureRows& normal, const AnomalyOptions& options,
                               ThreadPool& pool)
    : options_(options), pool_(pool), net_("anomaly", input), normal_(normal) {
  const auto columns = static_cast<int32_t>(elements(input)) / input[1];
  for (int32_t i = 0; i < elements(input); ++i) {
    const int32_t column = i % columns;
    const bool context = column >= columns - options.context;
    scored_.push_back(!context && (options.scored.empty() || options.scored[static_cast<size_t>(column)]));
  }
  made_.feature_of_term.resize(scored_.size());
  std::iota(made_.feature_of_term.begin(), made_.feature_of_term.end(), 0);
}

void AnomalyBuilder::features_to_score() {
  const int32_t size = net_.size(net_.input());
  Stage x{net_.reshape(net_.input(), {1, size}), normal_};
  if (options_.merge > 1) x = merged(x);
  if (options_.context > 0) x = without_context(x, context_stage(), scored_);
  switch (options_.method) {
    case AnomalyMethod::mahalanobis:
      return mahalanobis(x, options_.step, options_.shrinkage);
    case AnomalyMethod::kmeans:
      return mahalanobis(without_cluster(x), options_.step, 1);
    case AnomalyMethod::gmm:
      return mahalanobis(without_cluster(x), options_.step, options_.shrinkage);
    case AnomalyMethod::autoencoder:
      return autoencoder(x);
    case AnomalyMethod::lstm:
      break;
  }
  TINYML_CHECK(false);
}

AnomalyBuilder::Stage AnomalyBuilder::context_stage() {
  const int32_t size = net_.size(net_.input()), context = options_.context;
  if (size % context != 0) return {net_.reshape(net_.input(), {1, size}), normal_};
  return stage(net_.last_step("context", net_.reshape(net_.input(), {1, size / context, context})));
}

std::vector<int32_t> AnomalyBuilder::context_columns(const Stage& context) const {
  std::vector<int32_t> columns(static_cast<size_t>(options_.context));
  std::iota(columns.begin(), columns.end(), net_.shape(context.tensor).back() - options_.context);
  return columns;
}

TensorId AnomalyBuilder::ramps_of(const ContextCurves& curves, TensorId context) {
  const Shape shape = net_.shape(context);
  const auto inputs = static_cast<size_t>(shape.back());
  const size_t ramps = curves.ramps.size();
  std::vector<double> slopes(ramps * inputs), starts(ramps);
  for (size_t r = 0; r < ramps; ++r) {
    const ContextCurves::Ramp& ramp = curves.ramps[r];
    const double slope = kRampTop / (static_cast<double>(ramp.high) - ramp.low);
    slopes[r * inputs + static_cast<size_t>(ramp.column)] = slope;
    starts[r] = -slope * ramp.low;
  }
  const TensorId result =
      shape.size() == 2
          ? net_.dense("context_ramps", context, slopes, starts, Activation::relu6)
          : net_.pointwise("context_ramps_over_time", context, slopes, starts, Activation::relu6);
  made_.ranges.push_back({result, 0, static_cast<float>(kRampTop)});
  return result;
}

AnomalyBuilder::Stage AnomalyBuilder::merged(const Stage& x) {
  const int32_t merge = options_.merge;
  const auto size = static_cast<int32_t>(scored_.size()), groups = size / merge;
  TINYML_CHECK(groups > 0);
  std::vector<uint8_t> scored(static_cast<size_t>(groups));
  std::vector<int32_t> features;
  for (int32_t g = 0; g < groups; ++g) {
    const auto first = scored_.begin() + g * merge;
    scored[static_cast<size_t>(g)] = std::all_of(first, first + merge, [](uint8_t s) { return s != 0; });
    features.push_back(made_.feature_of_term[static_cast<size_t>(g * merge)]);
  }
  scored_ = std::move(scored);
  made_.feature_of_term = std::move(features);
  return stage(
      net_.reshape(net_.averages("merged", net_.reshape(x.tensor, {1, size, 1, 1}), merge), {1, groups}));
}

AnomalyBuilder::Stage AnomalyBuilder::without_context(const Stage& x, const Stage& context,
                                                      const std::vector<uint8_t>& wanted) {
  const ContextCurves curves = fit_context(context.rows, context_columns(context), x.rows, options_.knots);
  const size_t ramps = curves.ramps.size(), n = curves.base.size();
  if (ramps == 0) return x;
  std::vector<double> rises(n * ramps), base(n);
  for (size_t f = 0; f < n; ++f) {
    if (!wanted[f]) continue;
    base[f] = curves.base[f];
    for (size_t r = 0; r < ramps; ++r) rises[f * ramps + r] = curves.rise[r][f] / kRampTop;
  }
  TensorId expected = net_.dense("expected", ramps_of(curves, context.tensor), rises, base);
  made_.like_input.push_back(expected);
  expected = net_.reshape(expected, net_.shape(x.tensor));
  const Stage result = stage(net_.binary("difference", Sub{}, x.tensor, expected));
  made_.like_input.push_back(result.tensor);
  return result;
}

AnomalyBuilder::Stage AnomalyBuilder::without_cluster(const Stage& x) {
  std::vector<double> scale = deviations_of(x.rows, means_of(x.rows), options_.step);
  const size_t n = scale.size();
  for (size_t i = 0; i < n; ++i) {
    if (!scored_[i]) scale[i] = kUnscored;
  }
  const double least = std::max(options_.step, 1e-6);
  Mixture mixture = k_means(x.rows, options_.clusters, scale, Random(options_.training.seed));
  if (options_.method == AnomalyMethod::gmm) mixture = gaussian_mixture(x.rows, std::move(mixture), 1, least);
  const size_t k = mixture.mean.size();
  std::vector<double> deviation = within_deviations(x.rows, mixture, least), centre(n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < k; ++c) centre[i] += mixture.mean[c][i] / static_cast<double>(k);
  }

  // The log probability of each cluster but for a part that all share. The last one is for what no cluster
  // comes near, and lies far from all: between two clusters is not normal.
  std::vector<double> weights((k + 1) * n), bias(k + 1), means(n * (k + 1));
  double largest = 0;
  for (size_t c = 0; c < k; ++c) {
    bias[c] = std::log(mixture.weight[c]);
    for (size_t i = 0; i < n; ++i) {
      if (!scored_[i]) continue;
      const double mean = mixture.mean[c][i], precision = 1 / (deviation[i] * deviation[i]);
      weights[c * n + i] = (mean - centre[i]) * precision;
      bias[c] -= 0.5 * mean * mean * precision;
      means[i * (k + 1) + c] = mean;
      largest = std::max(largest, std::fabs(mean));
    }
  }
  for (size_t i = 0; i < n; ++i) means[i * (k + 1) + k] = scored_[i] ? -largest : 0;
  double least_top = std::numeric_limits<double>::max(), top = std::numeric_limits<double>::lowest();
  for (const auto& row : x.rows) {
    double best = std::numeric_limits<double>::lowest();
    for (size_t c = 0; c < k; ++c) {
      best = std::max(best, std::inner_product(row.begin(), row.end(), &weights[c * n], bias[c]));
    }
    least_top = std::min(least_top, best);
    top = std::max(top, best);
  }
  // Only what comes near the largest matters; int8 begins below the least of these.
  const double margin = std::max(10.0, 0.1 * (top - least_top));
  for (size_t c = 0; c < k; ++c) bias[c] -= least_top - margin;
  bias[k] = margin / 2;
  const TensorId logits = net_.pointwise("cluster_logits", x.tensor, weights, bias);
  made_.ranges.push_back({logits, 0, static_cast<float>(top - least_top + margin)});
  const TensorId shares = net_.softmax("cluster", net_.reshape(logits, {1, static_cast<int32_t>(k + 1)}));
  TensorId mean = net_.dense("cluster_mean", shares, means, std::vector<double>(n));
  made_.like_input.push_back(mean);
  mean = net_.reshape(mean, net_.shape(x.tensor));
  const Stage result = stage(net_.binary("from_cluster", Sub{}, x.tensor, mean));
  made_.like_input.push_back(result.tensor);
  return result;
}

void AnomalyBuilder::mahalanobis(const Stage& x, double step, double shrinkage) {
  const std::vector<double> means = means_of(x.rows), deviations = deviations_of(x.rows, means, step);
  std::vector<int32_t> columns;
  for (size_t i = 0; i < scored_.size(); ++i) {
    if (scored_[i]) columns.push_back(static_cast<int32_t>(i));
  }
  const size_t n = scored_.size();
  if (shrinkage >= 1) {
    std::vector<double> weights(n), bias(n);
    for (const int32_t c : columns) {
      const auto i = static_cast<size_t>(c);
      weights[i] = 1 / deviations[i];
      bias[i] = -means[i] / deviations[i];
    }
    const TensorId row = net_.reshape(x.tensor, {1, 1, 1, static_cast<int32_t>(n)});
    return sum_of_squares(net_.depthwise("standardised", row, 1, 1, weights, bias));
  }
  const std::vector<double> whiten = whitening(x.rows, means, deviations, columns, shrinkage);
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
  made_.feature_of_term = std::move(features);
  sum_of_squares(net_.pointwise("whitened", x.tensor, weights, bias));
}

void AnomalyBuilder::sum_of_squares(TensorId z) {
  standardised_ = z;
  made_.terms = net_.binary("squares", Mul{}, z, z);
  const std::vector<double> ones(static_cast<size_t>(net_.size(z)), 1.0);
  net_.graph.outputs = {net_.dense("score", made_.terms, ones, {0})};
}

void AnomalyBuilder::autoencoder(const Stage& x) {
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
  mahalanobis(error, options_.step, options_.shrinkage);
}

AnomalyNet AnomalyBuilder::finish(const FeatureRows& held_out) {
  const TensorId score = net_.graph.outputs.at(0);
  std::vector<double> scores;
  for (const auto& row : net_.values_of(score, held_out, pool_)) {
    scores.push_back(static_cast<double>(row[0]));
  }
  made_.median = quantile_of(scores, 0.5);
  made_.limit = std::max(quantile_of(scores, 0.99), 1e-3);
  constexpr double kScoreReach = 4, kTermReach = 2;
  const auto most = static_cast<float>(kScoreReach * made_.limit);
  const auto term = static_cast<float>(kTermReach * made_.limit);
  made_.ranges.push_back({standardised_, -std::sqrt(term), std::sqrt(term)});
  made_.ranges.push_back({made_.terms, 0, term});
  made_.ranges.push_back({score, 0, most});
  made_.graph = std::move(net_.graph);
  verify(made_.graph);
  return std::move(made_);
}

}  // namespace tinyml::train
