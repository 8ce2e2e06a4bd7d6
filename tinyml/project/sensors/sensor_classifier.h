// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tinyml/project/deployable.h"
#include "tinyml/project/sensors/sensor_model.h"

namespace tinyml {

/// A stretch of a recording and what it shows.
struct TimedPrediction {
  double begin_s = 0,
         end_s = 0;       // of the window, from the recording's begin; in samples where no rate is known
  Prediction prediction;  // smoothed
};

/// From sensor recordings to a program on the chip: activities, exercises, states of a machine or a room;
/// with the task `gesture` a label for a whole recording. The same steps as AudioClassifier's.
class SensorClassifier {
 public:
  /// Errors: invalid_argument naming the value. `threads` as AudioClassifier's.
  explicit SensorClassifier(project::SensorConfig config, int threads = 0);
  ~SensorClassifier();
  SensorClassifier(SensorClassifier&&) noexcept;

  /// A saved project folder. Errors: not_found, bad_file.
  static SensorClassifier load(const std::filesystem::path& folder, int threads = 0);
  /// Writes tinyml.toml, model/*.tflite, model/training.json and report.html; earlier files stay whole until
  /// their successors are complete.
  void save(const std::filesystem::path& folder) const;
  /// As AudioClassifier's.
  static void check_folder(const std::filesystem::path& folder);

  /// Reads the recordings (see data::load_sensor_dataset) and trains. Errors: as load_sensor_dataset,
  /// train_sensor_model.
  void train(const std::filesystem::path& path, const ProgressHook& progress = {});
  void train(data::SensorDataset dataset, const ProgressHook& progress = {});
  /// Recordings in memory as a dataset of this classifier. Errors: as load_sensor_dataset.
  data::SensorDataset dataset_of(std::vector<data::SensorRecording> recordings) const;

  /// Quantizes the float net again, with windows of the project's data as representative inputs.
  void quantize(quantize::Calibration calibration, const ProgressHook& progress = {});

  bool trained() const;
  const project::SensorConfig& config() const;
  const std::vector<std::string>& labels() const;
  const project::SensorModel& model() const;

  /// On the test split of what it was trained on, or of `path`. Errors: invalid_argument when not trained.
  Evaluation evaluate(const std::filesystem::path& path = {}, const ProgressHook& progress = {}) const;
  Evaluation evaluate(data::SensorDataset dataset) const;

  /// Readings [time, channels] in physical units at the project's rate. A longer recording is one gesture
  /// where windows are fitted; otherwise the scores of its windows, a stride apart, are averaged. By the int8
  /// engine: the same answers as the device gives. Errors: invalid_argument for fewer readings than a window,
  /// values that are not finite, a size that is not whole samples.
  Prediction predict(std::span<const float> values) const;
  /// What the net sees of readings as predict takes them, in float32: for each window the elements of its
  /// input.
  std::vector<float> features(std::span<const float> values) const;
  /// An answer a stride of a long recording, each the mean of the scores of the last `smooth` windows.
  std::vector<TimedPrediction> predict_stream(std::span<const float> values, int32_t smooth = 3) const;

  /// As AudioClassifier's.
  Model export_tflite_micro(const ExportOptions& options = {}) const;
  std::vector<std::filesystem::path> export_to(const std::string& to, const std::filesystem::path& folder,
                                               const std::string& command_line = "tinyml") const;
  void compile(const std::filesystem::path& folder, const std::string& board = {},
               Mode mode = Mode::balanced) const;
  /// Compiles the example that reads the motion sensor, or where there is none the one that classifies a
  /// stored window, and uploads it: how other sensors are read differs from board to board.
  void deploy_to_arduino(const std::string& board, const std::string& port) const;
  project::Profile profile(const std::string& board = {}, Mode mode = Mode::balanced) const;
  std::vector<project::Agreement> compare(const std::vector<Core>& cores,
                                          const std::filesystem::path& path = {},
                                          const ProgressHook& progress = {}) const;

  /// A few lines: labels, net, sizes, accuracy.
  std::string summary() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
