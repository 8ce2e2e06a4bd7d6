// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "tinyml/base/error.h"

namespace tinyml::train {
namespace {

double squared_distance(std::span<const float> row, const std::vector<double>& mean,
                        const std::vector<double>& scale) {
  double sum = 0;
  for (size_t f = 0; f < row.size(); ++f) {
    const double d = (static_cast<double>(row[f]) - mean[f]) / scale[f];
    sum += d * d;
  }
  return sum;
}

/// The index of the nearest mean, and its squared distance.
std::pair<size_t, double> nearest(std::span<const float> row, const std::vector<std::vector<double>>& means,
                                  const std::vector<double>& scale) {
  std::pair<size_t, double> best{0, std::numeric_limits<double>::max()};
  for (size_t k = 0; k < means.size(); ++k) {
    const double d = squared_distance(row, means[k], scale);
    if (d < best.second) best = {k, d};
  }
  return best;
}

std::vector<double> as_double(const std::vector<float>& row) { return {row.begin(), row.end()}; }

std::vector<std::vector<double>> spread_seeds(const FeatureRows& rows, size_t clusters,
                                              const std::vector<double>& scale, Random& random) {
  std::vector<std::vector<double>> means{as_double(rows[random.below(rows.size())])};
  std::vector<double> distance(rows.size(), std::numeric_limits<double>::max());
  while (means.size() < clusters) {
    double total = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      distance[i] = std::min(distance[i], squared_distance(rows[i], means.back(), scale));
      total += distance[i];
    }
    if (total <= 0) break;
    double left = random.uniform() * total;
    size_t chosen = 0;
    while (chosen + 1 < rows.size() && (left -= distance[chosen]) > 0) ++chosen;
    means.push_back(as_double(rows[chosen]));
  }
  return means;
}

struct Clustering {
  std::vector<std::vector<double>> means;
  std::vector<double> counts;
  double inertia = 0;
};

Clustering lloyd(const FeatureRows& rows, Clustering c, const std::vector<double>& scale) {
  constexpr int kMostRounds = 60;
  std::vector<size_t> cluster_of(rows.size(), std::numeric_limits<size_t>::max());
  for (int round = 0; round < kMostRounds; ++round) {
    bool moved = false;
    c.inertia = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto [k, d] = nearest(rows[i], c.means, scale);
      moved = moved || cluster_of[i] != k;
      cluster_of[i] = k;
      c.inertia += d;
    }
    std::vector<std::vector<double>> sums(c.means.size(), std::vector<double>(rows[0].size()));
    c.counts.assign(c.means.size(), 0);
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t f = 0; f < rows[i].size(); ++f) sums[cluster_of[i]][f] += static_cast<double>(rows[i][f]);
      ++c.counts[cluster_of[i]];
    }
    for (size_t k = 0; k < sums.size(); ++k) {
      if (c.counts[k] == 0) continue;
      for (size_t f = 0; f < sums[k].size(); ++f) c.means[k][f] = sums[k][f] / c.counts[k];
    }
    if (!moved) break;
  }
  return c;
}

}  // namespace

Mixture k_means(const FeatureRows& rows, int32_t clusters, const std::vector<double>& scale, Random random) {
  constexpr int kRestarts = 4;
  TINYML_CHECK(!rows.empty() && clusters > 0);
  Clustering best;
  for (int start = 0; start < kRestarts; ++start) {
    Random own = random.fork(static_cast<uint64_t>(start));
    Clustering next =
        lloyd(rows, {spread_seeds(rows, static_cast<size_t>(clusters), scale, own), {}, 0}, scale);
    if (start == 0 || next.inertia < best.inertia) best = std::move(next);
  }
  Mixture mixture;
  for (size_t k = 0; k < best.means.size(); ++k) {
    if (best.counts[k] == 0) continue;
    mixture.mean.push_back(best.means[k]);
    mixture.deviation.push_back(scale);
    mixture.weight.push_back(best.counts[k] / static_cast<double>(rows.size()));
  }
  return mixture;
}

Mixture gaussian_mixture(const FeatureRows& rows, Mixture m, double shrinkage, double least_deviation) {
  constexpr int kRounds = 40;
  const size_t clusters = m.mean.size(), features = rows[0].size();
  std::vector<double> share(clusters);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> total(clusters);
    std::vector<std::vector<double>> first(clusters, std::vector<double>(features)), second = first;
    for (const auto& row : rows) {
      for (size_t k = 0; k < clusters; ++k) {
        share[k] = std::log(m.weight[k]) - 0.5 * squared_distance(row, m.mean[k], m.deviation[k]);
        for (const double d : m.deviation[k]) share[k] -= std::isinf(d) ? 0 : std::log(d);
      }
      const double top = *std::max_element(share.begin(), share.end());
      double sum = 0;
      for (double& s : share) sum += s = std::exp(s - top);
      for (size_t k = 0; k < clusters; ++k) {
        const double p = share[k] / sum;
        total[k] += p;
        for (size_t f = 0; f < features; ++f) {
          const double x = static_cast<double>(row[f]);
          first[k][f] += p * x;
          second[k][f] += p * x * x;
        }
      }
    }
    std::vector<double> pooled(features);
    for (size_t k = 0; k < clusters; ++k) {
      m.weight[k] = std::max(total[k], 1e-3) / static_cast<double>(rows.size());
      for (size_t f = 0; f < features; ++f) {
        if (total[k] > 1e-3) m.mean[k][f] = first[k][f] / total[k];
        second[k][f] = std::max(second[k][f] - m.mean[k][f] * first[k][f], 0.0);
        pooled[f] += second[k][f] / static_cast<double>(rows.size());
      }
    }
    for (size_t k = 0; k < clusters; ++k) {
      for (size_t f = 0; f < features; ++f) {
        if (std::isinf(m.deviation[k][f])) continue;
        const double own = total[k] > 1e-3 ? second[k][f] / total[k] : pooled[f];
        m.deviation[k][f] =
            std::max(std::sqrt((1 - shrinkage) * own + shrinkage * pooled[f]), least_deviation);
      }
    }
  }
  return m;
}

std::vector<double> within_deviations(const FeatureRows& rows, const Mixture& clusters, double least) {
  std::vector<double> deviations(rows.at(0).size());
  for (const auto& row : rows) {
    const std::vector<double>& mean = clusters.mean[nearest(row, clusters.mean, clusters.deviation[0]).first];
    for (size_t f = 0; f < deviations.size(); ++f) {
      const double d = static_cast<double>(row[f]) - mean[f];
      deviations[f] += d * d;
    }
  }
  for (double& d : deviations) d = std::max(std::sqrt(d / static_cast<double>(rows.size())), least);
  return deviations;
}

}  // namespace tinyml::train
