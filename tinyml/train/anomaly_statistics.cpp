// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/anomaly_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tinyml/base/error.h"

namespace tinyml::train {
namespace {

/// Eigenvalues on the diagonal of `a`, eigenvectors in the columns of `v` (cyclic Jacobi).
void diagonalise(std::vector<double>& a, std::vector<double>& v, size_t n) {
  v.assign(n * n, 0);
  for (size_t i = 0; i < n; ++i) v[i * n + i] = 1;
  constexpr int kMostSweeps = 30;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double off = 0;
    for (size_t p = 0; p < n; ++p) {
      for (size_t q = p + 1; q < n; ++q) off += a[p * n + q] * a[p * n + q];
    }
    if (off < 1e-18 * static_cast<double>(n)) return;
    for (size_t p = 0; p < n; ++p) {
      for (size_t q = p + 1; q < n; ++q) {
        if (std::fabs(a[p * n + q]) < 1e-14) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        const auto rotate = [&](double& x, double& y) {
          const double old = x;
          x = c * old - s * y;
          y = s * old + c * y;
        };
        for (size_t k = 0; k < n; ++k) rotate(a[p * n + k], a[q * n + k]);
        for (size_t k = 0; k < n; ++k) rotate(a[k * n + p], a[k * n + q]);
        for (size_t k = 0; k < n; ++k) rotate(v[k * n + p], v[k * n + q]);
      }
    }
  }
}

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

/// Solves a x = b for each column of b [n][columns], a symmetric and positive definite; b becomes x.
void solve(std::vector<double> a, size_t n, std::vector<std::vector<double>>& b) {
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = j; i < n; ++i) {
      double sum = a[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(sum) : sum / a[j * n + j];
    }
  }
  const size_t columns = b[0].size();
  const auto eliminate = [&](size_t i, size_t k, double share) {
    for (size_t c = 0; c < columns; ++c) b[i][c] -= share * b[k][c];
  };
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) eliminate(i, k, a[i * n + k]);
    for (double& value : b[i]) value /= a[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) eliminate(i, k, a[k * n + i]);
    for (double& value : b[i]) value /= a[i * n + i];
  }
}

double ramp_at(const ContextCurves::Ramp& ramp, std::span<const float> row) {
  const double x = static_cast<double>(row[static_cast<size_t>(ramp.column)]);
  return std::clamp((x - ramp.low) / (static_cast<double>(ramp.high) - ramp.low), 0.0, 1.0);
}

std::vector<float> knots_of(const FeatureRows& contexts, int32_t column, int32_t most) {
  std::vector<float> values;
  for (const auto& row : contexts) values.push_back(row[static_cast<size_t>(column)]);
  std::sort(values.begin(), values.end());
  std::vector<float> different = values;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  if (different.size() <= static_cast<size_t>(most)) return different;
  std::vector<float> knots;
  for (int32_t k = 0; k < most; ++k) {
    knots.push_back(values[(values.size() - 1) * static_cast<size_t>(k) / static_cast<size_t>(most - 1)]);
  }
  knots.erase(std::unique(knots.begin(), knots.end()), knots.end());
  return knots;
}

}  // namespace

std::vector<double> means_of(const FeatureRows& rows) {
  TINYML_CHECK(!rows.empty());
  std::vector<double> means(rows[0].size());
  for (const auto& row : rows) {
    for (size_t f = 0; f < means.size(); ++f) means[f] += static_cast<double>(row[f]);
  }
  for (double& mean : means) mean /= static_cast<double>(rows.size());
  return means;
}

std::vector<double> deviations_of(const FeatureRows& rows, std::span<const double> means, double least) {
  std::vector<double> deviations(means.size());
  for (const auto& row : rows) {
    for (size_t f = 0; f < means.size(); ++f) {
      const double d = static_cast<double>(row[f]) - means[f];
      deviations[f] += d * d;
    }
  }
  for (double& d : deviations) d = std::max(std::sqrt(d / static_cast<double>(rows.size())), least);
  return deviations;
}

double quantile_of(std::vector<double> values, double share) {
  TINYML_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

std::vector<double> whitening(const FeatureRows& rows, std::span<const double> means,
                              std::span<const double> deviations, std::span<const int32_t> columns,
                              double shrinkage) {
  const size_t n = columns.size();
  std::vector<double> correlation(n * n);
  std::vector<double> z(n);
  for (const auto& row : rows) {
    for (size_t i = 0; i < n; ++i) {
      const auto f = static_cast<size_t>(columns[i]);
      z[i] = (static_cast<double>(row[f]) - means[f]) / deviations[f];
    }
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j <= i; ++j) correlation[i * n + j] += z[i] * z[j];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double value = (1 - shrinkage) * correlation[i * n + j] / static_cast<double>(rows.size());
      if (i == j) value = std::max(value + shrinkage, 1e-6);
      correlation[i * n + j] = correlation[j * n + i] = value;
    }
  }
  std::vector<double> vectors;
  diagonalise(correlation, vectors, n);
  std::vector<double> result(n * n);
  for (size_t k = 0; k < n; ++k) {
    const double root = 1 / std::sqrt(std::max(correlation[k * n + k], 1e-6));
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) result[i * n + j] += vectors[i * n + k] * root * vectors[j * n + k];
    }
  }
  return result;
}

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

std::vector<double> ContextCurves::at(std::span<const float> row) const {
  std::vector<double> values = base;
  for (size_t r = 0; r < ramps.size(); ++r) {
    const double height = ramp_at(ramps[r], row);
    for (size_t f = 0; f < values.size(); ++f) values[f] += height * rise[r][f];
  }
  return values;
}

ContextCurves fit_context(const FeatureRows& contexts, std::span<const int32_t> columns,
                          const FeatureRows& features, int32_t knots) {
  TINYML_CHECK(contexts.size() == features.size() && !features.empty());
  ContextCurves curves;
  for (const int32_t column : columns) {
    const std::vector<float> at = knots_of(contexts, column, std::max(2, knots));
    for (size_t k = 0; k + 1 < at.size(); ++k) curves.ramps.push_back({column, at[k], at[k + 1]});
  }
  const size_t n = curves.ramps.size() + 1;
  std::vector<double> normal(n * n);
  std::vector<std::vector<double>> right(n, std::vector<double>(features[0].size()));
  std::vector<double> basis(n, 1.0);
  for (size_t i = 0; i < features.size(); ++i) {
    for (size_t r = 0; r + 1 < n; ++r) basis[r + 1] = ramp_at(curves.ramps[r], contexts[i]);
    for (size_t a = 0; a < n; ++a) {
      for (size_t b = 0; b < n; ++b) normal[a * n + b] += basis[a] * basis[b];
      for (size_t f = 0; f < features[i].size(); ++f) {
        right[a][f] += basis[a] * static_cast<double>(features[i][f]);
      }
    }
  }
  for (size_t a = 1; a < n; ++a) normal[a * n + a] += 1e-3;
  normal[0] += 1e-9;
  solve(std::move(normal), n, right);
  curves.base = right[0];
  curves.rise.assign(right.begin() + 1, right.end());
  return curves;
}

}  // namespace tinyml::train
