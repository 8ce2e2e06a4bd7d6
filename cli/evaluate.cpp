// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/results.h"

namespace tinyml::cli {

void add_evaluate(CLI::App& app, Context& context) {
  struct Options {
    std::string project, data;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("evaluate", "Accuracy of float32 and int8 on clips that training did not see");
  verb->add_option("project", options->project, "A trained project folder")->required();
  verb->add_option("--data", options->data, "Other clips than the project's test split");
  verb->callback([options, &context] {
    const AudioClassifier classifier = AudioClassifier::load(options->project, context.threads);
    const Evaluation evaluation = classifier.evaluate(options->data, context.progress());
    std::printf("%s",
                context.json ? (to_json(evaluation).dump(2) + "\n").c_str() : to_text(evaluation).c_str());
  });
}

void add_quantize(CLI::App& app, Context& context) {
  struct Options {
    std::string project, calibration = "percentile";
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("quantize", "Quantize the trained float net to int8 again");
  verb->add_option("project", options->project, "A trained project folder")->required();
  verb->add_option("--calibration", options->calibration, "min_max, percentile or mse")
      ->capture_default_str();
  verb->callback([options, &context] {
    const auto calibration = quantize::parse_calibration(options->calibration);
    AudioClassifier classifier = AudioClassifier::load(options->project, context.threads);
    classifier.quantize(calibration, context.progress());
    classifier.save(options->project);
    const Evaluation evaluation = classifier.evaluate();
    std::printf("%s",
                context.json ? (to_json(evaluation).dump(2) + "\n").c_str() : to_text(evaluation).c_str());
  });
}

}  // namespace tinyml::cli
