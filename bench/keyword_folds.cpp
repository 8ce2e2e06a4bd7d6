// SPDX-License-Identifier: Apache-2.0
// Keyword accuracy by folds of speakers: keyword_folds DATA [--folds K] [--seeds N] [--keywords a,b] …
// Trains on k - 1 folds and tests on the other, for every fold and seed, and pools the answers of the int8
// net. There is no validation: this is the net that a project's refit gives. Reports clean accuracy with an
// interval bootstrapped over speakers, recall a class, accuracy with noise, shift, speed and gain, and how
// often unknown words that training never heard are rejected.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "tinyml/data/augment.h"
#include "tinyml/data/split.h"
#include "tinyml/project/audio/audio_model.h"

using namespace tinyml;

namespace {

struct Options {
  std::string data;
  std::vector<std::string> keywords{"yes", "no", "stop", "go"};
  int folds = 5, seeds = 1, only_fold = -1;
  project::AudioConfig config;
};

struct Tally {
  std::vector<int64_t> right, total;  // by speaker
  void add(size_t speaker, bool is_right) {
    right[speaker] += is_right;
    ++total[speaker];
  }
};

double share(const Tally& tally, const std::vector<size_t>& speakers) {
  int64_t right = 0, total = 0;
  for (const size_t s : speakers) {
    right += tally.right[s];
    total += tally.total[s];
  }
  return total ? static_cast<double>(right) / static_cast<double>(total) : 0;
}

/// Accuracy with the 95 % interval of 2,000 draws of speakers.
std::string with_interval(const Tally& tally) {
  std::vector<size_t> all(tally.total.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  Random random(7);
  std::vector<double> draws;
  for (int i = 0; i < 2000; ++i) {
    std::vector<size_t> drawn(all.size());
    for (size_t& s : drawn) s = random.below(all.size());
    draws.push_back(share(tally, drawn));
  }
  std::sort(draws.begin(), draws.end());
  return fmt::format("{:.2f} % ({:.2f} to {:.2f})", 100 * share(tally, all), 100 * draws[50],
                     100 * draws[1949]);
}

/// One unknown word in five is kept out of a fold's training: those whose hash falls on the fold.
bool never_heard(const data::Recording& recording, int fold, int folds) {
  return recording.label == "unknown" && !recording.word.empty() &&
         static_cast<int>(data::stable_hash(recording.word) % static_cast<uint64_t>(folds)) == fold;
}

struct Pooled {
  Tally clean, float32, noisy, unheard;
  std::vector<std::vector<int64_t>> confusion;
};

void run_fold(const Options& options, const data::Dataset& dataset, const std::vector<int32_t>& fold_of,
              const std::vector<size_t>& speaker_of, int fold, int seed, ThreadPool& pool, Pooled& pooled) {
  project::AudioConfig config = options.config;
  config.training.seed = static_cast<uint64_t>(seed + 1);
  project::TrainingClips clips;
  std::vector<size_t> test, unheard;
  for (size_t i = 0; i < dataset.recordings.size(); ++i) {
    const data::Recording& recording = dataset.recordings[i];
    if (fold_of[i] == fold) {
      (never_heard(recording, fold, options.folds) ? unheard : test).push_back(i);
    } else if (!never_heard(recording, fold, options.folds)) {
      clips.training.push_back(i);
    }
  }
  const project::AudioModel model = project::train_audio_model(config, dataset, clips, pool, {});
  const project::FeatureExtractor extractor(config);
  const auto truth = [&](size_t i) { return data::label_index(dataset, dataset.recordings[i].label); };
  const auto best = [](const std::vector<float>& s) {
    return static_cast<size_t>(std::max_element(s.begin(), s.end()) - s.begin());
  };

  const auto clean = project::features_of(extractor, dataset, test, pool);
  const auto scores = project::scores_of(model, clean, project::Precision::int8, pool);
  const auto float_scores = project::scores_of(model, clean, project::Precision::float32, pool);
  Tally own{std::vector<int64_t>(pooled.clean.total.size()), std::vector<int64_t>(pooled.clean.total.size())};
  for (size_t i = 0; i < test.size(); ++i) {
    const size_t speaker = speaker_of[test[i]];
    pooled.clean.add(speaker, best(scores[i]) == truth(test[i]));
    own.add(speaker, best(scores[i]) == truth(test[i]));
    pooled.float32.add(speaker, best(float_scores[i]) == truth(test[i]));
    ++pooled.confusion[truth(test[i])][best(scores[i])];
  }
  data::AugmentOptions harder;
  harder.noise_probability = 1;
  std::vector<std::vector<int8_t>> noisy(test.size());
  pool.run(test.size(), [&](size_t i, int) {
    Random clip_random = Random(1234).fork(test[i]);
    noisy[i].resize(static_cast<size_t>(extractor.size()));
    extractor.extract(data::augment(dataset.recordings[test[i]].samples, extractor.window_samples(),
                                    dataset.background, harder, clip_random),
                      noisy[i]);
  });
  const auto noisy_scores = project::scores_of(model, noisy, project::Precision::int8, pool);
  for (size_t i = 0; i < test.size(); ++i)
    pooled.noisy.add(speaker_of[test[i]], best(noisy_scores[i]) == truth(test[i]));
  const auto unheard_scores = project::scores_of(
      model, project::features_of(extractor, dataset, unheard, pool), project::Precision::int8, pool);
  for (size_t i = 0; i < unheard.size(); ++i) {
    pooled.unheard.add(speaker_of[unheard[i]], best(unheard_scores[i]) == truth(unheard[i]));
  }
  std::vector<size_t> everybody(own.total.size());
  for (size_t i = 0; i < everybody.size(); ++i) everybody[i] = i;
  fmt::print(
      "fold {} seed {}: {:.2f} % of {} clips, {} epochs (best {}), features {:.0f} s, training {:.0f} s\n",
      fold, seed + 1, 100 * share(own, everybody), test.size(), model.log.epochs.size(),
      model.log.best_epoch + 1, model.log.feature_seconds, model.log.training_seconds);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Keyword accuracy by folds of speakers");
  app.add_option("data", options.data)->required();
  app.add_option("--keywords", options.keywords)->delimiter(',');
  app.add_option("--folds", options.folds);
  app.add_option("--seeds", options.seeds);
  app.add_option("--fold", options.only_fold, "Run this fold alone");
  app.add_option("--architecture", options.config.model.architecture);
  app.add_option("--epochs", options.config.training.epochs);
  app.add_option("--batch", options.config.training.batch);
  app.add_option("--copies", options.config.training.copies);
  app.add_option("--rate", options.config.training.learning_rate);
  app.add_option("--floor-db", options.config.features.floor_db);
  app.add_option("--ceiling-db", options.config.features.ceiling_db);
  app.add_option("--split-unknown", options.config.training.split_unknown);
  CLI11_PARSE(app, argc, argv);
  try {
    options.config.data.keywords = options.keywords;
    data::LoadOptions load;
    load.keywords = options.keywords;
    const data::Dataset dataset = data::load_dataset(options.data, load);
    const std::vector<int32_t> fold_of = data::folds(dataset, options.folds, 1);
    std::map<std::string, size_t> speakers;
    std::vector<size_t> speaker_of;
    for (const data::Recording& r : dataset.recordings) {
      speaker_of.push_back(
          speakers.emplace(r.group.empty() ? r.path : r.group, speakers.size()).first->second);
    }
    const Tally empty{std::vector<int64_t>(speakers.size()), std::vector<int64_t>(speakers.size())};
    Pooled pooled{empty, empty, empty, empty, {}};
    pooled.confusion.assign(dataset.labels.size(), std::vector<int64_t>(dataset.labels.size()));
    ThreadPool pool;
    for (int seed = 0; seed < options.seeds; ++seed) {
      for (int fold = 0; fold < options.folds; ++fold) {
        if (options.only_fold >= 0 && fold != options.only_fold) continue;
        run_fold(options, dataset, fold_of, speaker_of, fold, seed, pool, pooled);
      }
    }
    fmt::print("int8, clean       {}\nfloat32, clean    {}\nint8, noise etc.  {}\nunheard words     {}\n",
               with_interval(pooled.clean), with_interval(pooled.float32), with_interval(pooled.noisy),
               with_interval(pooled.unheard));
    for (size_t i = 0; i < dataset.labels.size(); ++i) {
      int64_t total = 0;
      std::string row;
      for (const int64_t count : pooled.confusion[i]) {
        total += count;
        row += fmt::format("{:>6}", count);
      }
      fmt::print("recall {:<9} {:.1f} %  {}\n", dataset.labels[i],
                 total ? 100.0 * static_cast<double>(pooled.confusion[i][i]) / static_cast<double>(total) : 0,
                 row);
    }
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
