// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/data/dataset.h"
#include "tinyml/project/feature_bank.h"
#include "tinyml/train/metrics.h"
#include "tinyml/train/trainer.h"

namespace tinyml::project {

/// How a training went.
struct TrainingLog {
  std::vector<train::Epoch> epochs;  // of the validated run
  int32_t best_epoch = 0;            // of those, by validation
  bool refit = false;                // the net comes from a second run, on the validation clips too
  double feature_seconds = 0, training_seconds = 0;
};

/// A trained audio net in both precisions: int8 features -> scores [1, labels] that sum to 1.
struct AudioModel {
  std::vector<std::string> labels;
  Graph float_net;
  Graph int8_net;
  TrainingLog log;
};

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
TrainingClips training_clips(const Config& config, const data::Dataset& dataset);

/// Trains on the training clips and keeps the best epoch by validation. To refit, trains once more from the
/// beginning on the validation clips too, for all epochs, and keeps the last: by then the learning rate is
/// next to zero. Quantizes with the fitted clips, clean, as representative inputs. The same bytes for a seed,
/// whatever the number of threads.
AudioModel train_audio_model(const Config& config, const data::Dataset& dataset, const TrainingClips& clips,
                             ThreadPool& pool, const ProgressHook& progress);

/// int8 from a float net, with up to 512 clean clips of the bank's first `count` as representative inputs.
Graph quantize_net(const Graph& float_net, const FeatureBank& bank, size_t count,
                   quantize::Calibration calibration, ThreadPool& pool);

enum class Precision { float32, int8 };

/// Scores [clip][label] of `features` (one clip after the other) by the float or the int8 engine.
std::vector<std::vector<float>> scores_of(const AudioModel& model,
                                          const std::vector<std::vector<int8_t>>& features,
                                          Precision precision, ThreadPool& pool);

/// Features of the chosen recordings, clean.
std::vector<std::vector<int8_t>> features_of(const FeatureExtractor& extractor, const data::Dataset& dataset,
                                             const std::vector<size_t>& chosen, ThreadPool& pool);

/// The confusion over the chosen recordings.
train::Confusion evaluate(const AudioModel& model, const Config& config, const data::Dataset& dataset,
                          const std::vector<size_t>& chosen, Precision precision, ThreadPool& pool);

/// The int8 scores as numbers, by the output's quantization.
std::vector<float> dequantize_scores(const Graph& net, std::span<const int8_t> output);

}  // namespace tinyml::project
