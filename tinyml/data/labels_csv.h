// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/data/dataset.h"

namespace tinyml::data {

struct CsvRow {
  size_t line = 0;  // where it starts, counted from 1
  std::vector<std::string> fields;
};

/// Comma-separated values as in RFC 4180: quoted fields may hold commas, doubled quotes and line ends; LF or
/// CRLF; a UTF-8 byte order mark and blank lines are skipped. Errors: bad_file with `name` and the line for
/// an unclosed quote, text after a closing quote, or a NUL.
std::vector<CsvRow> parse_csv(std::string_view text, std::string_view name);

/// `text` for a message: control characters become spaces, and only the first 1000 bytes are shown.
std::string one_line(std::string_view text);

/// Whether `text` is UTF-8 without control characters, as labels and paths in our files have to be.
bool is_plain_text(std::string_view text);

/// One field as parse_csv reads it back.
std::string csv_field(std::string_view text);

struct LabelRow {
  size_t line = 0;
  std::string path;  // as written, relative to the file
  std::string label;
  std::string word;
  std::string group;  // "-" reads as none
  std::optional<Split> split;
};

/// A labels.csv: a header line with the columns path (or file) and label, and optionally word, speaker (or
/// group or subject), and split (train, training, val, valid, validation, dev, test, testing; empty where it
/// is to be assigned). Other columns are ignored. Errors: bad_file with `name` and the line.
std::vector<LabelRow> parse_labels_csv(std::string_view text, std::string_view name);

/// train, training; val, valid, validation, dev; test, testing.
std::optional<Split> parse_split(std::string_view name);

}  // namespace tinyml::data
