// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/paths.h"
#include "tinyml/project/models/model_files.h"

namespace tinyml::cli {

void add_import(CLI::App& app, Context& context) {
  struct Options {
    std::string model, out;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("import", "Write a model of any format as .tflite, ready for a board");
  add_path(*verb, "model", options->model, "A .tflite, .onnx, .keras or .h5 file")->required();
  add_path(*verb, "--out", options->out, "The .tflite file to write")->required();
  verb->callback([options, &context] {
    const project::ImportedFile made = project::import_file(options->model, options->out);
    std::printf("%s", context.json ? (to_json(made, options->model, options->out) + "\n").c_str()
                                   : to_text(made, options->model, options->out).c_str());
  });
}

}  // namespace tinyml::cli
