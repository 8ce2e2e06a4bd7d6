// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/any_classifier.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/results.h"
#include "tinyml/base/error.h"
#include "tinyml/project/models/model_files.h"

namespace tinyml::cli {
namespace {

struct Options {
  std::string model, data, labels, out, method = "int8", calibration;
  bool keep_dead_channels = false;
  quantize::OptimizeOptions chosen;
  std::vector<CLI::Option*> of_files;  // that a project does not take
  CLI::Option* calibration_option = nullptr;
};

void quantize_project(const Options& options, const Context& context) {
  for (const CLI::Option* option : options.of_files) {
    if (option->count() == 0) continue;
    throw Error(ErrorKind::invalid_argument,
                option->get_name() + " is for model files; " + options.model +
                    " is a project, which quantizes its own net with its own data: leave it out");
  }
  const auto calibration =
      quantize::parse_calibration(options.calibration.empty() ? "percentile" : options.calibration);
  with_classifier(options.model, context.threads, [&](auto& classifier) {
    if constexpr (requires { classifier.quantize(calibration, context.progress()); }) {
      classifier.check_folder(options.model);
      classifier.quantize(calibration, context.progress());
      classifier.save(options.model);
      const auto evaluation = classifier.evaluate();
      std::printf("%s", context.json ? (to_json(evaluation).dump(2) + "\n").c_str()
                                     : to_text(evaluation, classifier).c_str());
    } else {
      throw Error(
          ErrorKind::unsupported,
          "an anomaly detector's int8 ranges follow from its calibrated score: train it again instead");
    }
  });
}

/// Options of another method than the chosen one. Errors: invalid_argument.
void check_options(const Options& options, quantize::Method method) {
  std::vector<const CLI::Option*> given(options.of_files.begin(), options.of_files.end());
  given.push_back(options.calibration_option);
  for (const CLI::Option* option : given) {
    if (option->count() == 0) continue;
    std::string name = option->get_single_name();
    std::replace(name.begin(), name.end(), '-', '_');
    with_context("--" + option->get_single_name(), [&] {
      quantize::check_option_of(method, name == "keep_dead_channels" ? "fold_dead_channels" : name);
    });
    if (name == "most_loss" && options.labels.empty())
      throw Error(ErrorKind::invalid_argument, "--most-loss is of accuracy: give --labels, too");
  }
}

void quantize_file(const Options& options, const Context& context) {
  project::QuantizeFile request{options.model, options.data, options.labels, options.out, options.chosen};
  request.options.method = quantize::parse_method(options.method);
  check_options(options, request.options.method);
  if (!options.calibration.empty())
    request.options.calibration.method = quantize::parse_calibration(options.calibration);
  request.options.fold_dead_channels = !options.keep_dead_channels;
  request.options.progress = context.progress();
  const project::QuantizedFile made = project::quantize_file(request, context.threads);
  std::printf("%s", context.json ? (to_json(request, made) + "\n").c_str() : to_text(request, made).c_str());
}

}  // namespace

void add_quantize(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "quantize", "Make a float model small, with examples of what it will see; or a project's net anew");
  add_path(*verb, "model", options->model, "A model file, or a trained project folder")->required();
  options->calibration_option = verb->add_option(
      "--calibration", options->calibration,
      "How ranges are taken: min_max (default of model files), percentile (of projects) or mse");
  quantize::OptimizeOptions& chosen = options->chosen;
  options->of_files = {
      add_path(*verb, "--data", options->data, "Some hundred examples: a .npy, .npz or .csv file"),
      add_path(*verb, "--labels", options->labels, "The class of every example: a .npy or .csv file"),
      add_path(*verb, "--out", options->out, "The .tflite file to write"),
      verb->add_option("--method", options->method, "int8, int16x8, mixed, int8_qat or float16")
          ->capture_default_str(),
      verb->add_flag("--equalize", chosen.equalize, "Equalise the layers' ranges before"),
      verb->add_flag("--correct-bias", chosen.correct_bias, "Correct biases by what the layers lose"),
      verb->add_flag("--keep-dead-channels", options->keep_dead_channels,
                     "Keep channels that provably never matter"),
      verb->add_option("--least-sqnr-db", chosen.mixed.least_sqnr_db, "Of mixed: what the outputs keep")
          ->capture_default_str(),
      verb->add_option("--most-loss", chosen.mixed.most_loss,
                       "Of mixed with labels: accuracy that may be lost")
          ->capture_default_str(),
      verb->add_option("--epochs", chosen.tuning.epochs, "Of int8_qat")->capture_default_str(),
      verb->add_option("--batch", chosen.tuning.batch, "Of int8_qat")->capture_default_str(),
      verb->add_option("--learning-rate", chosen.tuning.learning_rate, "Of int8_qat")->capture_default_str(),
      verb->add_option("--teacher", chosen.tuning.teacher,
                       "Of int8_qat with labels: the share of the model's own answers in what is learnt")
          ->capture_default_str(),
      verb->add_option("--seed", chosen.tuning.seed, "Of int8_qat")->capture_default_str()};
  verb->callback([options, &context] {
    if (std::filesystem::is_directory(options->model)) {
      quantize_project(*options, context);
    } else {
      quantize_file(*options, context);
    }
  });
}

}  // namespace tinyml::cli
