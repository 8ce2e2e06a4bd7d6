// SPDX-License-Identifier: Apache-2.0
// Accuracy of a sensor classifier: sensor_accuracy DATA CONFIG.toml [--seeds N] [--folds K] [--from-change S]
// Trains on the training and validation splits together, as a project's refit does, and tests on the test
// split; with --folds on every fold of groups in turn (as many folds as groups leave each out once). Reports
// the int8 net's windows pooled over folds, for each seed and their mean, and the float net's beside it; with
// --from-change also of the windows whose centre is at least so many seconds away from a change of label.
// --choose leaves the test split out, so that what is chosen by the folds has not seen it. --show prints the
// confusion over folds and seeds.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tinyml/project/sensors/sensor_model.h"

using namespace tinyml;

namespace {

struct Options {
  std::string data, config, architecture;
  int seeds = 1, folds = 0, first_seed = 1;
  int epochs = 0, width = 0, depth = 0;
  double from_change = 0;
  bool choose = false, show = false;
};

struct Tally {
  int64_t right = 0, total = 0;
  void add(bool is_right) {
    right += is_right;
    ++total;
  }
  double percent() const {
    return total ? 100.0 * static_cast<double>(right) / static_cast<double>(total) : 0;
  }
};

struct Pooled {
  Tally int8, float32, steady;
};

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Whether no label changes within `samples` of the window's centre.
bool is_steady(const project::SensorExamples& examples, size_t window, double samples) {
  const data::SensorWindow& w = examples.windows[window];
  const double centre = static_cast<double>(w.begin) + static_cast<double>(examples.length) / 2;
  for (const data::LabelInterval& interval : examples.dataset.recordings[w.recording].intervals) {
    for (const size_t border : {interval.begin, interval.end}) {
      if (std::abs(static_cast<double>(border) - centre) < samples) return false;
    }
  }
  return true;
}

void run(const Options& options, project::SensorConfig config, const project::SensorExamples& examples,
         const project::TrainingWindows& windows, const std::vector<size_t>& test, ThreadPool& pool,
         Pooled& pooled, std::vector<std::vector<int>>& confusion) {
  const project::SensorModel model = project::train_sensor_model(config, examples, windows, pool, {});
  const project::SensorFeatures features(model.front_end);
  const auto extracted = features.extract(examples.values(test), pool);
  const auto best = [](const std::vector<float>& s) {
    return static_cast<int32_t>(std::max_element(s.begin(), s.end()) - s.begin());
  };
  const auto int8 = project::scores_of(model.nets, extracted, project::Precision::int8, pool);
  const auto float32 = project::scores_of(model.nets, extracted, project::Precision::float32, pool);
  Tally own;
  for (size_t i = 0; i < test.size(); ++i) {
    const int32_t truth = examples.windows[test[i]].label;
    own.add(best(int8[i]) == truth);
    ++confusion[static_cast<size_t>(truth)][static_cast<size_t>(best(int8[i]))];
    pooled.int8.add(best(int8[i]) == truth);
    pooled.float32.add(best(float32[i]) == truth);
    if (options.from_change > 0 &&
        is_steady(examples, test[i], options.from_change * examples.dataset.rate_hz)) {
      pooled.steady.add(best(int8[i]) == truth);
    }
  }
  fmt::print("  seed {}: {:.2f} % of {} windows, trained on {} in {:.0f} s\n", config.training.seed,
             own.percent(), test.size(), windows.training.size(), model.nets.log.training_seconds);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Accuracy of a sensor classifier");
  app.add_option("data", options.data)->required();
  app.add_option("config", options.config, "A tinyml.toml")->required();
  app.add_option("--seeds", options.seeds);
  app.add_option("--first-seed", options.first_seed);
  app.add_option("--folds", options.folds);
  app.add_option("--from-change", options.from_change, "Seconds");
  app.add_flag("--choose", options.choose);
  app.add_flag("--show", options.show);
  app.add_option("--architecture", options.architecture);
  app.add_option("--epochs", options.epochs);
  app.add_option("--width", options.width);
  app.add_option("--depth", options.depth);
  CLI11_PARSE(app, argc, argv);
  try {
    project::SensorConfig config = project::read_sensor_config(options.config);
    if (!options.architecture.empty()) config.model.architecture = options.architecture;
    if (options.epochs > 0) config.training.epochs = options.epochs;
    if (options.width > 0) config.model.width = options.width;
    if (options.depth > 0) config.model.depth = options.depth;
    ThreadPool pool;
    data::SensorDataset dataset = data::load_sensor_dataset(options.data, project::load_options(config));
    if (options.choose) {
      std::erase_if(dataset.recordings, [](const auto& r) { return r.split == data::Split::test; });
    }
    const project::SensorExamples examples = project::make_examples(config, std::move(dataset));
    const size_t labels = examples.dataset.labels.size();
    std::vector<std::vector<int>> confusion(labels, std::vector<int>(labels));
    std::vector<int32_t> fold_of;
    if (options.folds > 0) fold_of = data::sensor_folds(examples.dataset, options.folds, 1);
    std::vector<double> of_seed, steady;
    for (int seed = options.first_seed; seed < options.first_seed + options.seeds; ++seed) {
      config.training.seed = static_cast<uint64_t>(seed);
      Pooled pooled;
      for (int fold = 0; fold < std::max(1, options.folds); ++fold) {
        project::TrainingWindows windows;
        std::vector<size_t> test;
        for (size_t i = 0; i < examples.windows.size(); ++i) {
          const uint32_t recording = examples.windows[i].recording;
          const bool held_out = options.folds > 0
                                    ? fold_of[recording] == fold
                                    : examples.dataset.recordings[recording].split == data::Split::test;
          (held_out ? test : windows.training).push_back(i);
        }
        run(options, config, examples, windows, test, pool, pooled, confusion);
      }
      of_seed.push_back(pooled.int8.percent());
      steady.push_back(pooled.steady.percent());
      fmt::print("seed {}: int8 {:.2f} %, float32 {:.2f} % of {} windows", seed, pooled.int8.percent(),
                 pooled.float32.percent(), pooled.int8.total);
      if (options.from_change > 0) {
        fmt::print("; {:.2f} % of {} away from changes", pooled.steady.percent(), pooled.steady.total);
      }
      fmt::print("\n");
    }
    const auto [low, high] = std::minmax_element(of_seed.begin(), of_seed.end());
    fmt::print("mean of {} seeds: {:.2f} % ({:.2f} to {:.2f})", of_seed.size(), mean(of_seed), *low, *high);
    if (options.from_change > 0) fmt::print("; {:.2f} % away from changes", mean(steady));
    fmt::print("\n");
    for (size_t truth = 0; options.show && truth < labels; ++truth) {
      fmt::print("{:>16}", examples.dataset.labels[truth]);
      for (const int count : confusion[truth]) fmt::print(" {:5}", count);
      fmt::print("\n");
    }
  } catch (const Error& error) {
    fmt::print(stderr, "sensor_accuracy: {}\n", error.what());
    return 2;
  }
}
