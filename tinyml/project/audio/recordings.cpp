// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/audio/recordings.h"

#include <fmt/core.h>

#include <map>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/data/audio.h"
#include "tinyml/data/dataset.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/scan.h"
#include "tinyml/data/sensor_scan.h"

namespace tinyml::project {
namespace fs = std::filesystem;
namespace {

/// A folder that has files of sensors and no audio.
bool is_of_sensors(const fs::path& folder) {
  std::error_code error;
  bool sensors = false;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (data::is_audio_file(entry->path())) return false;
    sensors |= data::is_sensor_file(entry->path()) && entry->path().filename() != "labels.csv";
  }
  return sensors;
}

data::Dataset load(const fs::path& data, const std::vector<std::string>& keywords, int threads) {
  data::LoadOptions options;
  options.keywords = keywords;
  options.unknown_and_silence = !keywords.empty();
  options.threads = threads;
  try {
    return data::load_dataset(data, options);
  } catch (const Error& error) {
    if (!is_of_sensors(data)) throw;
    throw Error(error.kind(), std::string(error.what()) +
                                  "; its files are for sensors: tinyml train sensors --data reads "
                                  "and splits them, data list and split take audio");
  }
}

std::vector<LabelCount> count(const data::Dataset& dataset) {
  std::map<std::string, LabelCount> counts;
  for (const data::Recording& recording : dataset.recordings) {
    LabelCount& of_label = counts[recording.label];
    (recording.split == data::Split::train        ? of_label.train
     : recording.split == data::Split::validation ? of_label.validation
                                                  : of_label.test)++;
  }
  std::vector<LabelCount> ordered;
  for (const std::string& label : dataset.labels) {
    ordered.push_back(counts[label]);
    ordered.back().label = label;
  }
  return ordered;
}

}  // namespace

std::vector<LabelCount> list_recordings(const fs::path& data, const std::vector<std::string>& keywords,
                                        int threads) {
  return count(load(data, keywords, threads));
}

void add_recordings(const fs::path& folder, const std::string& label, const std::vector<fs::path>& files) {
  if (label.empty() || label.find('/') != std::string::npos || label[0] == '.' ||
      !data::is_plain_text(label)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" is not a label: a folder's name is wanted", data::one_line(label)));
  }
  constexpr int32_t kRateHz = 16000;
  std::vector<NewFile> decoded;
  std::set<fs::path> names;
  for (const fs::path& file : files) {
    const fs::path target = folder / label / (file.stem().string() + ".wav");
    if (!names.insert(target).second) {
      throw Error(ErrorKind::invalid_argument, file.string() + ": an earlier file has this name too");
    }
    if (fs::exists(target)) throw Error(ErrorKind::invalid_argument, target.string() + " is there already");
    if (data::is_sensor_file(file)) {
      throw Error(ErrorKind::invalid_argument,
                  file.string() + " is for sensors: data add takes audio; copy this into the label's folder");
    }
    decoded.push_back({target, data::encode_wav(data::read_audio(file, kRateHz))});
  }
  write_files(decoded);
}

std::vector<LabelCount> split_recordings(const fs::path& folder, int threads) {
  const data::Dataset dataset = load(folder, {}, threads);
  std::string csv = "path,label,word,speaker,split\n";
  for (const data::Recording& r : dataset.recordings) {
    if (r.path.empty()) continue;
    csv += fmt::format("{},{},{},{},{}\n", data::csv_field(fs::relative(r.path, folder).string()),
                       data::csv_field(r.label), data::csv_field(r.word), data::csv_field(r.group),
                       name_of(r.split));
  }
  write_text(folder / "labels.csv", csv);
  return count(dataset);
}

std::vector<LabelCount> synthesize_recordings(const fs::path& folder, const data::SynthOptions& options) {
  data::synthesize(folder, options);
  return list_recordings(folder, options.keywords, options.threads);
}

}  // namespace tinyml::project
