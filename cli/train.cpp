// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/project_options.h"
#include "cli/results.h"
#include "tinyml/base/error.h"
#include "tinyml/project/audio_classifier.h"

namespace tinyml::cli {
namespace fs = std::filesystem;
namespace {

struct Options : ProjectOptions {
  std::string what, out;
};

void run(const Options& options, const Context& context) {
  const bool one_step = options.what == "kws";
  if (one_step && (options.out.empty() || options.data.empty())) {
    throw Error(ErrorKind::invalid_argument, "train kws needs --data and --out");
  }
  const fs::path folder = one_step ? options.out : options.what;
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error(ErrorKind::invalid_argument, folder.string() + " is not a folder");
  }
  project::Config config = one_step ? options.config() : project::read_config(folder / "tinyml.toml");
  // A path in tinyml.toml is relative to the project; one on the command line to where the user stands.
  if (one_step) config.data.path = fs::absolute(options.data).lexically_normal().string();
  if (config.data.path.empty()) {
    throw Error(ErrorKind::invalid_argument, (folder / "tinyml.toml").string() + ": [data] path is empty");
  }
  AudioClassifier classifier(config, context.threads);
  AudioClassifier::check_folder(folder);
  classifier.train(one_step ? fs::path(config.data.path) : folder / config.data.path, context.progress());
  classifier.save(folder);

  const Evaluation evaluation = classifier.evaluate();
  if (context.json) {
    nlohmann::json document = to_json(evaluation);
    document["project"] = folder.string();
    document["training_seconds"] = classifier.model().log.training_seconds;
    document["feature_seconds"] = classifier.model().log.feature_seconds;
    document["best_epoch"] = classifier.model().log.best_epoch + 1;
    document["refit"] = classifier.model().log.refit;
    std::printf("%s\n", document.dump(2).c_str());
  } else {
    std::printf("%s%sReport: %s\n", classifier.summary().c_str(), to_text(evaluation).c_str(),
                (folder / "report.html").c_str());
  }
}

}  // namespace

void add_train(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("train", "Train, quantize and report; \"train kws\" makes the project as well");
  add_path(*verb, "project", options->what, "A project folder, or kws with --data, --keywords and --out")
      ->required();
  add_path(*verb, "--out", options->out, "The project folder that train kws makes");
  options->add_to(*verb);
  verb->callback([options, verb, &context] {
    for (const CLI::Option* option : verb->get_options()) {
      if (options->what == "kws" || option->count() == 0 || option->get_positional()) continue;
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("{} is for train kws; this project's is set in {}", option->get_name(),
                              (fs::path(options->what) / "tinyml.toml").string()));
    }
    run(*options, context);
  });
}

}  // namespace tinyml::cli
