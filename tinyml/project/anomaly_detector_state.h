// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an AnomalyDetector holds; shared by the files that implement it.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tinyml/project/anomaly_detector.h"
#include "tinyml/project/anomaly_inputs.h"
#include "tinyml/run/int8_engine.h"

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
    std::vector<train::Epoch> epochs;
  };
  struct Window {
    size_t recording, begin;
  };

  AnomalyConfig config;
  ThreadPool pool;
  double rate_hz = 0;
  std::unique_ptr<project::AnomalyRows> inputs;
  std::unique_ptr<Trained> model;
  Rows rows;  // empty for a loaded project
  /// Some of the held-out windows' answers over time, and of the evaluation last asked for: for the report.
  mutable std::vector<AnomalyScore> held_out_scores;
  mutable AnomalyEvaluation evaluation;
  std::vector<float> example;  // a window
  AnomalyFit fit;

  train::AnomalyMethod method() const;
  int32_t hop() const { return config.hop > 0 ? config.hop : config.window_size / 2; }
  int32_t channels() const;
  project::SensorConfig sensor_config() const;
  train::AnomalyOptions options() const;
  /// Errors: invalid_argument, see AnomalyDetector::train.
  void check(const std::vector<data::SensorRecording>& recordings) const;
  std::vector<Window> windows_of(const std::vector<data::SensorRecording>& recordings, size_t stride,
                                 double from, double to) const;
  std::vector<project::AnomalyWindow> values_of(const std::vector<data::SensorRecording>& recordings,
                                                const std::vector<Window>& windows) const;
  void learn(train::AnomalyOptions options);
  void recalibrate(const std::vector<std::vector<int8_t>>& rows);
  /// The int8 answer, the float score and the sensors' shares of each row.
  struct Answer {
    int8_t level = 0;
    double float_score = 0;
    std::vector<double> sensors;
  };
  std::vector<Answer> answers(const std::vector<std::vector<int8_t>>& rows, bool with_float) const;

  const Trained& trained() const {
    if (!model) throw Error(ErrorKind::invalid_argument, "the detector is not trained yet: call train first");
    return *model;
  }
};

}  // namespace tinyml
