// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <regex>
#include <string_view>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/data/acquisition.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/strokes.h"

namespace tinyml::data {
namespace fs = std::filesystem;
namespace {

constexpr uintmax_t kLargestFile = uintmax_t{1} << 29;

std::string ending_of(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::optional<std::regex> regex_of(const std::string& pattern, const char* option) {
  if (pattern.empty()) return std::nullopt;
  try {
    return std::regex(pattern);
  } catch (const std::regex_error& error) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} \"{}\" is not a regular expression: {}", option, pattern, error.what()));
  }
}

class Scan {
 public:
  Scan(const fs::path& root, const SensorLoadOptions& options)
      : root_(root),
        options_(options),
        wanted_(regex_of(options.file_pattern, "file_pattern")),
        grouping_(regex_of(options.group_pattern, "group_pattern")) {}

  std::vector<SensorSource> sources() {
    if (!fs::exists(root_)) {
      throw Error(ErrorKind::not_found, fmt::format("no file or folder {}", root_.string()));
    }
    if (!fs::is_directory(root_)) {
      const fs::path file = root_;
      root_ = file.parent_path();
      if (is_list(file)) {
        add_list(file);
      } else {
        add({{file}, file.filename().generic_string(), std::nullopt, "", std::nullopt});
      }
    } else if (fs::exists(root_ / "labels.csv")) {
      add_list(root_ / "labels.csv");
    } else {
      add_tree();
    }
    std::stable_sort(sources_.begin(), sources_.end(),
                     [](const SensorSource& a, const SensorSource& b) { return a.name < b.name; });
    return std::move(sources_);
  }

 private:
  /// A CSV whose first line has the columns path or file, and label.
  static bool is_list(const fs::path& file) {
    if (file.filename() == "labels.csv") return true;
    if (ending_of(file) != ".csv" || !fs::is_regular_file(file)) return false;
    std::string text(4096, ' ');
    std::ifstream(file).read(text.data(), static_cast<std::streamsize>(text.size()));
    const std::string first = "," + text.substr(0, text.find_first_of("\r\n")) + ",";
    const auto has = [&](const char* column) { return first.find(column) != std::string::npos; };
    return (has(",path,") || has(",file,")) && has(",label,");
  }

  void add(SensorSource source) {
    if (wanted_ && !std::regex_search(source.name, *wanted_)) return;
    if (grouping_ && source.group.empty()) {
      std::smatch match;
      if (!std::regex_search(source.name, match, *grouping_) || match.size() < 2 || match[1].length() == 0) {
        throw Error(
            ErrorKind::invalid_argument,
            fmt::format("group_pattern \"{}\" finds no group in {}; it needs one in parentheses, such as "
                        "(s[0-9]+)_",
                        options_.group_pattern, source.name));
      }
      source.group = match[1].str();
    }
    sources_.push_back(std::move(source));
  }

  void add_list(const fs::path& list) {
    for (LabelRow& row : parse_labels_csv(read_text(list), list.string())) {
      const fs::path file = root_ / row.path;
      if (!fs::is_regular_file(file)) {
        throw Error(ErrorKind::not_found,
                    fmt::format("{} line {}: no file {}", list.string(), row.line, file.string()));
      }
      add({{file}, row.path, row.label, row.group, row.split});
    }
    if (sources_.empty()) {
      throw Error(ErrorKind::not_found, fmt::format("file_pattern \"{}\" leaves none of the files of {}",
                                                    options_.file_pattern, list.string()));
    }
  }

  std::string name_of_path(const fs::path& path) const {
    const std::string name = path.lexically_relative(root_).generic_string();
    return name == "." ? path.filename().generic_string() : name;
  }

