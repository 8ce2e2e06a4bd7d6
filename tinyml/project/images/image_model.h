// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "tinyml/data/image_dataset.h"
#include "tinyml/project/classifier_net.h"
#include "tinyml/project/images/image_config.h"
#include "tinyml/project/program.h"

namespace tinyml::project {

/// Pictures of any extents as the net sees them, by the very kernel that the device runs.
data::Image prepare(const ImageConfig& config, const data::Image& image);
/// The net's int8 input of a prepared picture: pixel - 128.
std::vector<int8_t> to_input(const data::Image& prepared);

/// How the pictures of a project are loaded, prepared.
data::ImageLoadOptions load_options(const ImageConfig& config, int threads, const ProgressHook& progress);

/// The pictures, by index, that a model is made from.
struct TrainingPictures {
  std::vector<size_t> training, validation;  // validation may be empty
  bool refit = false;

  /// Those that the final net has learned from.
  std::vector<size_t> fitted() const;
};

/// Those of the training and validation splits; refit if the configuration asks for it and a test split is
/// left to judge the result by.
TrainingPictures training_pictures(const ImageConfig& config, const data::ImageDataset& dataset);

/// Trains on prepared pictures and keeps the best epoch by validation, or the last where there is none; to
/// refit, trains once more on both splits and keeps the last. With a backbone its new last layer is trained
/// first, then everything. `base`: what a relative path of the backbone is relative to. The same bytes for a
/// seed, whatever the number of threads. Errors: of the backbone: not_found, bad_file, unsupported,
/// invalid_argument where it does not fit the pictures; interrupted.
ClassifierModel train_image_model(const ImageConfig& config, const data::ImageDataset& dataset,
                                  const TrainingPictures& pictures, const std::filesystem::path& base,
                                  ThreadPool& pool, const ProgressHook& progress);

/// int8 from a float net, with the chosen pictures as representative inputs.
Graph quantize_image_net(const ImageConfig& config, const Graph& float_net, const data::ImageDataset& dataset,
                         const std::vector<size_t>& chosen, ThreadPool& pool);

/// The confusion over the chosen pictures; `scores`, if not null, becomes theirs.
train::Confusion evaluate(const ClassifierModel& model, const data::ImageDataset& dataset,
                          const std::vector<size_t>& chosen, Precision precision, ThreadPool& pool,
                          std::vector<std::vector<float>>* scores = nullptr);

/// `net` (int8, reading pictures) with the camera's frame in front: uint8 pixels to scores, one graph.
Graph with_camera(const Graph& net, const ImageConfig& config);

}  // namespace tinyml::project
