// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/anomaly_options.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/results.h"
#include "cli/sensor_options.h"
#include "tinyml/base/error.h"
#include "tinyml/project/audio/audio_classifier.h"
#include "tinyml/project/images/image_classifier.h"
#include "tinyml/project/sensors/sensor_classifier.h"

namespace tinyml::cli {
namespace fs = std::filesystem;
namespace {

const project::TrainingLog& log_of(const AudioClassifier& classifier) { return classifier.model().log; }
const project::TrainingLog& log_of(const SensorClassifier& classifier) { return classifier.model().nets.log; }
const project::TrainingLog& log_of(const ImageClassifier& classifier) { return classifier.model().log; }

struct Options : AnyProjectOptions {
  std::string what, out, calibrate;

  bool one_step() const {
    return what == "kws" || what == "sensors" || what == "anomaly" || what == "images";
  }
};

ProjectKind kind_of(const std::string& what) {
  return what == "kws"       ? ProjectKind::audio
         : what == "sensors" ? ProjectKind::sensors
         : what == "images"  ? ProjectKind::images
                             : ProjectKind::anomalies;
}

Error no_data(const fs::path& folder) {
  return {ErrorKind::invalid_argument, (folder / "tinyml.toml").string() + ": [data] path is empty"};
}

template <class Classifier, class Config>
void train(const fs::path& folder, const Options& options, Config config, const Context& context) {
  // A path in tinyml.toml is relative to the project; one on the command line to where the user stands.
  if (options.one_step()) config.data.path = fs::absolute(options.data).lexically_normal().string();
  if (config.data.path.empty()) throw no_data(folder);
  Classifier classifier(config, context.threads);
  if constexpr (requires { classifier.set_base(folder); }) classifier.set_base(folder);
  Classifier::check_folder(folder);
  classifier.train(options.one_step() ? fs::path(config.data.path) : folder / config.data.path,
                   context.progress());
  classifier.save(folder);

  const Evaluation evaluation = classifier.evaluate();
  const project::TrainingLog& log = log_of(classifier);
  if (context.json) {
    nlohmann::json document = to_json(evaluation);
    document["project"] = folder.string();
    document["training_seconds"] = log.training_seconds;
    document["feature_seconds"] = log.feature_seconds;
    document["best_epoch"] = log.best_epoch + 1;
    document["refit"] = log.refit;
    std::printf("%s\n", document.dump(2).c_str());
  } else {
    std::printf("%s%sReport: %s\n", classifier.summary().c_str(), to_text(evaluation).c_str(),
                (folder / "report.html").c_str());
  }
}

void run(const Options& options, const Context& context) {
  if (options.one_step() && (options.out.empty() || options.data.empty())) {
    throw Error(ErrorKind::invalid_argument, "train " + options.what + " needs --data and --out");
  }
  const fs::path folder = options.one_step() ? options.out : options.what;
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error(ErrorKind::invalid_argument, folder.string() + " is not a folder");
  }
  if (options.what == "anomaly") {
    train_anomaly(folder, options.anomaly_config(), options.data, context);
  } else if (options.what == "sensors") {
    train<SensorClassifier>(folder, options, options.sensor_config(), context);
  } else if (options.what == "images") {
    train<ImageClassifier>(folder, options, options.image_config(), context);
  } else if (options.what == "kws") {
    train<AudioClassifier>(folder, options, options.audio_config(), context);
  } else if (const std::string task = project::task_of_project(folder / "tinyml.toml");
             task == project::name_of(project::SensorTask::anomaly_detection)) {
    const AnomalyConfig config = project::read_anomaly_config(folder / "tinyml.toml");
    if (config.data.path.empty()) throw no_data(folder);
    train_anomaly(folder, config, folder / config.data.path, context);
  } else if (project::is_sensor_task(task)) {
    train<SensorClassifier>(folder, options, project::read_sensor_config(folder / "tinyml.toml"), context);
  } else if (task == project::kImageTask) {
    train<ImageClassifier>(folder, options, project::read_image_config(folder / "tinyml.toml"), context);
  } else {
    train<AudioClassifier>(folder, options, project::read_config(folder / "tinyml.toml"), context);
  }
}

}  // namespace

void add_train(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("train",
                                      "Train, quantize and report; \"train kws\", \"train sensors\", \"train "
                                      "anomaly\" and \"train images\" make the project as well");
  add_path(*verb, "project", options->what,
           "A project folder; or kws, sensors, anomaly or images with --data, --out and what the project is")
      ->required();
  add_path(*verb, "--out", options->out,
           "The project folder that train kws, sensors, anomaly or images makes");
  options->add_to(*verb);
  CLI::Option* calibrate =
      add_path(*verb, "--calibrate", options->calibrate,
               "New normal data that a trained anomaly project's score is calibrated on, without training");
  verb->callback([options, verb, calibrate, &context] {
    for (const CLI::Option* option : verb->get_options()) {
      if (options->one_step() || option->count() == 0 || option->get_positional() || option == calibrate) {
        continue;
      }
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("{} is for train kws, sensors, anomaly and images; this project's is set in {}",
                              option->get_name(), (fs::path(options->what) / "tinyml.toml").string()));
    }
    // The option's own default is a task of audio.
    if (options->what != "kws" && verb->count("--task") == 0) {
      options->task = options->what == "anomaly"  ? "anomaly_detection"
                      : options->what == "images" ? std::string(project::kImageTask)
                                                  : "sensor_classification";
    }
    if (calibrate->count() > 0) {
      if (options->one_step()) {
        throw Error(ErrorKind::invalid_argument,
                    "--calibrate is for a trained project folder, not for train " + options->what);
      }
      calibrate_anomaly(options->what, options->calibrate, context);
      return;
    }
    if (options->one_step() && options->kind() != kind_of(options->what)) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("train {} makes no project of the task {}", options->what, options->task));
    }
    run(*options, context);
  });
}

}  // namespace tinyml::cli
