// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/base/progress.h"

namespace tinyml::data {

enum class Split { train, validation, test };
std::string_view name_of(Split split);

struct Recording {
  std::string path;   // empty where the clip was made in memory
  std::string label;  // one of Dataset::labels
  std::string word;   // finer class within the label, such as the word behind "unknown"; may be empty
  std::string group;  // who or what was recorded; a group is never in two splits
  Split split = Split::train;
  std::vector<int16_t> samples;  // of any length
};

struct Dataset {
  int32_t sample_rate_hz = 0;
  std::vector<std::string> labels;
  std::vector<Recording> recordings;             // sorted by path, then the clips made in memory
  std::vector<std::vector<int16_t>> background;  // noise to mix into training clips; no class
};

struct LoadOptions {
  /// Keyword spotting: the keywords in the order of the labels; none takes every word of the data, sorted.
  /// Sound classification: the labels to keep, in this order; none keeps all.
  std::vector<std::string> keywords;
  int32_t sample_rate_hz = 16000;
  /// Keyword spotting: words that are no keyword become "unknown", and "silence" is a class.
  bool unknown_and_silence = true;
  double validation_fraction = 0.15;
  double test_fraction = 0.15;
  int threads = 0;  // that decode files; see ThreadPool
  ProgressHook progress;
};

/// Loads a folder of label folders (WAV, FLAC, OGG), a folder with a labels.csv, or a labels.csv file (see
/// labels_csv.h). A folder whose only subfolders are train, validation and test gives the splits.
///
/// Keyword spotting: the labels are the keywords, "unknown" if there is another word, and "silence". A
/// folder (or label) "background" or "_background_noise_" becomes Dataset::background. Without silence in
/// the data, silence clips are cut from the background (then only its first part stays as
/// Dataset::background, and later parts give the validation and test clips), or are quiet generated noise.
/// Sound classification: the labels of the data, sorted; only "_background_noise_" is no class.
///
/// Splits come from the data, or else from split.h. The same files give the same dataset on any machine.
/// Errors: not_found, bad_file, invalid_argument (a keyword without clips, one class only, a class with one
/// clip, a sample rate that is no rate), interrupted.
Dataset load_dataset(const std::filesystem::path& path, const LoadOptions& options);

/// The same for clips in memory at options.sample_rate_hz; of each recording, `label` and `samples` are
/// needed. Without a group or path a clip's samples name its group. Splits are assigned by split.h, or
/// kept from the recordings where `keep_splits`. `where` is what messages call the data.
Dataset make_dataset(std::vector<Recording> recordings, const LoadOptions& options, bool keep_splits = false,
                     const std::string& where = "the data");

/// The index in labels. Errors: invalid_argument with the nearest names.
size_t label_index(const Dataset& dataset, std::string_view label);

/// The indices of the recordings of a split, ascending.
std::vector<size_t> recordings_in(const Dataset& dataset, Split split);

}  // namespace tinyml::data
