// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/option_readers.h"
#include "tinyml/project/audio/audio_config.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tinyml::cli {

/// --keywords, separated by commas; spaces around a keyword do not count.
CLI::Option* add_keywords(CLI::App& verb, std::vector<std::string>& keywords, const std::string& help);

/// The options that make a project of audio, shared by `init` and `train`.
struct ProjectOptions {
  std::string task = "keyword_spotting", data, architecture, board, features;
  std::vector<std::string> keywords;
  int32_t sample_rate_hz = 16000, window_ms = 1000;
  std::optional<int32_t> epochs;
  std::optional<uint64_t> seed;
  OptionReaders readers;

  void add_to(CLI::App& verb);
  /// The configuration, checked.
  project::AudioConfig config() const;
};

}  // namespace tinyml::cli
