// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/sensor_options.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml::cli {

void add_init(CLI::App& app, Context& context) {
  struct Options : AnyProjectOptions {
    std::string folder;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("init", "Make a project folder with its tinyml.toml");
  add_path(*verb, "folder", options->folder, "Where")->required();
  options->add_to(*verb);
  verb->callback([options, &context] {
    const std::filesystem::path file = std::filesystem::path(options->folder) / "tinyml.toml";
    if (std::filesystem::exists(file)) {
      throw Error(ErrorKind::invalid_argument,
                  file.string() + " is there already: edit it, or choose another folder");
    }
    const ProjectKind kind = options->kind();
    write_text(file, kind == ProjectKind::anomalies ? project::to_toml(options->anomaly_config())
                     : kind == ProjectKind::sensors ? project::to_toml(options->sensor_config())
                     : kind == ProjectKind::images  ? project::to_toml(options->image_config())
                                                    : project::to_toml(options->audio_config()));
    if (context.json) {
      std::printf("%s\n",
                  nlohmann::json{{"project", options->folder}, {"config", file.string()}}.dump(2).c_str());
    } else {
      std::printf("Wrote %s. Next: tinyml train %s\n", file.c_str(), options->folder.c_str());
    }
  });
}

}  // namespace tinyml::cli
