// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/data/sensor_dataset.h"
#include "tinyml/data/sensor_windows.h"
#include "tinyml/project/config_section.h"
#include "tinyml/quantize/calibrate.h"
#include "tinyml/train/architectures.h"

namespace tinyml {

/// A sensor as its user thinks of it: some channels that share a unit.
struct Sensor {
  std::string name;
  int32_t channels = 1;
  double rate_hz = 0;  // 0: the data's
  std::string unit;    // "m/s2"; for people only
  /// The sensor's full scale in that unit: what +-32767 counts are. 0: chosen from the training windows.
  double range = 0;
  bool operator==(const Sensor&) const = default;
};

/// A sensor known by name: accelerometer and gyroscope and magnetometer with 3 channels, temperature,
/// humidity, pressure, light ... with 1. Errors: invalid_argument with the nearest names.
Sensor known_sensor(std::string_view name);

}  // namespace tinyml

namespace tinyml::project {

/// What kind of problem a sensor project solves.
enum class SensorTask {
  sensor_classification,  // a label for every stretch of a recording
  gesture,                // a label for every recording: one gesture each
  anomaly_detection,      // how unlike normal a stretch is
};
SensorTask parse_sensor_task(std::string_view name);
std::string_view name_of(SensorTask task);

/// How windows come from recordings: cut one after the other, or one from each recording (or each of its
/// labelled intervals), stretched to the window's length, or cut and filled up with its last sample.
enum class WindowFit { cut, stretch, pad };

enum class SensorFeatureKind { raw, flatten, spectral, wavelet };

/// The file tinyml.toml of a sensor project.
struct SensorConfig {
  std::string name = "sensors";  // a C identifier: the namespace of the generated code

  struct Data {
    std::string path;  // as load_sensor_dataset takes it; relative to the project
    SensorTask task = SensorTask::sensor_classification;
    std::vector<Sensor> sensors;  // in the order of the data's channels; empty: each channel is one
    std::vector<std::string> labels;
    double rate_hz = 0;  // 0: the sensors' or the data's
    int32_t window_samples = 0;
    double window_s = 0;         // where window_samples is 0
    int32_t stride_samples = 0;  // between training windows; 0: half a window
    WindowFit fit = WindowFit::cut;
    data::WindowLabel label_rule = data::WindowLabel::majority;
    double least_share = 0;  // see data::WindowOptions
    data::SensorSplit split;
    data::SensorCsvOptions csv;  // of it: the columns
    std::string file_pattern, group_pattern;
    std::string default_label = "normal";
    bool fuse = false;
    /// Of signed Edge Impulse files. Not written into tinyml.toml: empty takes the environment's
    /// TINYML_HMAC_KEY; without either signatures are not checked.
    std::string hmac_key;
  } data;

  struct Features {
    SensorFeatureKind kind = SensorFeatureKind::raw;
    double headroom = 2;  // full scale over the largest magnitude of the training windows
    // Of flatten, spectral and wavelet: a row of features a frame.
    int32_t frame_samples = 0, hop_samples = 0;  // 0: the window; the frame
    FilterKind filter = FilterKind::none;
    double cutoff_hz = 3;
    int32_t order = 6, fft_size = 64;
    bool overlap = true, log = true;
    std::string wavelet = "db4";
    int32_t levels = 3;
  } features;

  struct Model {
    std::string architecture;      // empty: cnn_1d on raw windows and several frames, dense on one
    int32_t width = 0, depth = 0;  // 0: the architecture's own
    double dropout = 0.2;
  } model;

  struct Training {
    int32_t epochs = 60, batch = 64, patience = 0;
    int32_t copies = 16;  // augmented copies of every window whose features are kept
    double learning_rate = 4e-3;
    bool augment = true;
    // What augmenting does at most (see data::SensorAugment).
    double jitter = 0.05, scaling = 0.1, shift = 0.1, speed = 0.1, warp = 0.1, offset = 0,
           rotation_degrees = 0;
    bool refit = true;  // after the validated run, train again on the validation split too
    double label_smoothing = 0.1, mixup = 0.2;
    bool balance_classes = false;  // weigh classes by the inverse of how often they occur
    uint64_t seed = 1;
  } training;

  struct Quantization {
    quantize::Calibration calibration = quantize::Calibration::percentile;
  } quantization;

  struct Target {
    std::string board = "arduino_nano33_ble";
  } target;

  /// The rate to read data at; 0: its own.
  double wanted_rate_hz() const;
  /// Of a window at a rate. Errors: invalid_argument where neither samples nor seconds are given, or the
  /// rate is unknown.
  int32_t window_at(double rate_hz) const;
  int32_t stride_at(double rate_hz) const;
  /// The channels that the sensors have together; 0: whatever the data has.
  int32_t channels() const;
  /// model.architecture, or what stands for an empty one.
  std::string architecture(bool one_frame) const;
  train::NetSize net_size() const;
};

/// The defaults of a task.
SensorConfig sensor_defaults(SensorTask task);

/// What tinyml.toml says of [data] task, without reading the rest.
std::string task_of_project(const std::filesystem::path& config_file);
/// Whether that is a sensor task.
bool is_sensor_task(std::string_view task);

/// The words of [data] time_unit and backward_clock. Errors: invalid_argument with the nearest.
data::TimeUnit parse_time_unit(std::string_view name);
std::string_view name_of(data::TimeUnit unit);
data::BackwardClock parse_backward_clock(std::string_view name);
std::string_view name_of(data::BackwardClock action);

/// Errors: bad_file with line and key, invalid_argument for a value out of range.
SensorConfig read_sensor_config(const std::filesystem::path& path);
std::string to_toml(const SensorConfig& config);
/// Checks every value that can be checked without the data. Errors: invalid_argument naming key and value.
void check(const SensorConfig& config);

/// How the recordings of a project are loaded.
data::SensorLoadOptions load_options(const SensorConfig& config, const ProgressHook& progress = {});

// The words of tinyml.toml and the doors. Errors: invalid_argument with the nearest.
WindowFit parse_window_fit(std::string_view name);
SensorFeatureKind parse_sensor_features(std::string_view name);
FilterKind parse_filter(std::string_view name);
data::WindowLabel parse_label_rule(std::string_view name);
data::SplitBy parse_split_by(std::string_view name);
std::string_view name_of(WindowFit fit);
std::string_view name_of(SensorFeatureKind kind);
std::string_view name_of(FilterKind filter);
std::string_view name_of(data::WindowLabel rule);
std::string_view name_of(data::SplitBy by);

}  // namespace tinyml::project
