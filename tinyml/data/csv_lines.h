// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinyml::data {

/// The lines of a table as spreadsheets and loggers write it, one at a time and without copying numbers.
/// Fields are parted by the first of tab, semicolon and comma that the first line has; they may be quoted,
/// on one line; blanks around them, blank lines and a UTF-8 byte order mark are skipped. Errors: bad_file
/// with the name and the line for a NUL, an open quote, or text after a closing quote.
class CsvLines {
 public:
  /// `text` and `name` must outlive this.
  CsvLines(std::string_view text, std::string_view name);

  /// The fields of the next line, valid until the next call; false at the end.
  bool next();
  const std::vector<std::string_view>& fields() const { return fields_; }
  size_t line() const { return line_; }  // of `fields`, from 1
  [[noreturn]] void fail(std::string_view what) const;
  [[noreturn]] void fail(std::string_view column, std::string_view what) const;

 private:
  std::string_view take_field(std::string_view line, size_t& at);

  std::string_view text_;
  std::string_view name_;
  char separator_ = ',';
  size_t at_ = 0;
  size_t line_ = 0;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unquoted_;
};

/// A decimal number as a whole text (1, -2.5, +1e-3, nan, inf); beyond double's range infinite.
std::optional<double> parse_number(std::string_view text);

/// A number with a decimal comma or with commas between thousands: 1,5 or 1.234,5.
bool has_decimal_comma(std::string_view text);

/// YYYY-MM-DD, or / for -, then unless it is a bare date a blank or T and hh:mm[:ss[.fraction]], then
/// nothing, Z or +hh:mm: seconds since 1970 (UTC where no offset is given).
std::optional<double> parse_date(std::string_view text);

}  // namespace tinyml::data
