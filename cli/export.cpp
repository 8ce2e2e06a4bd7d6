// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/any_classifier.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "tinyml/base/error.h"

namespace tinyml::cli {

void add_export(CLI::App& app, Context& context) {
  struct Options {
    std::string project, to = "arduino", out;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("export", "Write what another toolchain takes");
  add_path(*verb, "project", options->project, "A trained project folder")->required();
  verb->add_option("--to", options->to,
                   "arduino (library folder and .zip), tflite or c_array; of anomalies and images also cpp")
      ->capture_default_str();
  add_path(*verb, "--out", options->out, "Folder to write to")->required();
  verb->callback([options, &context] {
    std::vector<std::filesystem::path> files;
    with_classifier(options->project, context.threads, [&](const auto& classifier) {
      files = classifier.export_to(options->to, options->out, context.command_line);
    });
    nlohmann::json list = nlohmann::json::array();
    for (const auto& file : files) list.push_back(file.string());
    if (context.json) {
      std::printf("%s\n", nlohmann::json{{"to", options->to}, {"written", list}}.dump(2).c_str());
    } else {
      for (const auto& file : files) std::printf("Wrote %s\n", file.c_str());
    }
  });
}

void add_deploy(CLI::App& app, Context& context) {
  struct Options {
    std::string project, board = "arduino:mbed_nano:nano33ble", port;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("deploy", "Compile an example sketch and upload it to an Arduino");
  add_path(*verb, "project", options->project, "A trained project folder")->required();
  verb->add_option("--board", options->board, "Arduino's fully qualified board name")->capture_default_str();
  add_path(*verb, "--port", options->port, "Serial port, such as /dev/ttyACM0")->required();
  verb->callback([options, &context] {
    with_classifier(options->project, context.threads, [&](const auto& classifier) {
      classifier.deploy_to_arduino(options->board, options->port);
    });
    if (context.json) {
      std::printf("%s\n", nlohmann::json{{"board", options->board}, {"port", options->port}}.dump(2).c_str());
    } else {
      std::printf("The board on %s runs %s\n", options->port.c_str(), options->project.c_str());
    }
  });
}

}  // namespace tinyml::cli
