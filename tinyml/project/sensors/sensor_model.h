// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/sensor_windows.h"
#include "tinyml/project/classifier_net.h"
#include "tinyml/project/sensors/sensor_features.h"

namespace tinyml::project {

/// A sensor project's recordings and the labelled windows cut from them.
struct SensorExamples {
  data::SensorDataset dataset;  // where windows are fitted, a recording a window
  size_t length = 0;            // of a window, in samples
  std::vector<data::SensorWindow> windows;

  WindowValues values(size_t window) const { return data::values_of(dataset, windows.at(window), length); }
  std::vector<WindowValues> values(const std::vector<size_t>& chosen) const;
  std::vector<int32_t> labels(const std::vector<size_t>& chosen) const;
  /// The windows of a split, ascending.
  std::vector<size_t> in(data::Split split) const;
};

/// Cuts or fits windows as the configuration says. Errors: invalid_argument, such as for a window longer than
/// every recording.
SensorExamples make_examples(const SensorConfig& config, data::SensorDataset dataset);

/// The windows, by index, that a model is made from.
struct TrainingWindows {
  std::vector<size_t> training;
  std::vector<size_t> validation;  // may be empty
  bool refit = false;
};

/// Those of the splits; refit if the configuration asks for it and a test split is left to judge by.
TrainingWindows training_windows(const SensorConfig& config, const SensorExamples& examples);

struct SensorModel {
  ClassifierModel nets;
  SensorFrontEnd front_end;
};

/// Measures the front end on the training windows, trains on them and on augmented copies, keeps the best
/// epoch by validation or refits as train_audio_model does, and quantizes. The same bytes for a seed,
/// whatever the number of threads. Errors: invalid_argument (fewer than two labels, what the front end or the
/// net refuses), interrupted.
SensorModel train_sensor_model(const SensorConfig& config, const SensorExamples& examples,
                               const TrainingWindows& windows, ThreadPool& pool,
                               const ProgressHook& progress);

/// The float net again in int8, with the windows as representative inputs.
Graph quantize_sensor_net(const Graph& float_net, const SensorFrontEnd& front_end,
                          const std::vector<WindowValues>& windows, quantize::Calibration calibration,
                          ThreadPool& pool);

/// The confusion over the chosen windows.
train::Confusion evaluate(const SensorModel& model, const SensorExamples& examples,
                          const std::vector<size_t>& chosen, Precision precision, ThreadPool& pool);

}  // namespace tinyml::project
