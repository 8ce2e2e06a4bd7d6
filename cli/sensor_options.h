// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/anomaly_options.h"
#include "cli/image_options.h"
#include "cli/project_options.h"
#include "tinyml/project/sensors/sensor_config.h"

namespace tinyml::cli {

/// The options that make a project of audio, sensors, anomalies or images, shared by `init` and `train`.
struct AnyProjectOptions : ProjectOptions {
  struct Sensors {
    std::vector<std::string> sensors, labels, columns, run_columns, test_groups, validation_groups;
    std::string fit, label_rule, split, time_column, label_column, group_column, file_pattern, group_pattern,
        time_unit, backward_clock;
    std::optional<double> rate_hz, window_s;
    std::optional<int32_t> window_samples, stride_samples, width, depth;
    bool fuse = false;
  } sensors;

  AnomalyOptions anomalies;
  ImageOptions images;

  void add_to(CLI::App& verb);
  /// What the task is of. Errors: invalid_argument for one that is unknown, with the nearest.
  ProjectKind kind() const;
  /// The configuration, checked. Errors: invalid_argument, also for an option of another kind of project.
  project::AudioConfig audio_config() const;
  project::SensorConfig sensor_config() const;
  AnomalyConfig anomaly_config() const;
  project::ImageConfig image_config() const;

 private:
  project::SensorConfig sensors_and(ProjectKind kind) const;
};

}  // namespace tinyml::cli
