// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/graph/operators.h"
#include "tinyml/quantize/calibrate.h"

namespace tinyml::project {

/// What kind of problem an audio project solves.
enum class Task {
  keyword_spotting,      // keywords + "unknown" + "silence"
  wake_word,             // the same with one keyword
  sound_classification,  // the labels of the data, nothing added
};
Task parse_task(std::string_view name);
std::string_view name_of(Task task);

/// The file tinyml.toml: everything that a project is made from, readable and diffable.
struct AudioConfig {
  std::string name = "keywords";  // a C identifier: the namespace of the generated code

  struct Data {
    std::string path;  // folder of label folders, or labels.csv; relative to the project
    Task task = Task::keyword_spotting;
    std::vector<std::string> keywords;
    int32_t sample_rate_hz = 16000;
    int32_t window_ms = 1000;
  } data;

  struct Features {
    bool mfcc = false;
    int32_t frame_ms = 30, hop_ms = 20, bands = 40, coefficients = 10;
    double low_hz = 80, high_hz = 0;  // 0: 95 % of half the sample rate
    double floor_db = -100, ceiling_db = 0;
  } features;

  struct Model {
    std::string architecture = "hybrid";
  } model;

  struct Training {
    int32_t epochs = 200, batch = 64, patience = 50;
    int32_t copies = 24;  // augmented copies of every clip whose features are kept
    double learning_rate = 4e-3;
    bool augment = true;
    bool refit = true;  // after the validated run, train again on the validation split too
    double label_smoothing = 0.1;
    bool balance_classes = false;  // weigh classes by the inverse of how often they occur
    double unknown_prior = 1.3;    // how much likelier other words are in use than among the clips
    bool split_unknown = true;     // train the words behind "unknown" as classes of their own
    uint64_t seed = 1;
  } training;

  struct Quantization {
    quantize::Calibration calibration = quantize::Calibration::percentile;
  } quantization;

  struct Target {
    std::string board = "arduino_nano33_ble";
  } target;

  int32_t frame_samples() const;
  int32_t hop_samples() const;
  int32_t frames() const;
  /// What one classification sees: (frames - 1) * hop + frame samples.
  int32_t window_samples() const;
};

/// Errors: bad_file with line and key, invalid_argument for a value out of range.
AudioConfig read_config(const std::filesystem::path& path);
std::string to_toml(const AudioConfig& config);
/// Checks every value. Errors: invalid_argument naming key and value.
void check(const AudioConfig& config);

/// The signal processing operator that the configuration asks for.
Operator feature_operator(const AudioConfig& config);

}  // namespace tinyml::project
