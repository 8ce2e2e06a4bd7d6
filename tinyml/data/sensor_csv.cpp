// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_csv.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/data/csv_lines.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/sensor_columns.h"

namespace tinyml::data {
namespace {

constexpr size_t kMostIntervals = size_t{1} << 20;
constexpr size_t kMostRecordings = size_t{1} << 20;

class Parser {
 public:
  Parser(std::string_view text, std::string_view name, const SensorCsvOptions& options)
      : lines_(text, name), name_(name), options_(options) {}

  std::vector<TimedRecording> parse() {
    if (!lines_.next()) throw Error(ErrorKind::bad_file, fmt::format("{} is empty", name_));
    read_header();
    do {
      add_row();
    } while (lines_.next());
    finish_times();
    return std::move(recordings_);
  }

 private:
  void read_header() {
    const bool header = is_header(lines_.fields());
    if (header) {
      columns_.all = named_columns(lines_.fields());
      check_names();
      if (!lines_.next()) lines_.fail("no rows after the first line");
      if (lines_.fields().size() == columns_.all.size() + 1) {
        columns_.all.insert(columns_.all.begin(), Channel{});
      }
      columns_.row_numbers = columns_.all.front().name.empty();
      columns_.trailing = columns_.all.size() > 1 && columns_.all.back().name.empty();
    } else {
      for (size_t i = 1; i <= lines_.fields().size(); ++i) {
        columns_.all.push_back({fmt::format("column_{}", i), ""});
      }
      columns_.trailing = columns_.all.size() > 1 && lines_.fields().back().empty();
    }
    give_roles(columns_, header ? nullptr : &lines_.fields(), name_, options_);
    if (columns_.channels.empty()) lines_.fail("no column of readings");
    if (columns_.channels.size() > kMostChannels) {
      lines_.fail(fmt::format("{} channels; at most {} are read", columns_.channels.size(), kMostChannels));
    }
  }

  void check_names() const {
    std::set<std::string_view> seen;
    for (size_t i = 0; i < columns_.all.size(); ++i) {
      const std::string& name = columns_.all[i].name;
      if (name.empty() && (i == 0 || i + 1 == columns_.all.size())) continue;
      if (name.empty()) lines_.fail(fmt::format("column {} has no name", i + 1));
      if (!is_plain_text(name) || !is_plain_text(columns_.all[i].unit)) {
        lines_.fail(fmt::format("the name of column {} is not UTF-8 or holds control characters", i + 1));
      }
      if (!seen.insert(name).second) lines_.fail(fmt::format("two columns are called \"{}\"", name));
    }
  }

  void add_row() {
    const std::vector<std::string_view>& fields = lines_.fields();
    if (fields.size() != columns_.all.size()) {
      lines_.fail(fmt::format("{} fields where {} are expected", fields.size(), columns_.all.size()));
    }
    if (columns_.row_numbers) check_row_number(fields.front());
    if (columns_.trailing && !fields.back().empty()) {
      lines_.fail(fmt::format("column {} has no name in the first line", fields.size()));
    }
    const double time = columns_.time == SensorColumns::kNone ? 0 : time_of(fields[columns_.time]);
    if (begins_run()) {
      begin_recording();
    } else if (columns_.time != SensorColumns::kNone && (skipping_ ? time <= latest_ : time < latest_)) {
      skipping_ = options_.backward_clock == BackwardClock::drop;
      if (skipping_) return;
      if (options_.backward_clock == BackwardClock::error) {
        lines_.fail(
            columns_.all[columns_.time].name,
            fmt::format("the clock runs backwards to \"{}\"; backward_clock drops these rows or begins a new "
                        "recording there",
                        one_line(fields[columns_.time])));
      }
      begin_recording();
    }
    skipping_ = false;
    TimedRecording& timed = recordings_.back();
    const size_t row = timed.recording.samples();
    if (columns_.time != SensorColumns::kNone) timed.times_s.push_back(latest_ = time);
    values_ += columns_.channels.size();
    if (values_ > kMostValues) lines_.fail(fmt::format("more than {} values: cut the file", kMostValues));
    for (const size_t column : columns_.channels) {
      timed.recording.values.push_back(value_of(columns_.all[column].name, fields[column]));
    }
    if (columns_.label != SensorColumns::kNone) add_label(timed.recording, row, fields[columns_.label]);
  }

  void check_row_number(std::string_view field) {
    const std::optional<double> number = parse_number(field);
    if (!number || (row_number_ && *number != *row_number_ + 1)) {
      lines_.fail(
          fmt::format("the first column has no name and does not count rows (\"{}\")", one_line(field)));
    }
    row_number_ = number;
  }

  void add_label(SensorRecording& recording, size_t row, std::string_view label) {
    if (!is_plain_text(label)) lines_.fail("the label is not UTF-8 or holds control characters");
    append_interval(recording.intervals, row, row + 1, label);
    if (recording.intervals.size() > kMostIntervals) {
      lines_.fail(columns_.all[columns_.label].name, "the label changes too often to be one");
    }
  }

