// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/data/synth.h"

namespace tinyml::project {

/// The clips of a label in each split.
struct LabelCount {
  std::string label;
  int64_t train = 0, validation = 0, test = 0;
};

/// What loading makes of a folder of label folders or a labels.csv; with keywords, the classes of keyword
/// spotting. Errors: as data::load_dataset.
std::vector<LabelCount> list_recordings(const std::filesystem::path& data,
                                        const std::vector<std::string>& keywords, int threads);

/// Stores WAV, FLAC or OGG files as 16 kHz WAVs in `folder`/`label`: all, or none where one cannot be decoded
/// or written. Errors: invalid_argument for a label that is no folder's name, for a name that is there
/// already or comes twice, for recordings of sensors; as data::read_audio; io.
void add_recordings(const std::filesystem::path& folder, const std::string& label,
                    const std::vector<std::filesystem::path>& files);

/// Writes labels.csv with the splits that loading chooses, so that they can be seen and edited.
std::vector<LabelCount> split_recordings(const std::filesystem::path& folder, int threads);

/// data::synthesize, and what it made.
std::vector<LabelCount> synthesize_recordings(const std::filesystem::path& folder,
                                              const data::SynthOptions& options);

}  // namespace tinyml::project
