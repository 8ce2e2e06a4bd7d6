// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/project/sensors/sensor_config.h"
#include "tinyml/train/anomaly.h"

namespace tinyml {

/// An anomaly detector as its user describes it; the file tinyml.toml of its project.
struct AnomalyConfig {
  std::string name = "anomaly";      // a C identifier: the namespace of the generated code
  std::vector<Sensor> sensors;       // whose channels are the data's first
  std::vector<std::string> context;  // values behind them that the score is conditioned on: "speed", "load"
  int32_t window_size = 128;         // samples of a channel
  int32_t hop = 0;                   // samples between scores; 0: half a window
  int32_t training_stride = 0;       // samples between training windows; 0: an eighth of a window
  double rate_hz = 0;                // 0: the data's
  double threshold = 0.5;            // of the calibrated score, in [0, 1]
  int32_t smoothing = 1;             // the mean of so many scores is held to it
  double held_out = 0.2;             // the last part of every recording, for the calibration
  std::string method = "auto";       // mahalanobis with context, kmeans without; see train::AnomalyMethod
  int32_t fft_size = 0;              // 0: 128, or 64 where a sensor of one channel is among them
  int32_t clusters = 24;
  double shrinkage = 0.6;
  train::NetSize net;        // of autoencoder and lstm
  int32_t epochs = 60;       // of these
  double model_size_kb = 0;  // bounds the net, see AnomalyDetector::export_tflite_micro; 0: no limit
  uint64_t seed = 1;
  std::string board = "arduino_nano33_ble";

  struct Data {
    std::string path;               // as data::load_sensor_dataset takes it; relative to the project
    std::string normal = "normal";  // the label to learn from; where nothing is labelled, everything is
    data::SensorCsvOptions csv;     // of it: the columns
    std::string file_pattern;       // regular expression of the files to read
    std::string hmac_key;           // as SensorConfig's
    bool fuse = false;              // each folder's files are the sensors of one recording, at rate_hz
  } data;

  train::AnomalyMethod chosen_method() const;
  int32_t hop_samples() const { return hop > 0 ? hop : window_size / 2; }
  int32_t channels() const;
  /// Hops until a whole window has been seen.
  int32_t window_hops() const { return (window_size + hop_samples() - 1) / hop_samples(); }
  /// What holds a smoothed score in units of 1/255.
  int32_t threshold_level() const;
};

}  // namespace tinyml

namespace tinyml::project {

inline constexpr double kLargestModelKb = 1 << 20;

/// Errors: invalid_argument naming the value.
void check(const AnomalyConfig& config);
/// Errors: bad_file with line and key, invalid_argument for a value out of range.
AnomalyConfig read_anomaly_config(const std::filesystem::path& path);
std::string to_toml(const AnomalyConfig& config);
/// The front end and training as the sensor projects describe them.
SensorConfig sensor_config(const AnomalyConfig& config);
/// Errors: invalid_argument for what is no limit, 0 among it.
void check_model_size(double model_size_kb);
data::SensorLoadOptions load_options(const AnomalyConfig& config, const ProgressHook& progress = {});

}  // namespace tinyml::project
