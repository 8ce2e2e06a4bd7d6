// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an ImageClassifier holds; shared by the files that implement it.

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "tinyml/project/images/image_classifier.h"
#include "tinyml/project/storage.h"
#include "tinyml/run/engine.h"

namespace tinyml {

struct ImageClassifier::State {
  State(project::ImageConfig given, int threads) : config(std::move(given)), pool(threads) {}

  project::ImageConfig config;
  ThreadPool pool;
  std::filesystem::path folder;  // what relative paths of `config` are relative to
  std::optional<project::ClassifierModel> model;
  std::optional<data::ImageDataset> dataset;  // that it was trained on, prepared
  project::TrainingRecord record;
  std::mutex predicting;
  std::unique_ptr<run::Engine> engine;

  const project::ClassifierModel& trained() const {
    if (!model)
      throw Error(ErrorKind::invalid_argument, "the classifier is not trained yet: call train first");
    return *model;
  }

  data::ImageDataset load(const std::filesystem::path& path, const ProgressHook& progress) const {
    return data::load_image_dataset(path, project::load_options(config, pool.threads(), progress));
  }

  /// The pictures of the project: those in memory, or else read again.
  const data::ImageDataset& pictures(const ProgressHook& progress) {
    if (!dataset && config.data.path.empty()) {
      throw Error(ErrorKind::invalid_argument,
                  "the classifier was trained on pictures in memory, which are not stored: name a data set");
    }
    if (!dataset) dataset = load(folder / config.data.path, progress);
    return *dataset;
  }

  /// The test split; the validation split where there is none.
  static std::pair<data::Split, std::vector<size_t>> evaluation_pictures(const data::ImageDataset& dataset) {
    for (const data::Split split : {data::Split::test, data::Split::validation}) {
      if (std::vector<size_t> chosen = data::pictures_in(dataset, split); !chosen.empty())
        return {split, chosen};
    }
    throw Error(ErrorKind::invalid_argument, "there is no picture to evaluate on: every one is for training");
  }

  /// Errors: invalid_argument for pictures of other labels, or none to evaluate on.
  Evaluation evaluate_on(const data::ImageDataset& dataset);

  void adopt(project::ClassifierModel trained_model) {
    model = std::move(trained_model);
    for (Graph* net : {&model->float_net, &model->int8_net}) project::put_labels(*net, model->labels);
    engine = std::make_unique<run::Engine>(model->int8_net);
  }
};

}  // namespace tinyml
