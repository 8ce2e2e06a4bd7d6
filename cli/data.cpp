// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/paths.h"
#include "cli/project_options.h"
#include "cli/terminal.h"
#include "tinyml/project/audio/recordings.h"

namespace tinyml::cli {
namespace fs = std::filesystem;
namespace {

void show(const std::vector<project::LabelCount>& counts, const Context& context) {
  nlohmann::json document = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows{{"label", "train", "validation", "test"}};
  for (const project::LabelCount& c : counts) {
    rows.push_back({c.label, std::to_string(c.train), std::to_string(c.validation), std::to_string(c.test)});
    document.push_back(
        {{"label", c.label}, {"train", c.train}, {"validation", c.validation}, {"test", c.test}});
  }
  std::printf("%s", context.json ? (document.dump(2) + "\n").c_str() : table(rows).c_str());
}

}  // namespace

void add_data(CLI::App& app, Context& context) {
  CLI::App* verb = app.add_subcommand("data", "Add, list, split and synthesize recordings");
  verb->require_subcommand(1);
  struct Options {
    std::string path, label, out;
    std::vector<std::string> files, keywords;
    int32_t clips = 120;
    uint64_t seed = 1;
  };
  auto options = std::make_shared<Options>();

  CLI::App* add = verb->add_subcommand("add", "Copy recordings under a label");
  add_path(*add, "folder", options->path, "The data folder")->required();
  add_path(*add, "files", options->files, "WAV, FLAC or OGG, any rate and channels")->required();
  add->add_option("--label", options->label)->required();
  add->callback([options, &context] {
    project::add_recordings(options->path, options->label, {options->files.begin(), options->files.end()});
    if (context.json) {
      std::printf(
          "%s\n",
          nlohmann::json{{"added", options->files.size()}, {"label", options->label}}.dump(2).c_str());
    } else {
      std::printf("Added %zu recordings to %s\n", options->files.size(),
                  (fs::path(options->path) / options->label).c_str());
    }
  });

  CLI::App* lister = verb->add_subcommand("list", "Clips a label and split");
  add_path(*lister, "path", options->path, "Folder of label folders, or a labels.csv")->required();
  add_keywords(*lister, options->keywords, "Show the classes of keyword spotting");
  lister->callback([options, &context] {
    show(project::list_recordings(options->path, options->keywords, context.threads), context);
  });

  CLI::App* split =
      verb->add_subcommand("split", "Write labels.csv with train, validation and test by speaker");
  add_path(*split, "folder", options->path, "Folder of label folders")->required();
  split->callback(
      [options, &context] { show(project::split_recordings(options->path, context.threads), context); });

  CLI::App* synth =
      verb->add_subcommand("synth", "Speak keywords in many voices, so that no recordings are needed");
  add_keywords(*synth, options->keywords, "Separated by commas")->required();
  add_path(*synth, "--out", options->out, "The folder to make")->required();
  synth->add_option("--clips", options->clips, "Clips a keyword")->capture_default_str();
  synth->add_option("--seed", options->seed)->capture_default_str();
  synth->callback([options, &context] {
    data::SynthOptions synth_options;
    synth_options.keywords = options->keywords;
    synth_options.clips_per_keyword = options->clips;
    synth_options.seed = options->seed;
    synth_options.progress = context.progress();
    synth_options.threads = context.threads;
    show(project::synthesize_recordings(options->out, synth_options), context);
  });
}

}  // namespace tinyml::cli
