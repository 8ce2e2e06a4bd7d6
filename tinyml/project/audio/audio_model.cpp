// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/audio/audio_model.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>

#include "tinyml/graph/rewrites.h"
#include "tinyml/train/architectures.h"

namespace tinyml::project {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What the net is trained to tell apart: the labels, the words behind "unknown" each on its own.
struct Classes {
  std::vector<int32_t> label_of_class;
  std::vector<int32_t> of_recording;  // by index into the dataset
};

Classes make_classes(const data::Dataset& dataset, const std::vector<size_t>& training, bool split_unknown) {
  // A word with fewer clips than this teaches nothing of its own.
  constexpr int kLeastClips = 8;
  std::map<std::string, int> clips;
  for (const size_t i : training) {
    if (dataset.recordings[i].label == "unknown") ++clips[dataset.recordings[i].word];
  }
  Classes classes;
  for (size_t label = 0; label < dataset.labels.size(); ++label) {
    classes.label_of_class.push_back(static_cast<int32_t>(label));
  }
  const auto unknown = std::find(dataset.labels.begin(), dataset.labels.end(), "unknown");
  std::map<std::string, int32_t> class_of_word;
  if (split_unknown) {
    for (const auto& [word, count] : clips) {
      if (word.empty() || count < kLeastClips) continue;
      class_of_word[word] = static_cast<int32_t>(classes.label_of_class.size());
      classes.label_of_class.push_back(static_cast<int32_t>(unknown - dataset.labels.begin()));
    }
  }
  for (const data::Recording& recording : dataset.recordings) {
    const auto word = class_of_word.find(recording.word);
    const bool own = recording.label == "unknown" && word != class_of_word.end();
    classes.of_recording.push_back(own ? word->second
                                       : static_cast<int32_t>(data::label_index(dataset, recording.label)));
  }
  return classes;
}

std::vector<int32_t> pick(const std::vector<int32_t>& all, const std::vector<size_t>& chosen) {
  std::vector<int32_t> picked;
  for (const size_t i : chosen) picked.push_back(all[i]);
  return picked;
}

/// Numbers first, first + 1, …
std::vector<size_t> rows_from(size_t first, size_t count) {
  std::vector<size_t> rows(count);
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

/// Moves the decision to other priors (Saerens et al. 2002): the classes of `label` become `prior` times as
/// likely, by their bias.
void shift_prior(Graph& logits, const std::vector<int32_t>& label_of_class, int32_t label, double prior) {
  const Node& last = logits.nodes.back();
  TINYML_CHECK(std::holds_alternative<FullyConnected>(last.op) && last.inputs.at(2) != kNoTensor);
  Tensor& bias = logits[last.inputs[2]];
  const std::span<const float> trained = bias.values<float>();
  std::vector<float> values(trained.begin(), trained.end());
  for (size_t c = 0; c < label_of_class.size(); ++c) {
    if (label_of_class[c] == label) values[c] += static_cast<float>(std::log(prior));
  }
  bias.data = to_constant<float>(values);
}

}  // namespace

std::vector<size_t> TrainingClips::fitted() const {
  std::vector<size_t> all = training;
  if (refit) all.insert(all.end(), validation.begin(), validation.end());
  return all;
}

TrainingClips training_clips(const AudioConfig& config, const data::Dataset& dataset) {
  TrainingClips clips;
  clips.training = data::recordings_in(dataset, data::Split::train);
  clips.validation = data::recordings_in(dataset, data::Split::validation);
  clips.refit = config.training.refit && !clips.validation.empty() &&
                !data::recordings_in(dataset, data::Split::test).empty();
  return clips;
}

Graph quantize_net(const Graph& net, const FeatureBank& bank, size_t count, quantize::Calibration calibration,
                   ThreadPool& pool) {
  const auto fill = [&](size_t i, std::span<float> input) { to_float(bank.clean(i), input); };
  return quantize_classifier(net, count, fill, calibration, feature_quantization(), pool);
}

AudioModel train_audio_model(const AudioConfig& config, const data::Dataset& dataset,
                             const TrainingClips& clips, ThreadPool& pool, const ProgressHook& progress) {
  const FeatureExtractor extractor(config);
  const Classes classes = make_classes(dataset, clips.training, config.training.split_unknown);
  AudioModel model;
  model.labels = dataset.labels;

  const auto start = std::chrono::steady_clock::now();
  std::vector<size_t> chosen = clips.training;
  chosen.insert(chosen.end(), clips.validation.begin(), clips.validation.end());
  const FeatureBank bank(extractor, dataset, chosen, config.training.augment ? config.training.copies : 0,
                         config.training.seed, pool, progress);
  model.log.feature_seconds = seconds_since(start);
  const std::vector<int32_t> class_of_row = pick(classes.of_recording, chosen);

  const auto examples = [&](size_t first, size_t count) {
    const auto begin = class_of_row.begin() + static_cast<std::ptrdiff_t>(first);
    return bank.examples(rows_from(first, count), {begin, begin + static_cast<std::ptrdiff_t>(count)});
  };
  const auto run = [&](const std::string& stage, size_t count, const train::Examples& checks,
                       const train::TrainOptions& shared) {
    train::TrainOptions options = shared;
    options.progress = [&](Progress told) {
      told.stage = stage;
      if (progress) progress(told);
    };
    const Graph net =
        train::build_architecture(config.model.architecture, extractor.shape(),
                                  static_cast<int32_t>(classes.label_of_class.size()), config.training.seed);
    return train::train(net, examples(0, count), checks, classes.label_of_class, options, pool);
  };

  train::TrainOptions options = train_options(config.training, class_of_row, classes.label_of_class.size());
  if (!config.training.augment) options.mixup = 0;
  const train::Examples checks = examples(clips.training.size(), clips.validation.size());
  train::Training trained = run("training", clips.training.size(), checks, options);
  model.log.epochs = std::move(trained.epochs);
  model.log.best_epoch = trained.best_epoch;
  model.log.training_seconds = trained.seconds;
  model.log.refit = clips.refit;
  if (clips.refit) {
    trained = run("refit", chosen.size(), {}, options);
    model.log.training_seconds += trained.seconds;
  }

  Graph logits = fold_for_inference(trained.graph);
  const auto unknown = std::find(dataset.labels.begin(), dataset.labels.end(), "unknown");
  if (unknown != dataset.labels.end()) {
    shift_prior(logits, classes.label_of_class, static_cast<int32_t>(unknown - dataset.labels.begin()),
                config.training.unknown_prior);
  }
  model.float_net = with_scores(logits, classes.label_of_class, static_cast<int32_t>(dataset.labels.size()));
  model.float_net.name = config.name;
  model.int8_net =
      quantize_net(model.float_net, bank, clips.fitted().size(), config.quantization.calibration, pool);
  return model;
}

std::vector<std::vector<int8_t>> features_of(const FeatureExtractor& extractor, const data::Dataset& dataset,
                                             const std::vector<size_t>& chosen, ThreadPool& pool) {
  std::vector<std::vector<int8_t>> features(chosen.size());
  pool.run(chosen.size(), [&](size_t i, int) {
    features[i] = extractor.extract_clip(dataset.recordings[chosen[i]].samples);
  });
  return features;
}

train::Confusion evaluate(const AudioModel& model, const AudioConfig& config, const data::Dataset& dataset,
                          const std::vector<size_t>& chosen, Precision precision, ThreadPool& pool) {
  const FeatureExtractor extractor(config);
  const auto scores = scores_of(model, features_of(extractor, dataset, chosen, pool), precision, pool);
  std::vector<int32_t> truth;
  for (const size_t i : chosen) {
    truth.push_back(static_cast<int32_t>(data::label_index(dataset, dataset.recordings[i].label)));
  }
  return confusion_of(model.labels, truth, scores);
}

}  // namespace tinyml::project
