// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tinyml/data/sensor_clock.h"

namespace tinyml::data {

enum class TimeUnit { automatic, seconds, milliseconds, microseconds, nanoseconds };

/// What to do where the clock runs backwards: refuse the file, naming the line; drop the rows up to and with
/// the latest time seen; or begin a new recording there.
enum class BackwardClock { error, drop, split };

struct SensorCsvOptions {
  /// The column of the clock. Empty: the one called timestamp, time, datetime, date, or one of these with a
  /// unit (time_ms, "Time (s)"); without a header a column of dates. "-": none; rows follow one another at
  /// `row_rate_hz`.
  std::string time_column;
  /// Of numbers in the time column. Automatic: the unit in its name; else by size an epoch in s, ms, us or
  /// ns; else milliseconds if all are whole numbers, as in Edge Impulse's CSV, and seconds if not.
  TimeUnit time_unit = TimeUnit::automatic;
  BackwardClock backward_clock = BackwardClock::error;
  /// Rate of files without a clock; 0 leaves it unknown.
  double row_rate_hz = 0;
  /// The column of the rows' labels. Empty: label, labels, class or activity, if there; without a header the
  /// one column of text. "-": none.
  std::string label_column;
  /// The column of the subject (or machine): it names the recording's group, and a change begins a new
  /// recording.
  std::string group_column;
  /// A change in one of these columns begins a new recording; without `group_column` their values name the
  /// group, joined by "/".
  std::vector<std::string> run_columns;
  /// The columns to read, in this order; empty takes all that have no role above. Without a header columns
  /// are called column_1, column_2, ...
  std::vector<std::string> channels;
};

/// A CSV of sensor readings, one row an instant, as recordings in the order of the file, split where its
/// runs end. A unit in the header ("x (m/s2)", "x [g]") becomes the channel's. A first column that counts
/// rows and has no name in the header is skipped. Times are as written: see to_fixed_rate.
/// Errors: bad_file with `name`, line and column: a wrong number of fields, text or nothing where a number
/// belongs, decimal commas, NaN and infinite values, a clock that runs backwards, no rows; invalid_argument
/// for a column of the options that is not there, with the nearest names.
std::vector<TimedRecording> parse_sensor_csv(std::string_view text, std::string_view name,
                                             const SensorCsvOptions& options = {});

}  // namespace tinyml::data
