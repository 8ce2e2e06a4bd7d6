// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/project_options.h"
#include "tinyml/project/sensors/sensor_config.h"

namespace tinyml::cli {

/// The options that make a project of audio or of sensors, shared by `init` and `train`.
struct AnyProjectOptions : ProjectOptions {
  struct Sensors {
    std::vector<std::string> sensors, labels, columns, run_columns, test_groups, validation_groups;
    std::string fit, label_rule, split, time_column, label_column, group_column, file_pattern, group_pattern,
        time_unit, backward_clock;
    std::optional<double> rate_hz, window_s;
    std::optional<int32_t> window_samples, stride_samples, width, depth;
    bool fuse = false;
  } sensors;

  void add_to(CLI::App& verb);
  /// Whether the task is one of sensors. Errors: invalid_argument for one that is neither, with the nearest.
  bool of_sensors() const;
  /// The configuration, checked. Errors: invalid_argument, also for an option of the other kind of project.
  project::AudioConfig audio_config() const;
  project::SensorConfig sensor_config(ProjectKind kind = ProjectKind::sensors) const;
};

}  // namespace tinyml::cli
