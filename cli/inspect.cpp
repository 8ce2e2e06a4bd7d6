// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/paths.h"
#include "tinyml/base/file.h"
#include "tinyml/base/output_file.h"
#include "tinyml/project/models/inspect.h"
#include "tinyml/report/model_page.h"

namespace tinyml::cli {

void add_inspect(CLI::App& app, Context& context) {
  struct Options {
    std::string model, board, html;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("inspect", "What a model is, what it costs and what to do about it");
  add_path(*verb, "model", options->model, "A model file, or a trained project folder")->required();
  verb->add_option("--board", options->board, "Any name of a board (default: the project's)");
  add_path(*verb, "--html", options->html, "Write a page with the graph, too");
  verb->callback([options, &context] {
    if (!options->html.empty()) check_output(options->html, ".html", {options->model});
    const report::Inspection inspection = project::inspect(options->model, options->board);
    if (!options->html.empty()) write_text(options->html, to_html(inspection));
    std::printf("%s\n", (context.json ? to_json(inspection) : to_text(inspection)).c_str());
  });
}

}  // namespace tinyml::cli
