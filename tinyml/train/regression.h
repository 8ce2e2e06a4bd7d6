// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "tinyml/train/trainer.h"

namespace tinyml::train {

/// Examples with targets that are numbers, for autoencoders and forecasters. Both functions are called from
/// several threads.
struct Series {
  size_t count = 0;
  /// As Examples::fill.
  std::function<void(size_t example, Random* random, std::span<float> input)> fill;
  /// Writes what the net should answer to `input`, which `fill` has just written for the same example.
  /// Empty: the input itself.
  std::function<void(size_t example, std::span<const float> input, std::span<float> target)> target;
};

/// Trains for the least mean squared error over all outputs. Of the options, label smoothing, mixup and
/// class weights do not apply; Epoch::validation_accuracy stays 0. Without validation examples the last
/// epoch is kept. The same bytes for a seed, whatever the number of threads.
/// Errors: interrupted; invalid_argument where targets are the inputs and the sizes differ.
Training train_regression(const Graph& net, const Series& training, const Series& validation,
                          const TrainOptions& options, ThreadPool& pool);

/// The net's outputs [example][value], without augmentation.
std::vector<std::vector<float>> predict_values(const Graph& net, const Series& examples, ThreadPool& pool);

}  // namespace tinyml::train
