// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/data/dataset.h"

namespace tinyml::data {

/// One file to load.
struct Source {
  std::filesystem::path file;
  std::string label;
  std::string word;
  std::string group;
  std::optional<Split> split;
  bool background = false;
};

/// By its ending: WAV, FLAC or OGG.
bool is_audio_file(const std::filesystem::path& file);

/// Which files of a data set are its examples, and what messages call them.
struct FileKind {
  bool (*is_one)(const std::filesystem::path& file) = is_audio_file;
  std::string names = "WAV, FLAC or OGG files";
};

/// What load_dataset would load, sorted by path, without opening one of the files.
std::vector<Source> find_sources(const std::filesystem::path& path, bool keyword_spotting,
                                 const FileKind& kind = {});

}  // namespace tinyml::data
