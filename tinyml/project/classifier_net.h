// SPDX-License-Identifier: Apache-2.0
#pragma once

// What classifiers share, whatever they sense.

#include <span>
#include <string>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/graph.h"
#include "tinyml/quantize/calibrate.h"
#include "tinyml/train/metrics.h"
#include "tinyml/train/trainer.h"

namespace tinyml {

/// What a classifier answers: the best label, its score in [0, 1], and all scores in the order of labels().
struct Prediction {
  std::string label;
  double score = 0;
  std::vector<double> scores;
};

/// A classifier's results on examples that it was not trained on.
struct Evaluation {
  std::string split;  // "test" or "validation"
  train::Confusion float32, int8;
};

}  // namespace tinyml

namespace tinyml::project {

/// How a training went.
struct TrainingLog {
  std::vector<train::Epoch> epochs;  // of the validated run
  int32_t best_epoch = 0;            // of those, by validation
  bool refit = false;                // the net comes from a second run, on the validation examples too
  double feature_seconds = 0, training_seconds = 0;
};

/// A trained net in both precisions: int8 features -> scores [1, labels] that sum to 1.
struct ClassifierModel {
  std::vector<std::string> labels;
  Graph float_net;
  Graph int8_net;
  TrainingLog log;
};

enum class Precision { float32, int8 };

/// The float32 values of int8 features under `quantization`.
void to_float(std::span<const int8_t> features, const Quantization& quantization, std::span<float> values);

/// Adds softmax over the classes and, where several classes make one label, their sum: a dense layer of
/// zeros and ones, so that every runtime computes labels by itself.
Graph with_scores(const Graph& logits, const std::vector<int32_t>& label_of_class, int32_t labels);

/// int8 from a float net that ends in scores, with up to 512 of `count` examples, evenly spread, as
/// representative inputs; `input` are the parameters of the features.
Graph quantize_classifier(const Graph& float_net, size_t count, const quantize::FillInput& fill,
                          quantize::Calibration calibration, const Quantization& input, ThreadPool& pool);

/// Inverse to how often a class occurs, 1 on average over the examples.
std::vector<double> balanced_weights(const std::vector<int32_t>& class_of_example, size_t classes);

/// What a project's [training] says, whatever it senses. `class_of_example` are of `classes` classes.
template <class Training>
train::TrainOptions train_options(const Training& training, const std::vector<int32_t>& class_of_example,
                                  size_t classes) {
  train::TrainOptions options;
  options.epochs = training.epochs;
  options.batch = training.batch;
  options.patience = training.patience;
  options.learning_rate = training.learning_rate;
  options.seed = training.seed;
  options.label_smoothing = training.label_smoothing;
  if (training.balance_classes) options.class_weights = balanced_weights(class_of_example, classes);
  return options;
}

/// Scores [example][label] of `features` (one example after the other) by the float or the int8 engine.
std::vector<std::vector<float>> scores_of(const ClassifierModel& model,
                                          const std::vector<std::vector<int8_t>>& features,
                                          Precision precision, ThreadPool& pool);

/// The int8 scores as numbers, by the output's quantization.
std::vector<float> dequantize_scores(const Graph& net, std::span<const int8_t> output);

/// The best label counts.
train::Confusion confusion_of(const std::vector<std::string>& labels, const std::vector<int32_t>& truth,
                              const std::vector<std::vector<float>>& scores);

Prediction prediction_of(const std::vector<std::string>& labels, const std::vector<float>& scores);

}  // namespace tinyml::project
