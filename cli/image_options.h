// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cli/option_readers.h"
#include "tinyml/project/images/image_config.h"

namespace CLI {
class App;
}  // namespace CLI

namespace tinyml::cli {

/// The options of image projects that no other kind has.
struct ImageOptions {
  std::optional<std::string> size, camera, colour, resize, pixel_format, pixel_range, backbone;
  std::optional<double> net_width;

  void add_to(CLI::App& verb, OptionReaders& readers);
  /// Into `config`. Errors: invalid_argument naming the option.
  void apply(project::ImageConfig& config) const;
};

}  // namespace tinyml::cli
