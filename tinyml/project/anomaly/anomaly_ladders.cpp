// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly/anomaly_ladders.h"

#include <fmt/core.h>

#include <algorithm>

namespace tinyml::project {
namespace {

using train::AnomalyMethod;
using train::AnomalyOptions;

/// Width and depth as train makes them where they are not given.
int32_t width_of(const AnomalyOptions& o) {
  return o.size.width > 0 ? o.size.width : o.method == AnomalyMethod::lstm ? train::kForecastUnits : 32;
}
int32_t depth_of(const AnomalyOptions& o) { return std::max(1, o.size.depth); }

}  // namespace

std::string describe(const AnomalyOptions& o) {
  const std::string curves = o.context > 0 ? fmt::format(", {} knots a context", o.knots) : "";
  switch (o.method) {
    case AnomalyMethod::mahalanobis:
      return (o.shrinkage >= 1 ? "mahalanobis without correlations" : "mahalanobis") + curves;
    case AnomalyMethod::kmeans:
      return fmt::format("kmeans of {} cluster(s){}", o.clusters, curves);
    case AnomalyMethod::gmm:
      return fmt::format("gmm of {} cluster(s){}", o.clusters, curves);
    case AnomalyMethod::autoencoder:
      return fmt::format("autoencoder of width {} and depth {}{}", width_of(o), depth_of(o),
                         o.shrinkage >= 1 ? ", errors without correlations" : "");
    case AnomalyMethod::lstm:
      return fmt::format("lstm of {} units in {} layer(s)", width_of(o), depth_of(o));
  }
  return "";
}

std::vector<std::vector<Ladder>> ladders(const AnomalyOptions& from) {
  const auto changed = [](AnomalyOptions o, auto change) {
    change(o);
    return o;
  };
  const auto add_fewer_knots = [&](Ladder& ladder) {
    const AnomalyOptions smallest = ladder.back();
    for (const int32_t knots : {8, 4, 2}) {
      if (smallest.context == 0 || knots >= smallest.knots) continue;
      ladder.push_back(changed(smallest, [&](AnomalyOptions& o) { o.knots = knots; }));
    }
  };
  Ladder ladder{from};
  switch (from.method) {
    case AnomalyMethod::mahalanobis:
      if (from.shrinkage < 1) ladder.push_back(changed(from, [](AnomalyOptions& o) { o.shrinkage = 1; }));
      add_fewer_knots(ladder);
      return {{ladder}};
    case AnomalyMethod::kmeans:
    case AnomalyMethod::gmm:
      for (int32_t k = from.clusters - 1; k >= 1; --k) {
        ladder.push_back(changed(from, [&](AnomalyOptions& o) { o.clusters = k; }));
      }
      add_fewer_knots(ladder);
      return {{ladder}};
    case AnomalyMethod::autoencoder:
    case AnomalyMethod::lstm:
      break;
  }
  std::vector<std::vector<Ladder>> groups;
  std::vector<double> shrinkages{from.shrinkage};
  if (from.shrinkage < 1) shrinkages.push_back(1);
  for (const double shrinkage : shrinkages) {
    groups.emplace_back();
    for (int32_t depth = depth_of(from); depth >= 1; --depth) {
      Ladder widths;
      for (int32_t width = width_of(from); width >= 2; width -= width > 32 ? 8 : width > 16 ? 4 : 2) {
        widths.push_back(changed(from, [&](AnomalyOptions& o) {
          o.shrinkage = shrinkage;
          o.size.width = width;
          o.size.depth = depth;
        }));
      }
      groups.back().push_back(std::move(widths));
    }
  }
  groups[0][0][0] = from;
  return groups;
}

}  // namespace tinyml::project
