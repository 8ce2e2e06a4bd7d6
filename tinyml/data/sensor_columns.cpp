// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_columns.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/data/csv_lines.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml::data {
namespace {

/// Lower-case letters and digits only, so that "Time (s)", time_s and TimeS are one.
std::string key_of(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return key;
}

struct TimeName {
  std::string_view key;
  TimeUnit unit;
};

/// Names of clocks, the surest first, each with and without a unit.
std::optional<TimeUnit> time_unit_of(std::string_view key, std::string_view base) {
  if (!key.starts_with(base)) return std::nullopt;
  key.remove_prefix(base.size());
  constexpr std::array<TimeName, 9> kUnits{{{"", TimeUnit::automatic},
                                            {"s", TimeUnit::seconds},
                                            {"sec", TimeUnit::seconds},
                                            {"seconds", TimeUnit::seconds},
                                            {"ms", TimeUnit::milliseconds},
                                            {"millis", TimeUnit::milliseconds},
                                            {"us", TimeUnit::microseconds},
                                            {"micros", TimeUnit::microseconds},
                                            {"ns", TimeUnit::nanoseconds}}};
  for (const TimeName& unit : kUnits) {
    if (key == unit.key) return unit.unit;
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 4> kTimeNames{"timestamp", "datetime", "time", "date"};
constexpr std::array<std::string_view, 4> kLabelNames{"label", "labels", "class", "activity"};

size_t find_column(const SensorColumns& columns, const std::string& name, std::string_view file) {
  std::vector<std::string> names;
  for (size_t i = 0; i < columns.all.size(); ++i) {
    if (columns.all[i].name == name) return i;
    if (!columns.all[i].name.empty()) names.push_back(columns.all[i].name);
  }
  throw Error(ErrorKind::invalid_argument, fmt::format("{} has no column \"{}\"; nearest: {}", file, name,
                                                       one_line(nearest_names(name, names))));
}

void find_time(SensorColumns& columns, const std::vector<std::string_view>* first_row, std::string_view file,
               const SensorCsvOptions& options) {
  if (options.time_column == "-") return;
  if (!options.time_column.empty()) columns.time = find_column(columns, options.time_column, file);
  for (size_t i = 0; first_row && columns.time == SensorColumns::kNone && i < first_row->size(); ++i) {
    if (parse_date((*first_row)[i])) columns.time = i;
  }
  for (const std::string_view base : kTimeNames) {
    for (size_t i = 0; i < columns.all.size() && columns.time == SensorColumns::kNone; ++i) {
      if (time_unit_of(key_of(columns.all[i].name), base)) columns.time = i;
    }
  }
  if (columns.time == SensorColumns::kNone) return;
  const Channel& clock = columns.all[columns.time];
  columns.unit = options.time_unit;
  for (const std::string_view base : kTimeNames) {
    if (columns.unit != TimeUnit::automatic) break;
    columns.unit = time_unit_of(key_of(clock.name) + key_of(clock.unit), base).value_or(TimeUnit::automatic);
  }
}

void find_label(SensorColumns& columns, const std::vector<std::string_view>* first_row, std::string_view file,
                const SensorCsvOptions& options) {
  if (options.label_column == "-") return;
  if (!options.label_column.empty()) {
    columns.label = find_column(columns, options.label_column, file);
    return;
  }
  if (first_row) {
    size_t texts = 0;
    for (size_t i = 0; i < first_row->size(); ++i) {
      const std::string_view field = (*first_row)[i];
      if (i == columns.time || field.empty() || parse_number(field) || has_decimal_comma(field)) continue;
      columns.label = i;
      ++texts;
    }
    if (texts != 1) columns.label = SensorColumns::kNone;
    return;
  }
  for (const std::string_view name : kLabelNames) {
    for (size_t i = 0; i < columns.all.size() && columns.label == SensorColumns::kNone; ++i) {
      if (key_of(columns.all[i].name) == name) columns.label = i;
    }
  }
}

}  // namespace

std::vector<Channel> named_columns(const std::vector<std::string_view>& header) {
  std::vector<Channel> columns;
  std::set<std::string> names;
  for (const std::string_view title : header) {
    Channel column{std::string(title), ""};
    const size_t open = title.find_last_of("([");
    if (open != std::string_view::npos && open > 0 && (title.back() == ')' || title.back() == ']')) {
      column.unit = title.substr(open + 1, title.size() - open - 2);
      column.name = title.substr(0, title.find_last_not_of(" \t_", open - 1) + 1);
    }
    names.insert(column.name);
    columns.push_back(std::move(column));
  }
  if (names.size() == columns.size()) return columns;
  columns.clear();
  for (const std::string_view title : header) columns.push_back({std::string(title), ""});
  return columns;
}

void give_roles(SensorColumns& columns, const std::vector<std::string_view>* first_row, std::string_view file,
                const SensorCsvOptions& options) {
  find_time(columns, first_row, file, options);
  find_label(columns, first_row, file, options);
  if (!options.group_column.empty()) columns.group = find_column(columns, options.group_column, file);
  for (const std::string& name : options.run_columns) {
    columns.runs.push_back(find_column(columns, name, file));
  }
  for (const std::string& name : options.channels) {
    columns.channels.push_back(find_column(columns, name, file));
  }
  if (options.channels.empty()) {
    for (size_t i = columns.row_numbers ? 1 : 0; i < columns.all.size() - (columns.trailing ? 1 : 0); ++i) {
      const bool run = std::find(columns.runs.begin(), columns.runs.end(), i) != columns.runs.end();
      if (i != columns.time && i != columns.label && i != columns.group && !run) {
        columns.channels.push_back(i);
      }
    }
  }
}

bool is_header(const std::vector<std::string_view>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](std::string_view f) { return !f.empty(); }) &&
         std::none_of(fields.begin(), fields.end(), [](std::string_view f) {
           return parse_number(f) || has_decimal_comma(f) || parse_date(f);
         });
}

}  // namespace tinyml::data
