// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/data/sensor_csv.h"
#include "tinyml/data/sensor_recording.h"

namespace tinyml::data {

/// Recordings that share their channels and their rate.
struct SensorDataset {
  double rate_hz = 0;  // 0: unknown
  std::vector<Channel> channels;
  std::vector<std::string> labels;
  std::vector<SensorRecording> recordings;
};

/// How recordings get a split that the data does not give. group: by the hash of their group, repaired so
/// that labels are in all splits (see split.h). time: every recording is cut in three, its first part for
/// training, then validation, then test, so no window shares samples with another split. order: of each
/// label's recordings the last are for test, the ones before them for validation. automatic: group if there
/// are three groups or more, else time.
enum class SplitBy { automatic, group, time, order };

struct SensorSplit {
  SplitBy by = SplitBy::automatic;
  double validation_fraction = 0.15;
  double test_fraction = 0.15;
  /// These groups go to validation and test, whatever `by` says. Without test groups there is no test split;
  /// without validation groups they are drawn from the groups that are left.
  std::vector<std::string> validation_groups;
  std::vector<std::string> test_groups;
};

struct SensorLoadOptions {
  SensorCsvOptions csv;
  double rate_hz = 0;  // 0: the data's own, the median where clocks are not the same
  double gap_periods = 10;
  Gaps gaps = Gaps::split;
  /// Every folder that holds files is one recording, each file a sensor of it; channels are then called
  /// file.channel, and rate_hz has to be given.
  bool fuse = false;
  std::string file_pattern;   // regular expression found in the paths (below the root) to read; empty: all
  std::string group_pattern;  // regular expression on such a path; its first group names the group
  /// The key of signed Edge Impulse files; empty does not verify signatures.
  std::string hmac_key;
  /// Where no folder, list, column or file name tells a label.
  std::string default_label = "normal";
  /// The labels to keep, in this order; empty keeps all, sorted.
  std::vector<std::string> labels;
  SensorSplit split;
  ProgressHook progress;
};

/// Loads
/// - a folder of label folders, or of train, validation and test folders with these;
/// - a folder with a labels.csv, or such a file (see labels_csv.h; file reads as path, subject as group);
/// - a folder of files that have a label column, or else are named label.anything.csv;
/// - one file.
/// Files are CSV (.csv, .tsv, .txt; see sensor_csv.h), Edge Impulse's JSON and CBOR (see acquisition.h) and
/// strokes (see strokes.h). A folder's or a list's label goes before the one in a file. The group is the
/// list's, group_pattern's, the file's own (group_column, run_columns), or the file. Rows of files without a
/// clock come at csv.row_rate_hz, or else at rate_hz.
/// The same files give the same dataset on any machine. Errors: not_found, bad_file with the file's name;
/// invalid_argument: recordings of different channels, clocks known and unknown, clocks far slower than
/// rate_hz, a label that has no recording; interrupted.
SensorDataset load_sensor_dataset(const std::filesystem::path& path, const SensorLoadOptions& options = {});

/// The same for recordings in memory, with or without times of their own; a recording without either times or
/// a rate comes at csv.row_rate_hz, or else at options.rate_hz. Without a group a recording is its own, named
/// by its path if it has one. `keep_splits` keeps the recordings' splits. `where` is what messages call the
/// data. Errors also for values and times that are not finite, descending times and bad intervals.
SensorDataset make_sensor_dataset(std::vector<TimedRecording> recordings,
                                  const SensorLoadOptions& options = {}, bool keep_splits = false,
                                  const std::string& where = "the data");
SensorDataset make_sensor_dataset(std::vector<SensorRecording> recordings,
                                  const SensorLoadOptions& options = {}, bool keep_splits = false,
                                  const std::string& where = "the data");

/// Splits anew. Errors: invalid_argument for fractions that are none and groups that are not there.
void split_sensor_dataset(SensorDataset& dataset, const SensorSplit& split);

/// The fold in [0, k) of each recording, as folds() of split.h does it: no group is in two folds; with k the
/// number of groups each is left out once. Errors: invalid_argument for k < 2 or fewer groups than k.
std::vector<int32_t> sensor_folds(const SensorDataset& dataset, int32_t k, uint64_t seed);

/// The different groups, sorted.
std::vector<std::string> groups_of(const SensorDataset& dataset);

}  // namespace tinyml::data
