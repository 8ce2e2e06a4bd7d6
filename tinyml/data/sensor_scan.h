// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/data/sensor_dataset.h"

namespace tinyml::data {

/// The file of one or more recordings, or the files of one recording's sensors.
struct SensorSource {
  std::vector<std::filesystem::path> files;  // sorted
  std::string name;                          // path below the root, for patterns and groups
  std::optional<std::string> label;          // of the folder or list
  std::string group;                         // of the list or group_pattern; may be empty
  std::optional<Split> split;
};

/// By its ending: the files of a folder that are taken for recordings of sensors.
bool is_sensor_file(const std::filesystem::path& file);

/// What load_sensor_dataset would load, sorted by name, without opening a recording.
std::vector<SensorSource> find_sensor_sources(const std::filesystem::path& path,
                                              const SensorLoadOptions& options);

/// The recordings of one source, clocked as the file says; of fused files with the label of the name if it
/// has none. Errors: as load_sensor_dataset.
std::vector<TimedRecording> read_sensor_file(const std::filesystem::path& file,
                                             const SensorLoadOptions& options);

}  // namespace tinyml::data
