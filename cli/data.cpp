// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/project_options.h"
#include "cli/terminal.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/data/audio.h"
#include "tinyml/data/dataset.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/synth.h"

namespace tinyml::cli {
namespace fs = std::filesystem;
namespace {

data::Dataset load(const std::string& path, const std::vector<std::string>& keywords) {
  data::LoadOptions options;
  options.keywords = keywords;
  options.unknown_and_silence = !keywords.empty();
  return data::load_dataset(path, options);
}

void list(const data::Dataset& dataset, const Context& context) {
  std::map<std::string, std::map<data::Split, int64_t>> counts;
  for (const data::Recording& recording : dataset.recordings) ++counts[recording.label][recording.split];
  nlohmann::json document = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows{{"label", "train", "validation", "test"}};
  for (const std::string& label : dataset.labels) {
    auto& splits = counts[label];
    rows.push_back({label, std::to_string(splits[data::Split::train]),
                    std::to_string(splits[data::Split::validation]),
                    std::to_string(splits[data::Split::test])});
    document.push_back({{"label", label},
                        {"train", splits[data::Split::train]},
                        {"validation", splits[data::Split::validation]},
                        {"test", splits[data::Split::test]}});
  }
  std::printf("%s", context.json ? (document.dump(2) + "\n").c_str() : table(rows).c_str());
}

/// Decodes every file before anything is written, then stores 16 kHz WAVs under their label.
void add_files(const std::string& folder, const std::string& label, const std::vector<std::string>& files,
               const Context& context) {
  if (label.empty() || label.find('/') != std::string::npos || label[0] == '.') {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" is not a label: a folder's name is wanted", label));
  }
  constexpr int32_t kRateHz = 16000;
  std::vector<std::pair<fs::path, data::Audio>> decoded;
  for (const std::string& file : files) {
    const fs::path target = fs::path(folder) / label / (fs::path(file).stem().string() + ".wav");
    for (const auto& [other, audio] : decoded) {
      if (other == target)
        throw Error(ErrorKind::invalid_argument, file + ": an earlier file has this name too");
    }
    if (fs::exists(target)) throw Error(ErrorKind::invalid_argument, target.string() + " is there already");
    decoded.emplace_back(target, data::read_audio(file, kRateHz));
  }
  for (const auto& [target, audio] : decoded) data::write_wav(target, audio);
  if (context.json) {
    std::printf("%s\n", nlohmann::json{{"added", decoded.size()}, {"label", label}}.dump(2).c_str());
  } else {
    std::printf("Added %zu recordings to %s\n", decoded.size(), (fs::path(folder) / label).c_str());
  }
}

/// Writes labels.csv with the splits that loading chooses, so that they can be seen and edited.
void write_splits(const std::string& folder, const Context& context) {
  const data::Dataset dataset = load(folder, {});
  std::string csv = "path,label,word,speaker,split\n";
  for (const data::Recording& r : dataset.recordings) {
    if (r.path.empty()) continue;
    csv += fmt::format("{},{},{},{},{}\n", data::csv_field(fs::relative(r.path, folder).string()),
                       data::csv_field(r.label), data::csv_field(r.word), data::csv_field(r.group),
                       name_of(r.split));
  }
  write_text(fs::path(folder) / "labels.csv", csv);
  list(dataset, context);
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
  add->add_option("folder", options->path, "The data folder")->required();
  add->add_option("files", options->files, "WAV, FLAC or OGG, any rate and channels")->required();
  add->add_option("--label", options->label)->required();
  add->callback([options, &context] { add_files(options->path, options->label, options->files, context); });

  CLI::App* lister = verb->add_subcommand("list", "Clips a label and split");
  lister->add_option("path", options->path, "Folder of label folders, or a labels.csv")->required();
  add_keywords(*lister, options->keywords, "Show the classes of keyword spotting");
  lister->callback([options, &context] { list(load(options->path, options->keywords), context); });

  CLI::App* split =
      verb->add_subcommand("split", "Write labels.csv with train, validation and test by speaker");
  split->add_option("folder", options->path, "Folder of label folders")->required();
  split->callback([options, &context] { write_splits(options->path, context); });

  CLI::App* synth =
      verb->add_subcommand("synth", "Speak keywords in many voices, so that no recordings are needed");
  add_keywords(*synth, options->keywords, "Separated by commas")->required();
  synth->add_option("--out", options->out, "The folder to make")->required();
  synth->add_option("--clips", options->clips, "Clips a keyword")->capture_default_str();
  synth->add_option("--seed", options->seed)->capture_default_str();
  synth->callback([options, &context] {
    data::SynthOptions synth_options;
    synth_options.keywords = options->keywords;
    synth_options.clips_per_keyword = options->clips;
    synth_options.seed = options->seed;
    synth_options.progress = context.progress();
    data::synthesize(options->out, synth_options);
    list(load(options->out, options->keywords), context);
  });
}

}  // namespace tinyml::cli
