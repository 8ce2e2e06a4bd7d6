// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/any_classifier.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/results.h"

namespace tinyml::cli {
namespace {

template <class Evaluated, class Classifier>
void print(const Evaluated& evaluation, const Classifier& classifier, const Context& context) {
  const std::string text =
      context.json ? to_json(evaluation).dump(2) + "\n" : to_text(evaluation, classifier);
  std::printf("%s", text.c_str());
}

}  // namespace

void add_evaluate(CLI::App& app, Context& context) {
  struct Options {
    std::string project, data;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("evaluate", "What float32 and int8 are worth on data that training did not see");
  add_path(*verb, "project", options->project, "A trained project folder")->required();
  add_path(*verb, "--data", options->data, "Other data than the project's own test split");
  verb->callback([options, &context] {
    with_classifier(options->project, context.threads, [&](const auto& classifier) {
      print(classifier.evaluate(std::filesystem::path(options->data), context.progress()), classifier,
            context);
    });
  });
}

}  // namespace tinyml::cli
