// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an AnomalyDetector holds; shared by the files that implement it.

#include <memory>
#include <string>
#include <vector>

#include "tinyml/project/anomaly/anomaly_detector.h"
#include "tinyml/project/anomaly/anomaly_evaluation.h"
#include "tinyml/project/anomaly/anomaly_inputs.h"
#include "tinyml/project/anomaly/anomaly_program.h"
#include "tinyml/run/engine.h"

namespace tinyml {

struct AnomalyDetector::State {
  State(AnomalyConfig given, int threads) : config(std::move(given)), pool(threads) {}

  /// What the net is made from: learned and held-out rows.
  struct Rows {
    std::vector<std::vector<int8_t>> normal, held_out;
  };
  struct Trained {
    train::AnomalyOptions options;  // as trained
    Graph float_net, int8_net;
    project::AnomalyCalibration calibration;
    double float_median = 0, float_limit = 0;
    std::vector<int32_t> channel_of_term;
    int64_t learned = 0, calibrated = 0;  // windows
  };
  struct Window {
    size_t recording, begin;
  };

  AnomalyConfig config;
  mutable ThreadPool pool;
  std::filesystem::path folder;  // of a loaded project: where data.path begins
  double rate_hz = 0;
  std::unique_ptr<project::AnomalyRows> inputs;
  std::unique_ptr<Trained> model;
  Rows rows;  // empty for a loaded project
  AnomalyFit fit;
  data::SensorRecording example;  // some held-out windows
  AnomalyEvaluation evaluation;   // the last; of a loaded project without windows

  /// To learn from so many windows: a cluster needs some of them.
  train::AnomalyOptions options(size_t windows) const;
  /// Errors: invalid_argument, see AnomalyDetector::train.
  void check(const std::vector<data::SensorRecording>& recordings) const;
  /// Of the part [from, to) of every recording.
  std::vector<Window> windows_of(const std::vector<data::SensorRecording>& recordings, size_t stride,
                                 double from, double to) const;
  /// One that ends with every hop.
  std::vector<Window> scored_windows(const std::vector<data::SensorRecording>& recordings) const;
  std::vector<project::AnomalyWindow> values_of(const std::vector<data::SensorRecording>& recordings,
                                                const std::vector<Window>& windows) const;
  /// The normal and the other recordings of labelled data.
  struct Labelled {
    std::vector<std::string> labels;
    std::vector<data::SensorRecording> normal, anomalous;
  };
  Labelled load(const std::filesystem::path& path, const ProgressHook& progress) const;
  /// The held-out end of a recording.
  data::SensorRecording held_out_end(const data::SensorRecording& recording) const;

  std::unique_ptr<Trained> learn(train::AnomalyOptions options, const Rows& from) const;
  project::AnomalyCalibration calibration_of(const Trained& trained,
                                             const std::vector<std::vector<int8_t>>& held_out) const;
  /// The int8 answer to a row and why; the float score.
  struct Answer {
    int8_t level = 0;
    std::vector<double> sensors, steps;  // steps: of lstm
    double float_score = 0;
  };
  std::vector<int8_t> levels(const Trained& trained, const std::vector<std::vector<int8_t>>& rows) const;
  std::vector<Answer> answers(const std::vector<std::vector<int8_t>>& rows, bool with_float) const;
  std::vector<AnomalyScore> score(const std::vector<data::SensorRecording>& recordings,
                                  std::vector<double>* float_scores) const;

  const Trained& trained() const {
    if (!model) throw Error(ErrorKind::invalid_argument, "the detector is not trained yet: call train first");
    return *model;
  }
  project::AnomalyProgram program() const {
    const Trained& made = trained();
    return {config, inputs->inputs(), made.calibration, made.int8_net};
  }
};

namespace project {

/// Rows of features as the net's float inputs.
train::FeatureRows to_float(const std::vector<std::vector<int8_t>>& rows);
/// kNoTensor where there is none.
TensorId tensor_named(const Graph& graph, std::string_view name);

}  // namespace project
}  // namespace tinyml