  bool begins_run() {
    const std::vector<std::string_view>& fields = lines_.fields();
    std::vector<std::string> run;
    if (columns_.group != SensorColumns::kNone) run.emplace_back(fields[columns_.group]);
    for (const size_t column : columns_.runs) run.emplace_back(fields[column]);
    for (const std::string& value : run) {
      if (!is_plain_text(value)) lines_.fail("a group or run is not UTF-8 or holds control characters");
    }
    if (!recordings_.empty() && run == run_) return false;
    run_ = std::move(run);
    return true;
  }

  void begin_recording() {
    if (recordings_.size() >= kMostRecordings) lines_.fail("too many recordings in one file");
    SensorRecording recording;
    recording.path = name_;
    if (columns_.group != SensorColumns::kNone) {
      recording.group = run_.front();
    } else {
      for (const std::string& value : run_) recording.group += (recording.group.empty() ? "" : "/") + value;
    }
    for (const size_t column : columns_.channels) recording.channels.push_back(columns_.all[column]);
    if (columns_.time == SensorColumns::kNone) recording.rate_hz = options_.row_rate_hz;
    recordings_.push_back({std::move(recording), {}});
  }

  void refuse_decimal_comma(std::string_view column, std::string_view field) const {
    if (!has_decimal_comma(field)) return;
    lines_.fail(column, fmt::format("\"{}\" has a decimal comma; write a decimal point and no commas between "
                                    "thousands",
                                    field));
  }

  float value_of(std::string_view column, std::string_view field) const {
    const std::optional<double> number = parse_number(field);
    if (!number) {
      if (field.empty()) lines_.fail(column, "no value");
      refuse_decimal_comma(column, field);
      lines_.fail(column,
                  fmt::format("\"{}\" is not a number; leave the column out by naming the others (columns)",
                              one_line(field)));
    }
    const float value = static_cast<float>(*number);
    if (!std::isfinite(value)) {
      lines_.fail(column,
                  fmt::format("\"{}\" is not a finite number; remove the row or repair it", one_line(field)));
    }
    return value;
  }

  double time_of(std::string_view field) {
    const std::string& column = columns_.all[columns_.time].name;
    if (!dates_) dates_ = !parse_number(field) && !has_decimal_comma(field);
    const std::optional<double> time = *dates_ ? parse_date(field) : parse_number(field);
    if (!time) refuse_decimal_comma(column, field);
    if (!time || !std::isfinite(*time)) {
      lines_.fail(column, fmt::format("\"{}\" is no {}", one_line(field),
                                      *dates_ ? "date and time such as 2014-01-07 02:55:00" : "time"));
    }
    whole_ = whole_ && *time == std::floor(*time);
    largest_ = std::max(largest_, std::abs(*time));
    return *time;
  }

  void finish_times() {
    if (columns_.time == SensorColumns::kNone || *dates_) return;
    TimeUnit unit = columns_.unit;
    if (unit == TimeUnit::automatic) {
      unit = largest_ >= 1e17   ? TimeUnit::nanoseconds
             : largest_ >= 1e14 ? TimeUnit::microseconds
             : largest_ >= 1e11 ? TimeUnit::milliseconds
             : largest_ >= 1e9  ? TimeUnit::seconds
             : whole_           ? TimeUnit::milliseconds
                                : TimeUnit::seconds;
    }
    const double divisor = unit == TimeUnit::seconds        ? 1
                           : unit == TimeUnit::milliseconds ? 1e3
                           : unit == TimeUnit::microseconds ? 1e6
                                                            : 1e9;
    for (TimedRecording& timed : recordings_) {
      for (double& time : timed.times_s) time /= divisor;
    }
  }

  CsvLines lines_;
  std::string_view name_;
  const SensorCsvOptions& options_;
  SensorColumns columns_;
  std::vector<TimedRecording> recordings_;
  std::vector<std::string> run_;
  std::optional<double> row_number_;
  std::optional<bool> dates_;
  bool skipping_ = false;
  bool whole_ = true;
  double latest_ = 0;
  double largest_ = 0;
  size_t values_ = 0;
};

}  // namespace

std::vector<TimedRecording> parse_sensor_csv(std::string_view text, std::string_view name,
                                             const SensorCsvOptions& options) {
  std::vector<TimedRecording> recordings = Parser(text, name, options).parse();
  for (TimedRecording& timed : recordings) {
    SensorRecording& recording = timed.recording;
    if (!timed.times_s.empty()) recording.start_s = timed.times_s.front();
    if (recording.intervals.size() == 1) {
      recording.label = recording.intervals.front().label;
      if (!recording.label.empty()) recording.intervals.clear();
    }
  }
  return recordings;
}

}  // namespace tinyml::data
