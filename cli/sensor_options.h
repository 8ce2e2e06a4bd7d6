// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tinyml/project/sensor_config.h"

namespace CLI {
class App;
}

namespace tinyml::cli {

/// The options of `train sensors` that `train kws` does not have.
struct SensorOptions {
  std::vector<std::string> sensors, labels, columns, run_columns, test_groups;
  std::string fit, label_rule, split, time_column, label_column, group_column, file_pattern, group_pattern;
  std::optional<double> rate_hz, window_s;
  std::optional<int32_t> window_samples, stride_samples, width, depth;

  void add_to(CLI::App& verb);
  /// Sets what was given.
  void apply(project::SensorConfig& config) const;
};

}  // namespace tinyml::cli
