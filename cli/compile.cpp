// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "tinyml/project/models/int8_net.h"
#include "tinyml/project/program.h"

namespace tinyml::cli {
namespace {

struct Options {
  std::string model, board, mode = "balanced", out;

  void add_to(CLI::App& verb) {
    add_path(verb, "model", model, "A trained project folder, or a .tflite, .onnx, .keras or .h5 file")
        ->required();
    verb.add_option("--board", board, "Any name of a board (default: the project's)");
    verb.add_option("--mode", mode, "size, balanced or speed")->capture_default_str();
  }
};

/// What is generated from a file bears the file's name.
project::Program load(const Options& options) {
  project::Program program = project::load_program(options.model, options.board);
  if (!std::filesystem::is_directory(options.model)) {
    program.net = project::int8_net(program.net, options.model);
    program.net.name = std::filesystem::path(options.model).stem().string();
  }
  return program;
}

void run_compile(const Options& options, const Context& context) {
  const project::Program program = load(options);
  const Mode mode = parse_mode(options.mode);
  const codegen::GeneratedModel made = project::compile(program.net, program.features, program.board, mode,
                                                        options.out, context.command_line, program.facade);
  if (context.json) {
    std::printf("%s\n", nlohmann::json{{"name", made.name},
                                       {"folder", options.out},
                                       {"arena_bytes", made.arena_bytes},
                                       {"state_bytes", made.state_bytes},
                                       {"table_bytes", made.table_bytes}}
                            .dump(2)
                            .c_str());
  } else {
    std::string files = made.header.name;
    if (program.facade) files += ", " + program.facade->name;
    std::printf("Wrote %s and %s to %s: arena %s, state %s, tables %s\n", files.c_str(),
                made.source.name.c_str(), options.out.c_str(), kilobytes(made.arena_bytes).c_str(),
                kilobytes(made.state_bytes).c_str(), kilobytes(made.table_bytes).c_str());
  }
}

void run_profile(const Options& options, const Context& context) {
  const project::Program program = load(options);
  const Mode mode = parse_mode(options.mode);
  const project::Profile profile = project::profile(program.net, program.features, program.board, mode);
  std::printf("%s\n", (context.json ? to_json(profile) : to_text(profile)).c_str());
}

}  // namespace

void add_compile(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("compile", "Write the C++ of a model for a board");
  options->add_to(*verb);
  add_path(*verb, "--out", options->out, "Folder for the sources")->required();
  verb->callback([options, &context] { run_compile(*options, context); });
}

void add_profile(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("profile", "Instructions, latency, RAM, flash and energy on an emulated board");
  options->add_to(*verb);
  verb->callback([options, &context] { run_profile(*options, context); });
}

}  // namespace tinyml::cli