  static std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.is_regular_file() && is_sensor_file(entry.path())) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  static std::vector<fs::path> folders_in(const fs::path& folder) {
    std::vector<fs::path> folders;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.is_directory() && !is_hidden(entry.path()) && holds_files(entry.path())) {
        folders.push_back(entry.path());
      }
    }
    std::sort(folders.begin(), folders.end());
    return folders;
  }

  static bool holds_files(const fs::path& folder) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && is_sensor_file(entry.path())) return true;
    }
    return false;
  }

  void add_tree() {
    const std::vector<fs::path> folders = folders_in(root_);
    const bool by_split =
        !folders.empty() && std::all_of(folders.begin(), folders.end(), [](const fs::path& f) {
          return parse_split(f.filename().string()).has_value();
        });
    if (by_split) {
      for (const fs::path& folder : folders) add_labelled(folder, parse_split(folder.filename().string()));
    } else {
      add_labelled(root_, std::nullopt);
    }
    if (sources_.empty()) {
      throw Error(ErrorKind::not_found,
                  fmt::format("{} has neither a labels.csv nor CSV, JSON or CBOR files{}", root_.string(),
                              options_.file_pattern.empty()
                                  ? ""
                                  : fmt::format(" that file_pattern \"{}\" finds", options_.file_pattern)));
    }
  }

  void add_labelled(const fs::path& folder, std::optional<Split> split) {
    const std::vector<fs::path> labels = folders_in(folder);
    if (labels.empty()) add_files(folder, std::nullopt, split);
    for (const fs::path& label : labels) {
      const bool recording = options_.fuse && folders_in(label).empty();
      add_folder(label, recording ? std::nullopt : std::optional(label.filename().string()), split);
    }
  }

  void add_folder(const fs::path& folder, const std::optional<std::string>& label,
                  std::optional<Split> split) {
    add_files(folder, label, split);
    for (const fs::path& inner : folders_in(folder)) add_folder(inner, label, split);
  }

  void add_files(const fs::path& folder, const std::optional<std::string>& label,
                 std::optional<Split> split) {
    const std::vector<fs::path> files = files_in(folder);
    if (files.empty()) return;
    if (options_.fuse) {
      add({files, name_of_path(folder), label, "", split});
    } else {
      for (const fs::path& file : files) add({{file}, name_of_path(file), label, "", split});
    }
  }

  fs::path root_;
  const SensorLoadOptions& options_;
  std::optional<std::regex> wanted_;
  std::optional<std::regex> grouping_;
  std::vector<SensorSource> sources_;
};

}  // namespace

// Text files next to recordings are mostly licences and notes: only a list or the user names them.
bool is_sensor_file(const fs::path& file) {
  const std::string ending = ending_of(file);
  return (ending == ".csv" || ending == ".tsv" || ending == ".json" || ending == ".cbor") && !is_hidden(file);
}

std::vector<SensorSource> find_sensor_sources(const fs::path& path, const SensorLoadOptions& options) {
  try {
    return Scan(path, options).sources();
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io,
                fmt::format("cannot read {}: {}", error.path1().string(), error.code().message()));
  }
}

std::vector<TimedRecording> read_sensor_file(const fs::path& file, const SensorLoadOptions& options) {
  std::error_code ignored;
  if (fs::exists(file, ignored) && !fs::is_regular_file(file, ignored)) {
    throw Error(ErrorKind::bad_file, fmt::format("{} is not a regular file", file.string()));
  }
  const uintmax_t size = fs::file_size(file, ignored);
  if (!ignored && size > kLargestFile) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{} has {} MB; at most {} MB are read: cut it into several files", file.string(),
                            size >> 20, kLargestFile >> 20));
  }
  const std::string ending = ending_of(file);
  if (ending == ".csv" || ending == ".tsv" || ending == ".txt") {
    return parse_sensor_csv(read_text(file), file.string(), options.csv);
  }
  if (ending == ".json" || ending == ".cbor") {
    const Bytes bytes = read_bytes(file);
    const bool json = ending == ".json";
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (json && is_strokes_json(text)) {
      return parse_strokes_json(text, file.string(), options.csv.row_rate_hz);
    }
    const AcquisitionEncoding encoding = json ? AcquisitionEncoding::json : AcquisitionEncoding::cbor;
    return {{decode_acquisition(bytes, file.string(), encoding, options.hmac_key).recording, {}}};
  }
  throw Error(
      ErrorKind::unsupported,
      fmt::format("{}: recordings are read from CSV (.csv, .tsv, .txt), .json and .cbor", file.string()));
}

}  // namespace tinyml::data
