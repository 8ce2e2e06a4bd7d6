// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/any_classifier.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/results.h"
#include "cli/terminal.h"
#include "tinyml/base/error.h"

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

void add_compare(CLI::App& app, Context& context) {
  struct Options {
    std::string project, data;
    std::vector<std::string> cores{"host", "cortex_m0plus", "cortex_m4", "cortex_m7"};
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "compare",
      "Hold the generated program, on the host and on emulated cores, to the host engine, byte for byte");
  add_path(*verb, "project", options->project, "A trained project folder")->required();
  add_path(*verb, "--data", options->data, "Other data than the project's own test split");
  verb->add_option("--cores", options->cores, "Separated by commas; host: this machine's compiler")
      ->delimiter(',')
      ->capture_default_str();
  verb->callback([options, &context] {
    std::vector<Core> cores;
    for (const std::string& core : options->cores) cores.push_back(parse_core(core));
    std::vector<project::Agreement> agreements;
    with_classifier(options->project, context.threads, [&](const auto& classifier) {
      agreements = classifier.compare(cores, options->data, context.progress());
    });
    nlohmann::json document = nlohmann::json::array();
    std::vector<std::vector<std::string>> rows{{"from samples to scores", "equal bytes"}};
    bool all = true;
    for (const project::Agreement& a : agreements) {
      document.push_back({{"engine", a.engine}, {"equal", a.equal}, {"clips", a.clips}});
      rows.push_back({a.engine, std::to_string(a.equal) + "/" + std::to_string(a.clips)});
      all = all && a.equal == a.clips;
    }
    std::printf("%s", context.json ? (document.dump(2) + "\n").c_str() : table(rows).c_str());
    if (!all)
      throw Error(ErrorKind::unsupported,
                  "the generated program differs from the host engine: please report this");
  });
}

void add_quantize(CLI::App& app, Context& context) {
  struct Options {
    std::string project, calibration = "percentile";
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("quantize", "Quantize the trained float net to int8 again");
  add_path(*verb, "project", options->project, "A trained project folder")->required();
  verb->add_option("--calibration", options->calibration, "min_max, percentile or mse")
      ->capture_default_str();
  verb->callback([options, &context] {
    const auto calibration = quantize::parse_calibration(options->calibration);
    with_classifier(options->project, context.threads, [&](auto& classifier) {
      if constexpr (requires { classifier.quantize(calibration, context.progress()); }) {
        classifier.check_folder(options->project);
        classifier.quantize(calibration, context.progress());
        classifier.save(options->project);
        print(classifier.evaluate(), classifier, context);
      } else {
        throw Error(
            ErrorKind::unsupported,
            "an anomaly detector's int8 ranges follow from its calibrated score: train it again instead");
      }
    });
  });
}

}  // namespace tinyml::cli
