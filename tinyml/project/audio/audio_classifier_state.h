// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an AudioClassifier holds; shared by the files that implement it.

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "tinyml/project/audio/audio_classifier.h"
#include "tinyml/project/storage.h"
#include "tinyml/run/engine.h"

namespace tinyml {

struct AudioClassifier::State {
  State(project::AudioConfig given, int threads)
      : config(std::move(given)), pool(threads), extractor(config) {}

  project::AudioConfig config;
  ThreadPool pool;
  project::FeatureExtractor extractor;
  std::filesystem::path folder;  // of a loaded project
  std::optional<project::AudioModel> model;
  std::optional<data::Dataset> dataset;  // that it was trained on
  project::TrainingRecord record;
  std::mutex predicting;
  std::unique_ptr<run::Engine> engine;

  const project::AudioModel& trained() const {
    if (!model)
      throw Error(ErrorKind::invalid_argument, "the classifier is not trained yet: call train first");
    return *model;
  }

  project::Deployable deployable() const {
    const project::AudioModel& made = trained();
    return {config.name,        made.labels, made.float_net, made.int8_net, project::feature_operator(config),
            config.target.board};
  }

  data::LoadOptions load_options(const ProgressHook& progress) const {
    data::LoadOptions options;
    options.keywords = config.data.keywords;
    options.sample_rate_hz = config.data.sample_rate_hz;
    options.unknown_and_silence = config.data.task != project::Task::sound_classification;
    options.threads = pool.threads();
    options.progress = progress;
    return options;
  }

  /// The clips of the project: those in memory, or else read again.
  const data::Dataset& clips(const ProgressHook& progress) {
    if (!dataset && config.data.path.empty()) {
      throw Error(ErrorKind::invalid_argument,
                  "the classifier was trained on clips in memory, which are not stored: name a data set");
    }
    if (!dataset) dataset = data::load_dataset(folder / config.data.path, load_options(progress));
    return *dataset;
  }

  /// The test split; the validation split where there is none.
  static std::pair<data::Split, std::vector<size_t>> evaluation_clips(const data::Dataset& clips) {
    for (const data::Split split : {data::Split::test, data::Split::validation}) {
      if (std::vector<size_t> chosen = data::recordings_in(clips, split); !chosen.empty())
        return {split, chosen};
    }
    throw Error(ErrorKind::invalid_argument, "there is no clip to evaluate on");
  }

  /// Errors: invalid_argument for clips of other labels, or none to evaluate on.
  Evaluation evaluate_on(const data::Dataset& clips);

  /// A test clip of the first label; none where the recordings are gone.
  std::optional<data::Recording> example_clip();

  void adopt(project::AudioModel trained_model) {
    model = std::move(trained_model);
    project::put_metadata(model->float_net, model->labels, config);
    project::put_metadata(model->int8_net, model->labels, config);
    engine = std::make_unique<run::Engine>(model->int8_net);
  }
};

}  // namespace tinyml
