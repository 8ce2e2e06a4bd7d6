// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tinyml/project/audio/audio_config.h"
#include "tinyml/project/audio/audio_model.h"
#include "tinyml/project/deployable.h"
#include "tinyml/project/models/model.h"

namespace tinyml {

/// From recordings to a program on the chip: keyword spotting, wake word, sound classification.
/// The five steps: construct, train, evaluate, export_tflite_micro, deploy_to_arduino.
class AudioClassifier {
 public:
  /// `threads` within 0 and 256; 0: one for every logical CPU. Errors: invalid_argument naming the value.
  explicit AudioClassifier(project::AudioConfig config, int threads = 0);
  ~AudioClassifier();
  AudioClassifier(AudioClassifier&&) noexcept;

  /// A saved project folder. Errors: not_found, bad_file.
  static AudioClassifier load(const std::filesystem::path& folder, int threads = 0);
  /// Writes tinyml.toml, model/*.tflite, model/training.json and report.html; earlier files stay whole until
  /// their successors are complete.
  void save(const std::filesystem::path& folder) const;
  /// Whether save could write to `folder`, found before the work; leaves everything as it was. Errors: as
  /// save.
  static void check_folder(const std::filesystem::path& folder);

  /// Reads the recordings (see data::load_dataset) and trains. Errors: as load_dataset; interrupted.
  void train(const std::filesystem::path& audio, const ProgressHook& progress = {});
  void train(data::Dataset dataset, const ProgressHook& progress = {});
  /// Clips in memory as a dataset of this classifier's labels, split by hash. Errors: as load_dataset.
  data::Dataset dataset_of(std::vector<data::Recording> clips) const;

  /// Quantizes the float net again, with clips of the project's data as representative inputs.
  void quantize(quantize::Calibration calibration, const ProgressHook& progress = {});

  bool trained() const;
  const project::AudioConfig& config() const;
  const std::vector<std::string>& labels() const;
  const project::AudioModel& model() const;

  /// On the test split of what it was trained on, or of `audio`. Errors: invalid_argument when not trained.
  Evaluation evaluate(const std::filesystem::path& audio = {}, const ProgressHook& progress = {}) const;
  Evaluation evaluate(const data::Dataset& dataset) const;

  /// Samples of any length at any rate (resampled); the window with the most energy is classified by the
  /// int8 engine: the same answer as the device gives.
  Prediction predict(std::span<const int16_t> samples, int32_t sample_rate_hz) const;

  /// What the net sees of them: features in the shape of its input, real numbers.
  std::vector<float> features(std::span<const int16_t> samples, int32_t sample_rate_hz) const;

  /// The .tflite file of the net (features to scores). Errors: invalid_argument naming the arena size that
  /// is needed when tensor_arena_size is too small, or the board whose memory is.
  Model export_tflite_micro(const ExportOptions& options = {}) const;
  /// `to`: "arduino" (library folder and .zip), "tflite" or "c_array". Returns what was written into
  /// `folder`.
  std::vector<std::filesystem::path> export_to(const std::string& to, const std::filesystem::path& folder,
                                               const std::string& command_line = "tinyml") const;
  /// Writes the generated program, signal processing and net, and the device headers that it includes into
  /// `folder`; `board` empty: the project's.
  void compile(const std::filesystem::path& folder, const std::string& board = {},
               Mode mode = Mode::balanced) const;
  /// Writes an Arduino library to a temporary folder, compiles the microphone example and uploads it.
  /// Errors: not_found naming the port, tool or core, before anything is touched.
  void deploy_to_arduino(const std::string& board, const std::string& port) const;

  /// The whole program on a board: signal processing and net, measured in the emulator.
  project::Profile profile(const std::string& board = {}, Mode mode = Mode::balanced) const;

  /// Holds the generated program on emulated cores to the host's int8 engine, from raw samples to scores, on
  /// every clip of the test split (or of `audio`).
  std::vector<project::Agreement> compare(const std::vector<Core>& cores,
                                          const std::filesystem::path& audio = {},
                                          const ProgressHook& progress = {}) const;

  /// A few lines: labels, net, sizes, accuracy.
  std::string summary() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
