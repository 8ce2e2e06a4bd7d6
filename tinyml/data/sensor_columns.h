// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "tinyml/data/sensor_csv.h"

namespace tinyml::data {

/// What the columns of a CSV are for.
struct SensorColumns {
  static constexpr size_t kNone = static_cast<size_t>(-1);

  std::vector<Channel> all;  // a name and perhaps a unit for every field of a row
  bool row_numbers = false;  // the first column counts rows and is no channel
  bool trailing = false;     // the last column has no name and must be empty
  size_t time = kNone;
  size_t label = kNone;
  size_t group = kNone;
  std::vector<size_t> runs;
  std::vector<size_t> channels;
  TimeUnit unit = TimeUnit::automatic;
};

/// Whether a first line names columns: it has text, and neither a number nor a date.
bool is_header(const std::vector<std::string_view>& fields);

/// Names and units of a header's columns.
std::vector<Channel> named_columns(const std::vector<std::string_view>& header);

/// Gives the columns of `columns.all` their roles; `first_row` is the first line of a file without a header.
/// Errors: invalid_argument for a column of the options that is not there.
void give_roles(SensorColumns& columns, const std::vector<std::string_view>* first_row, std::string_view file,
                const SensorCsvOptions& options);

}  // namespace tinyml::data
