// SPDX-License-Identifier: Apache-2.0
// Accuracy and cost of an image classifier: image_accuracy DATA CONFIG.toml [--seeds N] [--folds K]
// Trains on the training split for all epochs, keeps the last one, and tests on the held-out pictures (the
// validation split where there is no test split): nothing is chosen by them. With --folds, on every fold of
// all pictures in turn, pooled. Reports the int8 net's accuracy for each seed, their mean and spread, and the
// float net's beside it; with --board what the first seed's net costs there, in every --mode.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tinyml/ops/operator.h"
#include "tinyml/project/images/image_model.h"
#include "tinyml/project/images/image_report.h"
#include "tinyml/project/profile.h"

using namespace tinyml;

namespace {

struct Options {
  std::string data, config, board, backbone;
  std::vector<std::string> modes{"balanced"};
  int seeds = 1, first_seed = 1, folds = 0, epochs = 0, threads = 0;
};

struct Tally {
  int64_t int8 = 0, float32 = 0, total = 0;
  double percent(int64_t right) const {
    return 100.0 * static_cast<double>(right) / static_cast<double>(total);
  }
};

int64_t right_in(const train::Confusion& confusion) {
  int64_t right = 0;
  for (size_t i = 0; i < confusion.labels.size(); ++i) right += confusion.counts[i][i];
  return right;
}

void tell_cost(const project::ImageConfig& config, const project::ClassifierModel& model,
               const Options& options) {
  fmt::print("{}: {:.1f} K parameters, {:.2f} M MACs\n", project::describe_net(config),
             static_cast<double>(project::parameters_of(model.float_net)) / 1e3,
             static_cast<double>(ops::macs(model.float_net)) / 1e6);
  if (options.board.empty()) return;
  for (const std::string& mode : options.modes) {
    const project::Profile p =
        project::profile(project::with_camera(model.int8_net, config), {}, options.board, parse_mode(mode));
    fmt::print("{}, {} mode: {:.1f} ms, RAM {:.1f} KB without the frame, flash {:.1f} KB\n", p.board, p.mode,
               p.net.latency_ms, static_cast<double>(p.ram_bytes) / 1024,
               static_cast<double>(p.flash_bytes) / 1024);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Accuracy and cost of an image classifier");
  app.add_option("data", options.data)->required();
  app.add_option("config", options.config, "A tinyml.toml")->required();
  app.add_option("--seeds", options.seeds);
  app.add_option("--first-seed", options.first_seed);
  app.add_option("--folds", options.folds);
  app.add_option("--epochs", options.epochs);
  app.add_option("--threads", options.threads);
  app.add_option("--backbone", options.backbone, "A float model whose last layer is replaced");
  app.add_option("--board", options.board);
  app.add_option("--mode", options.modes)->delimiter(',');
  CLI11_PARSE(app, argc, argv);
  try {
    project::ImageConfig config = project::read_image_config(options.config);
    if (options.epochs > 0) config.training.epochs = options.epochs;
    if (!options.backbone.empty())
      config.model.backbone = std::filesystem::absolute(options.backbone).string();
    const std::filesystem::path base = std::filesystem::path(options.config).parent_path();
    ThreadPool pool(options.threads);
    const data::ImageDataset dataset =
        data::load_image_dataset(options.data, project::load_options(config, options.threads, {}));
    const data::Split held_out =
        data::pictures_in(dataset, data::Split::test).empty() ? data::Split::validation : data::Split::test;
    std::vector<int32_t> fold_of;
    if (options.folds > 0) fold_of = data::image_folds(dataset, options.folds, 1);
    std::vector<double> of_seed;
    for (int seed = options.first_seed; seed < options.first_seed + options.seeds; ++seed) {
      config.training.seed = static_cast<uint64_t>(seed);
      Tally tally;
      for (int fold = 0; fold < std::max(1, options.folds); ++fold) {
        project::TrainingPictures pictures;
        std::vector<size_t> test;
        for (size_t i = 0; i < dataset.pictures.size(); ++i) {
          const data::Split split = dataset.pictures[i].split;
          const bool out = options.folds > 0 ? fold_of[i] == fold : split == held_out;
          if (out) {
            test.push_back(i);
          } else if (options.folds > 0 || split == data::Split::train) {
            pictures.training.push_back(i);
          }
        }
        const project::ClassifierModel model =
            project::train_image_model(config, dataset, pictures, base, pool, {});
        tally.int8 += right_in(project::evaluate(model, dataset, test, project::Precision::int8, pool));
        tally.float32 += right_in(project::evaluate(model, dataset, test, project::Precision::float32, pool));
        tally.total += static_cast<int64_t>(test.size());
        if (seed == options.first_seed && fold == 0) tell_cost(config, model, options);
        std::fflush(stdout);
      }
      of_seed.push_back(tally.percent(tally.int8));
      fmt::print("seed {}: int8 {:.2f} %, float32 {:.2f} % of {} pictures\n", seed, of_seed.back(),
                 tally.percent(tally.float32), tally.total);
      std::fflush(stdout);
    }
    double mean = 0;
    for (const double value : of_seed) mean += value / static_cast<double>(of_seed.size());
    const auto [low, high] = std::minmax_element(of_seed.begin(), of_seed.end());
    fmt::print("mean of {} seeds: {:.2f} % ({:.2f} to {:.2f})\n", of_seed.size(), mean, *low, *high);
  } catch (const Error& error) {
    fmt::print(stderr, "image_accuracy: {}\n", error.what());
    return 2;
  }
}
