// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/project/anomaly_calibration.h"
#include "tinyml/project/model.h"
#include "tinyml/project/sensor_config.h"
#include "tinyml/train/anomaly.h"

namespace tinyml {

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
  train::NetSize net;   // of autoencoder and lstm
  int32_t epochs = 60;  // of these
  uint64_t seed = 1;
  std::string board = "arduino_nano33_ble";
};

/// One window's answer.
struct AnomalyScore {
  size_t recording = 0, begin = 0;  // sample
  int8_t answer = 0;                // of the net
  double score = 0;                 // calibrated, of this window
  double smoothed = 0;              // the mean of the newest config.smoothing scores of the recording
  bool anomalous = false;           // smoothed >= threshold
  std::vector<double> sensors;      // what share of the net's sum each sensor has; they sum to 1
};

struct AnomalyEvaluation {
  project::AnomalyMetrics float32, int8, smoothed;
  std::vector<double> normal, anomalous;  // calibrated scores of the int8 net, window by window
};

/// What an export with a size limit chose.
struct AnomalyFit {
  std::string chosen, given_up;  // for people; given_up is empty where nothing was
  int64_t tflite_bytes = 0, flash_bytes = 0, feature_bytes = 0;
  bool flash_measured = false;  // of compiled code; otherwise its tables alone
};

/// From normal sensor data to a program that tells what is unlike it. Normalisation is fixed by the training
/// data; spectra leave out each window's mean, so a slow drift of a sensor's zero does not move the score.
class AnomalyDetector {
 public:
  /// Errors: invalid_argument naming the value. `threads` 0: physical cores.
  explicit AnomalyDetector(AnomalyConfig config, int threads = 0);
  ~AnomalyDetector();
  AnomalyDetector(AnomalyDetector&&) noexcept;

  /// A saved project folder. Errors: not_found, bad_file.
  static AnomalyDetector load(const std::filesystem::path& folder, int threads = 0);
  /// Writes tinyml.toml, model/float32.tflite, model/int8.tflite, model/anomaly.json and report.html.
  void save(const std::filesystem::path& folder) const;

  /// Recordings of normal operation: the sensors' channels, then the context's. Errors: invalid_argument for
  /// wrong channel counts, values that are not finite, constant channels, fewer samples than a window, and
  /// held-out data that is unlike the rest.
  void train(const std::vector<data::SensorRecording>& normal, const ProgressHook& progress = {});
  /// A CSV or a folder, as data::load_sensor_dataset takes it.
  void train(const std::filesystem::path& normal, const ProgressHook& progress = {});

  /// Takes median and limit from other normal recordings than the held-out parts of the training data.
  void calibrate(const std::vector<data::SensorRecording>& normal);

  bool trained() const;
  const AnomalyConfig& config() const;
  const project::AnomalyCalibration& calibration() const;
  const Graph& int8_net() const;

  /// Every hop samples one, byte for byte the device's. Errors: as train.
  std::vector<AnomalyScore> score(const std::vector<data::SensorRecording>& recordings) const;
  AnomalyEvaluation evaluate(const std::vector<data::SensorRecording>& normal,
                             const std::vector<data::SensorRecording>& anomalous) const;

  /// The .tflite file of the net. model_size_kb bounds that file and the model's flash (its tables and code,
  /// features beside it) on the project's board; where the trained net is larger, smaller ones are trained
  /// from the largest that could fit downwards and the first that fits is kept. 0: no limit. Errors:
  /// invalid_argument naming the smallest size that does.
  Model export_tflite_micro(const std::string& quantization = "int8", double model_size_kb = 0);
  const AnomalyFit& fit() const;
  /// "tflite", "c_array" or "cpp": the generated program with its calibrated score. Returns what was written.
  std::vector<std::filesystem::path> export_to(const std::string& to, const std::filesystem::path& folder,
                                               const std::string& command_line = "tinyml") const;
  project::Profile profile(const std::string& board = {}, Mode mode = Mode::balanced) const;
  std::string summary() const;

 private:
  std::string report_html() const;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
