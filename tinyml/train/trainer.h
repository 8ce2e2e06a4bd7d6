// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/base/random.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/graph.h"

namespace tinyml::train {

/// Examples as the trainer sees them. `fill` writes example i as float32 of the net's input shape; with
/// `random` it may draw an augmented copy. It is called from several threads.
struct Examples {
  std::vector<int32_t> classes;
  std::function<void(size_t example, Random* random, std::span<float> input)> fill;
};

enum class Optimizer { adamw, adam, sgd };

struct TrainOptions {
  int32_t epochs = 80;
  int32_t batch = 64;
  Optimizer optimizer = Optimizer::adamw;
  double learning_rate = 4e-3;  // the peak; cosine decay to zero after the warm-up
  double warm_up = 0.05;        // fraction of all steps
  double weight_decay = 2e-2;
  double momentum = 0.9;  // of sgd
  double label_smoothing = 0.1;
  double mixup = 0.2;                 // Beta(a, a) of Zhang et al. 2018; 0: none
  double averaging = 0.998;           // decay of the averaged weights that are kept; 0: none
  std::vector<double> class_weights;  // empty: all 1
  /// Stops when validation has not improved for this many epochs; 0: never.
  int32_t patience = 25;
  uint64_t seed = 1;
  ProgressHook progress;
};

struct Epoch {
  double loss = 0, validation_loss = 0, validation_accuracy = 0;
  double learning_rate = 0;
};

struct Training {
  Graph graph;  // the best by validation; ends in logits
  std::vector<Epoch> epochs;
  int32_t best_epoch = 0;
  double seconds = 0;
};

/// Trains a net that ends in logits [1, classes]. `label_of_class` maps classes to the labels that
/// accuracy is counted in (several classes may make one label). The same bytes for a seed, whatever the
/// number of threads. Without validation examples the last epoch is kept. Errors: interrupted.
Training train(const Graph& net, const Examples& training, const Examples& validation,
               const std::vector<int32_t>& label_of_class, const TrainOptions& options, ThreadPool& pool);

/// Class probabilities [example][class] of a net that ends in logits.
std::vector<std::vector<float>> predict(const Graph& net, const Examples& examples, ThreadPool& pool);

/// The label with the largest summed probability.
int32_t best_label(std::span<const float> probabilities, const std::vector<int32_t>& label_of_class);

}  // namespace tinyml::train
