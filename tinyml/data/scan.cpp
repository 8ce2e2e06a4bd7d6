// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/split.h"

namespace tinyml::data {
namespace fs = std::filesystem;
namespace {

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_background(std::string_view name, bool keyword_spotting) {
  return name == "_background_noise_" ||
         (keyword_spotting && (name == "background" || name == "background_noise"));
}

std::string plain_label(const std::string& name, bool keyword_spotting) {
  if (keyword_spotting && name == "_silence_") return "silence";
  if (keyword_spotting && name == "_unknown_") return "unknown";
  return name;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && !is_hidden(entry.path())) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void add_folder(std::vector<Source>& sources, const fs::path& folder, bool keyword_spotting,
                const FileKind& kind, std::optional<Split> split) {
  const std::string name = folder.filename().string();
  const std::string label = plain_label(name, keyword_spotting);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || !kind.is_one(entry.path()) || is_hidden(entry.path())) continue;
    sources.push_back({entry.path(), label, label == "unknown" && keyword_spotting ? "" : name,
                       group_of_file(entry.path().generic_string(), label), split,
                       is_background(name, keyword_spotting)});
  }
}

std::vector<Source> from_folders(const fs::path& root, bool keyword_spotting, const FileKind& kind) {
  std::vector<Source> sources;
  const std::vector<fs::path> folders = folders_in(root);
  const bool by_split =
      !folders.empty() && std::all_of(folders.begin(), folders.end(), [](const fs::path& f) {
        return parse_split(f.filename().string()) && !folders_in(f).empty();
      });
  for (const fs::path& folder : folders) {
    if (!by_split) {
      add_folder(sources, folder, keyword_spotting, kind, std::nullopt);
      continue;
    }
    for (const fs::path& inner : folders_in(folder)) {
      add_folder(sources, inner, keyword_spotting, kind, parse_split(folder.filename().string()));
    }
  }
  if (sources.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("{} has neither a labels.csv nor label folders with {}",
                                                  root.string(), kind.names));
  }
  return sources;
}

std::vector<Source> from_csv(const fs::path& csv, bool keyword_spotting, const FileKind& kind) {
  std::vector<Source> sources;
  const fs::path root = csv.parent_path();
  bool background = false;
  for (LabelRow& row : parse_labels_csv(read_text(csv), csv.string())) {
    const fs::path file = root / row.path;
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
      throw Error(ErrorKind::not_found,
                  fmt::format("{} line {}: no file {}", csv.string(), row.line, file.string()));
    }
    Source source{file,      plain_label(row.label, keyword_spotting),  row.word, row.group,
                  row.split, is_background(row.label, keyword_spotting)};
    if (source.word.empty() && source.label != "unknown") source.word = source.label;
    if (source.group.empty()) source.group = group_of_file(row.path, source.label);
    background |= source.background;
    sources.push_back(std::move(source));
  }
  for (const char* name : {"_background_noise_", "background"}) {
    std::error_code ignored;
    if (background || !is_background(name, keyword_spotting) || !fs::is_directory(root / name, ignored)) {
      continue;
    }
    add_folder(sources, root / name, keyword_spotting, kind, std::nullopt);
    background = true;
  }
  return sources;
}

}  // namespace

bool is_audio_file(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".wav" || ending == ".flac" || ending == ".ogg" || ending == ".oga";
}

std::vector<Source> find_sources(const fs::path& path, bool keyword_spotting, const FileKind& kind) {
  try {
    if (!fs::exists(path)) throw Error(ErrorKind::not_found, fmt::format("no folder {}", path.string()));
    std::vector<Source> sources;
    if (!fs::is_directory(path)) {
      sources = from_csv(path, keyword_spotting, kind);
    } else if (fs::exists(path / "labels.csv")) {
      sources = from_csv(path / "labels.csv", keyword_spotting, kind);
    } else {
      sources = from_folders(path, keyword_spotting, kind);
    }
    std::stable_sort(sources.begin(), sources.end(),
                     [](const Source& a, const Source& b) { return a.file < b.file; });
    return sources;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io,
                fmt::format("cannot read {}: {}", error.path1().string(), error.code().message()));
  }
}

}  // namespace tinyml::data
