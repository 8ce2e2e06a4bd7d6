// SPDX-License-Identifier: Apache-2.0
#include "cli/project_options.h"

#include <CLI/CLI.hpp>

#include "cli/paths.h"
#include "tinyml/base/error.h"

namespace tinyml::cli {

CLI::Option* add_keywords(CLI::App& verb, std::vector<std::string>& keywords, const std::string& help) {
  return verb.add_option("--keywords", keywords, help)
      ->delimiter(',')
      ->transform([](const std::string& keyword) { return CLI::detail::trim_copy(keyword); });
}

void ProjectOptions::add_to(CLI::App& verb) {
  add_path(verb, "--data", data, "Folder of label folders, or a labels.csv; of sensors also one file");
  const std::vector<ProjectKind> audio{ProjectKind::audio};
  const std::vector<ProjectKind> classifiers{ProjectKind::audio, ProjectKind::sensors};
  const std::vector<ProjectKind> nets{ProjectKind::audio, ProjectKind::sensors, ProjectKind::images};
  const std::vector<ProjectKind> all{ProjectKind::audio, ProjectKind::sensors, ProjectKind::anomalies,
                                     ProjectKind::images};
  const auto add = [&](const std::vector<ProjectKind>& kinds, const char* name, auto& value,
                       const char* help) {
    CLI::Option* option = verb.add_option(name, value, help);
    readers.add(option, kinds);
    return option;
  };
  add(all, "--task", task,
      "keyword_spotting, wake_word or sound_classification; of sensors sensor_classification, gesture or "
      "anomaly_detection; image_classification")
      ->capture_default_str();
  readers.add(add_keywords(verb, keywords, "Keywords, separated by commas"), audio);
  add(audio, "--sample-rate", sample_rate_hz, "Hz")->capture_default_str();
  add(audio, "--window-ms", window_ms, "What one answer listens to")->capture_default_str();
  add(classifiers, "--features", features,
      "mfe (log-mel, default) or mfcc; of sensors raw, flatten, spectral or wavelet");
  add(nets, "--architecture", architecture,
      "hybrid (default), hybrid_small, ds_cnn or tc_resnet; of sensors cnn_1d and its kin, lstm, gru, dense; "
      "of "
      "images cnn_2d, cnn_2d_strided, mobilenet_v1, mobilenet_v1_stem4, mobilenet_v2 or mobilenet_v2_tiny");
  verb.add_option("--epochs", epochs, "Rounds of training");
  verb.add_option("--seed", seed, "Of everything random");
  verb.add_option("--board", board, "Any name of a board (see tinyml boards)");
}

project::AudioConfig ProjectOptions::config() const {
  project::AudioConfig config;
  config.data.task = project::parse_task(task);
  config.data.path = data;
  config.data.keywords = keywords;
  config.data.sample_rate_hz = sample_rate_hz;
  config.data.window_ms = window_ms;
  if (config.data.task == project::Task::sound_classification) config.name = "sounds";
  if (!features.empty() && features != "mfe" && features != "mfcc") {
    throw Error(ErrorKind::invalid_argument, "unknown features \"" + features + "\": mfe or mfcc");
  }
  config.features.mfcc = features == "mfcc";
  if (!architecture.empty()) config.model.architecture = architecture;
  config.training.epochs = epochs.value_or(config.training.epochs);
  config.training.seed = seed.value_or(config.training.seed);
  if (!board.empty()) config.target.board = board;
  project::check(config);
  return config;
}

}  // namespace tinyml::cli
