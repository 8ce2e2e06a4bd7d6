// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/any_classifier.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "tinyml/base/error.h"
#include "tinyml/project/models/model_files.h"

namespace tinyml::cli {
namespace {

struct Options {
  std::string a, b, data, labels;
  std::vector<std::string> cores{"host", "cortex_m0plus", "cortex_m4", "cortex_m7"};
};

/// The generated program of a project, held to the host engine.
void compare_engines(const Options& options, const Context& context) {
  if (!options.labels.empty())
    throw Error(ErrorKind::invalid_argument, "--labels is for two models: tinyml compare A B --data FILE");
  std::vector<Core> cores;
  for (const std::string& core : options.cores) cores.push_back(parse_core(core));
  std::vector<project::Agreement> agreements;
  with_classifier(options.a, context.threads, [&](const auto& classifier) {
    agreements = classifier.compare(cores, options.data, context.progress());
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
}

void compare_models(const Options& options, const Context& context) {
  if (options.data.empty()) {
    throw Error(ErrorKind::invalid_argument,
                "--data is missing: examples that both models are run on, as a .npy, .npz or .csv file");
  }
  const project::ModelComparison made = project::compare_files(
      options.a, options.b, options.data, options.labels, context.threads, context.progress());
  std::printf("%s", context.json ? (to_json(made) + "\n").c_str() : to_text(made).c_str());
}

}  // namespace

void add_compare(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "compare",
      "Two models on the same data, output by output and layer by layer; or a project's generated program "
      "with the host engine, byte for byte");
  add_path(*verb, "model", options->a, "A model file, or a trained project folder")->required();
  CLI::Option* other = add_path(*verb, "other", options->b, "Another, to hold beside it");
  add_path(
      *verb, "--data", options->data,
      "Of two models: examples, a .npy, .npz or .csv file; of a project: other data than its test split");
  add_path(*verb, "--labels", options->labels,
           "Of two models: the class of every example, a .npy or .csv file");
  CLI::Option* cores = verb->add_option("--cores", options->cores,
                                        "Of a project, separated by commas; host: this machine's compiler")
                           ->delimiter(',')
                           ->capture_default_str();
  verb->callback([options, other, cores, &context] {
    const bool folder = std::filesystem::is_directory(options->a);
    if (other->count() == 0 && !folder && std::filesystem::exists(options->a)) {
      throw Error(
          ErrorKind::invalid_argument,
          options->a + " is one model: give another to hold beside it: tinyml compare A B --data FILE");
    }
    if (other->count() > 0 && cores->count() > 0)
      throw Error(ErrorKind::invalid_argument, "--cores is for one project: two models run on the host");
    if (other->count() > 0) {
      compare_models(*options, context);
    } else {
      compare_engines(*options, context);
    }
  });
}

}  // namespace tinyml::cli
