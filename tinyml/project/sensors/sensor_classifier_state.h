// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a SensorClassifier holds; shared by the files that implement it.

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "tinyml/base/error.h"
#include "tinyml/project/sensors/sensor_classifier.h"
#include "tinyml/project/storage.h"
#include "tinyml/run/engine.h"

namespace tinyml {

struct SensorClassifier::State {
  State(project::SensorConfig given, int threads) : config(std::move(given)), pool(threads) {}

  project::SensorConfig config;
  ThreadPool pool;
  std::filesystem::path folder;  // of a loaded project
  std::optional<project::SensorModel> model;
  std::unique_ptr<project::SensorFeatures> features;
  std::optional<project::SensorExamples> examples;  // that it was trained on
  project::TrainingRecord record;
  std::mutex predicting;
  std::unique_ptr<run::Engine> engine;

  const project::SensorModel& trained() const {
    if (!model)
      throw Error(ErrorKind::invalid_argument, "the classifier is not trained yet: call train first");
    return *model;
  }

  project::Deployable deployable() const {
    const project::SensorModel& made = trained();
    return {config.name,        made.nets.labels,  made.nets.float_net,
            made.nets.int8_net, made.front_end.op, config.target.board};
  }

  project::SensorExamples load(const std::filesystem::path& path, const ProgressHook& progress) const;
  /// Those of the project: in memory, or else read again.
  const project::SensorExamples& own_examples(const ProgressHook& progress);
  /// The test split; the validation split where there is none.
  static std::pair<data::Split, std::vector<size_t>> evaluation_windows(const project::SensorExamples& given);
  Evaluation evaluate_on(const project::SensorExamples& given);
  void adopt(project::SensorModel trained_model);

  /// Scores of one window.
  std::vector<float> scores(project::WindowValues window);
  /// Readings as whole samples of finite values, at least `least` of them. Errors: invalid_argument.
  void check_values(std::span<const float> values, size_t least) const;
  /// One gesture as the window that the net sees.
  std::vector<float> fitted(std::span<const float> values) const;
};

}  // namespace tinyml
