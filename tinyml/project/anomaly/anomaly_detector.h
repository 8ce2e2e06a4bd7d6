// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/project/anomaly/anomaly_calibration.h"
#include "tinyml/project/anomaly/anomaly_config.h"
#include "tinyml/project/deployable.h"
#include "tinyml/project/models/model.h"

namespace tinyml {

/// One window's answer.
struct AnomalyScore {
  size_t recording = 0, begin = 0;  // sample
  int8_t answer = 0;                // of the net
  double score = 0;                 // calibrated, of this window
  double smoothed = 0;              // the mean of the newest config.smoothing scores of the recording
  bool anomalous = false;           // smoothed >= threshold
  std::vector<double> sensors;      // what share of the net's sum each sensor has; they sum to 1
  /// When: of lstm what share of the squared forecast errors each step of the window has, from its second
  /// sample on; else, a spectrum being of the window as a whole, what share of `smoothed` each of the newest
  /// config.smoothing windows has, oldest first. They sum to 1, or all are 0.
  std::vector<double> times;
};

/// How well a detector tells anomalies apart. Without anomalous windows there is no AUC and no recall.
struct AnomalyEvaluation {
  std::string data;  // what it was measured on
  project::AnomalyMetrics float32, int8, smoothed;
  std::vector<AnomalyScore> normal, anomalous;  // of the int8 net, window by window
};

/// What an export with a size limit chose.
struct AnomalyFit {
  double limit_kb = 0;           // 0: none was set
  std::string chosen, given_up;  // for people; given_up is empty where nothing was
  int64_t tflite_bytes = 0;
  int64_t flash_bytes = 0;      // of net and score: weights, tables, generated code
  int64_t feature_bytes = 0;    // of the front end, beside it
  bool flash_measured = false;  // of compiled code; otherwise of its tables alone
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
  /// Writes tinyml.toml, model/float32.tflite, model/int8.tflite, model/anomaly.json and report.html, all or
  /// none.
  void save(const std::filesystem::path& folder) const;
  /// As AudioClassifier's.
  static void check_folder(const std::filesystem::path& folder);

  /// Recordings of normal operation: the sensors' channels, then the context's. Errors: invalid_argument for
  /// wrong channel counts, values that are not finite, constant channels, fewer samples than a window, and
  /// held-out data that is unlike the rest.
  void train(const std::vector<data::SensorRecording>& normal, const ProgressHook& progress = {});
  /// A CSV or a folder, as data::load_sensor_dataset takes it; of labelled data what is labelled
  /// config.data.normal.
  void train(const std::filesystem::path& normal, const ProgressHook& progress = {});

  /// Takes median and limit from other normal recordings than the held-out parts of the training data.
  /// Errors: as train.
  void calibrate(const std::vector<data::SensorRecording>& normal);

  bool trained() const;
  const AnomalyConfig& config() const;
  const project::AnomalyCalibration& calibration() const;
  const Graph& int8_net() const;

  /// Of every window that ends after whole hops, byte for byte the device's. Errors: as train.
  std::vector<AnomalyScore> score(const std::vector<data::SensorRecording>& recordings) const;
  /// The recordings of a file or folder, whatever their labels, for score and calibrate. Errors: as
  /// data::load_sensor_dataset.
  std::vector<data::SensorRecording> recordings_of(const std::filesystem::path& path) const;
  /// Either may be empty.
  AnomalyEvaluation evaluate(const std::vector<data::SensorRecording>& normal,
                             const std::vector<data::SensorRecording>& anomalous) const;
  /// On labelled data; without a path, on what it was trained on: the held-out ends of the normal recordings
  /// and all that is labelled otherwise. Where that is not to be had, what was evaluated last.
  AnomalyEvaluation evaluate(const std::filesystem::path& path, const ProgressHook& progress = {}) const;

  /// The .tflite file of the net. model_size_kb bounds that file and the model's flash (weights, tables and
  /// code, features beside it) on the project's board. Where the trained net is larger, the size is searched:
  /// of clusters the most that fit; of autoencoder and lstm for every depth the widest that fits, of which
  /// the one that repeats or foretells held-out data best is kept. Errors: invalid_argument naming the
  /// smallest size that fits.
  Model export_tflite_micro(const std::string& quantization = "int8",
                            std::optional<double> model_size_kb = {}, const ProgressHook& progress = {});
  const AnomalyFit& fit() const;
  /// "arduino" (library folder and .zip), "cpp" (the generated program with its calibrated score), "tflite"
  /// or "c_array". Returns what was written.
  std::vector<std::filesystem::path> export_to(const std::string& to, const std::filesystem::path& folder,
                                               const std::string& command_line = "tinyml") const;
  /// Writes the generated program, NAME_score.h and the device headers that these include into `folder`;
  /// `board` empty: the project's.
  void compile(const std::filesystem::path& folder, const std::string& board = {},
               Mode mode = Mode::balanced) const;
  /// Compiles the example that reads the motion sensor, or where there is none the one that scores a stored
  /// window, and uploads it.
  void deploy_to_arduino(const std::string& board, const std::string& port) const;
  project::Profile profile(const std::string& board = {}, Mode mode = Mode::balanced) const;
  /// Holds the generated program, on the host and on emulated cores, from samples to answers, smoothed scores
  /// and alarms, to score(): on normal windows that are stored with the project, or on recordings of `path`.
  std::vector<project::Agreement> compare(const std::vector<Core>& cores,
                                          const std::filesystem::path& path = {},
                                          const ProgressHook& progress = {}) const;
  /// What `tinyml compile` writes beside the generated net: NAME_score.h.
  codegen::SourceFile score_header() const;
  const Operator& front_end() const;

  /// A few lines: sensors, net, sizes, windows.
  std::string summary() const;

 private:
  std::string report_html() const;

  struct State;
  class SizeSearch;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
