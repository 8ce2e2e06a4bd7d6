// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/data/dataset.h"
#include "tinyml/project/audio/feature_bank.h"
#include "tinyml/project/classifier_net.h"

namespace tinyml::project {

using AudioModel = ClassifierModel;

/// The recordings, by index, that a model is made from.
struct TrainingClips {
  std::vector<size_t> training;
  std::vector<size_t> validation;  // may be empty
  bool refit = false;

  /// Those that the final net has learned from.
  std::vector<size_t> fitted() const;
};

/// The clips of the training and validation splits; refit if the configuration asks for it and a test split
/// is left to judge the result by.
TrainingClips training_clips(const AudioConfig& config, const data::Dataset& dataset);

/// Trains on the training clips and keeps the best epoch by validation. To refit, trains once more from the
/// beginning on the validation clips too, for all epochs, and keeps the last: by then the learning rate is
/// next to zero. Quantizes with the fitted clips, clean, as representative inputs. The same bytes for a seed,
/// whatever the number of threads.
AudioModel train_audio_model(const AudioConfig& config, const data::Dataset& dataset,
                             const TrainingClips& clips, ThreadPool& pool, const ProgressHook& progress);

/// int8 from a float net, with up to 512 clean clips of the bank's first `count` as representative inputs.
Graph quantize_net(const Graph& float_net, const FeatureBank& bank, size_t count,
                   quantize::Calibration calibration, ThreadPool& pool);

/// Features of the chosen recordings, clean.
std::vector<std::vector<int8_t>> features_of(const FeatureExtractor& extractor, const data::Dataset& dataset,
                                             const std::vector<size_t>& chosen, ThreadPool& pool);

/// The confusion over the chosen recordings.
train::Confusion evaluate(const AudioModel& model, const AudioConfig& config, const data::Dataset& dataset,
                          const std::vector<size_t>& chosen, Precision precision, ThreadPool& pool);

}  // namespace tinyml::project
