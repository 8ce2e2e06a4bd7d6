// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/option_readers.h"
#include "tinyml/project/anomaly/anomaly_detector.h"
#include "tinyml/project/sensors/sensor_config.h"

namespace CLI {
class App;
}  // namespace CLI

namespace tinyml::cli {

/// The options of anomaly detectors that projects of sensors do not have.
struct AnomalyOptions {
  std::vector<std::string> context;
  std::optional<std::string> method, normal;
  std::optional<double> threshold, held_out, model_size_kb;
  std::optional<int32_t> smoothing, clusters;

  void add_to(CLI::App& verb, OptionReaders& readers);
  /// With what `sensors`, the options that both share, says.
  AnomalyConfig config(const project::SensorConfig& sensors) const;
};

/// Trains on `data`, makes the net fit, evaluates, saves and tells. Errors: as AnomalyDetector's.
void train_anomaly(const std::filesystem::path& folder, const AnomalyConfig& config,
                   const std::filesystem::path& data, const Context& context);

/// Calibrates the score of a trained project on other normal data, saves and tells. Errors: as
/// AnomalyDetector's; invalid_argument for a project of another kind.
void calibrate_anomaly(const std::filesystem::path& folder, const std::filesystem::path& normal,
                       const Context& context);

}  // namespace tinyml::cli
