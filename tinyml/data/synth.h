// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/base/progress.h"

namespace tinyml::data {

struct SynthOptions {
  std::vector<std::string> keywords;
  int32_t clips_per_keyword = 120;
  int32_t unknown_clips = -1;  // negative: 2.5 times clips_per_keyword
  int32_t silence_clips = -1;  // negative: clips_per_keyword
  int32_t sample_rate_hz = 16000;
  uint64_t seed = 1;
  /// Words for the class "unknown"; none takes default_unknown_words(). Keywords and words that sound like
  /// one are left out.
  std::vector<std::string> unknown_words;
  int threads = 0;  // see ThreadPool
  ProgressHook progress;
};

const std::vector<std::string>& default_unknown_words();

/// Speaks the keywords, unknown words and silence into a new folder with espeak-ng (run as a program):
/// <label>/<speaker>_nohash_<n>.wav (mono, 16 bit, one second or the length of a longer phrase) and
/// labels.csv with path,label,word,speaker,split. A speaker is an accent and a voice; speed, pitch, place,
/// loudness, room echo and noise differ from clip to clip. No voice and no accent of the test split is in
/// training or validation, and a quarter of the unknown words is in validation and test only.
///
/// The folder appears when it is complete. The same options and espeak-ng version give the same files.
/// Errors: not_found without espeak-ng; invalid_argument for keywords that cannot be spoken or be folders,
/// for counts below 3 or above 100,000 in all, and for a folder that is there and not empty; io; interrupted.
void synthesize(const std::filesystem::path& out_folder, const SynthOptions& options);

}  // namespace tinyml::data
