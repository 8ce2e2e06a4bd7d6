// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/csv_lines.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>

#include "tinyml/base/error.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml::data {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes exactly `digits` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// hh:mm[:ss[.fraction]] and an offset, in seconds after midnight UTC.
std::optional<double> parse_time_of_day(std::string_view text) {
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  double seconds = *hours * 3600 + *minutes * 60;
  if (take(text, ':')) {
    const auto whole = take_digits(text, 2);
    if (!whole || *whole > 60) return std::nullopt;
    seconds += *whole;
    if (take(text, '.')) {
      if (text.empty() || !is_digit(text.front())) return std::nullopt;
      for (double place = 0.1; !text.empty() && is_digit(text.front()); place /= 10) {
        seconds += (text.front() - '0') * place;
        text.remove_prefix(1);
      }
    }
  }
  if (text.empty() || text == "Z" || text == "z") return seconds;
  const char sign = text.front();
  if (sign != '+' && sign != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto offset_hours = take_digits(text, 2);
  take(text, ':');
  const auto offset_minutes = text.empty() ? std::optional<int>(0) : take_digits(text, 2);
  if (!offset_hours || !offset_minutes || !text.empty() || *offset_hours > 14 || *offset_minutes > 59) {
    return std::nullopt;
  }
  const int offset = *offset_hours * 3600 + *offset_minutes * 60;
  return seconds - (sign == '+' ? offset : -offset);
}

}  // namespace

CsvLines::CsvLines(std::string_view text, std::string_view name) : text_(text), name_(name) {
  if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
  const size_t start = std::min(text_.find_first_not_of("\r\n"), text_.size());
  const std::string_view first = text_.substr(start, text_.find('\n', start) - start);
  for (const char separator : {',', ';', '\t'}) {
    if (first.find(separator) != std::string_view::npos) separator_ = separator;
  }
}

void CsvLines::fail(std::string_view what) const {
  throw Error(ErrorKind::bad_file, fmt::format("{} line {}: {}", name_, line_, what));
}

void CsvLines::fail(std::string_view column, std::string_view what) const {
  throw Error(ErrorKind::bad_file,
              fmt::format("{} line {}, column \"{}\": {}", name_, line_, one_line(column), what));
}

std::string_view CsvLines::take_field(std::string_view line, size_t& at) {
  while (at < line.size() && is_blank(line[at]) && line[at] != separator_) ++at;
  if (at >= line.size() || line[at] != '"') {
    const size_t end = std::min(line.find(separator_, at), line.size());
    const std::string_view field = trimmed(line.substr(at, end - at));
    at = end;
    return field;
  }
  const size_t begin = ++at;
  bool doubled = false;
  for (;;) {
    at = line.find('"', at);
    if (at == std::string_view::npos) fail("a quote is not closed on its line");
    if (at + 1 >= line.size() || line[at + 1] != '"') break;
    doubled = true;
    at += 2;
  }
  std::string_view field = line.substr(begin, at - begin);
  for (++at; at < line.size() && line[at] != separator_; ++at) {
    if (!is_blank(line[at])) fail("text follows a closing quote");
  }
  if (doubled) {
    std::string& plain = unquoted_.emplace_back();
    for (size_t i = 0; i < field.size(); i += field[i] == '"' ? 2 : 1) plain += field[i];
    field = plain;
  }
  return trimmed(field);
}

bool CsvLines::next() {
  while (at_ < text_.size()) {
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    if (line.find('\0') != std::string_view::npos) fail("not text: it holds a NUL byte; save it as UTF-8");
    if (trimmed(line).empty()) continue;
    fields_.clear();
    unquoted_.clear();
    for (size_t at = 0;; ++at) {
      fields_.push_back(take_field(line, at));
      if (at >= line.size()) break;
    }
    return true;
  }
  return false;
}

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) return std::nullopt;
  }
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (stop != end || text.empty()) return std::nullopt;
  if (code == std::errc()) return value;
  if (code != std::errc::result_out_of_range) return std::nullopt;
  const size_t exponent = text.find_first_of("eE");
  const bool tiny = exponent == std::string_view::npos ? text.find_first_of("123456789") > text.find('.')
                                                       : text.substr(exponent + 1, 1) == "-";
  return tiny ? 0.0 : std::numeric_limits<double>::infinity();
}

bool has_decimal_comma(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && is_digit(text.front()) && is_digit(text.back()) &&
         text.find(',') != std::string_view::npos &&
         text.find_first_not_of("0123456789.,eE+-") == std::string_view::npos;
}

std::optional<double> parse_date(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || text.empty() || (text.front() != '-' && text.front() != '/')) return std::nullopt;
  const char separator = text.front();
  text.remove_prefix(1);
  const auto month = take_digits(text, 2);
  if (!month || !take(text, separator)) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const double midnight =
      static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * 86400.0;
  if (text.empty()) return midnight;
  if (!take(text, ' ') && !take(text, 'T')) return std::nullopt;
  const auto time = parse_time_of_day(text);
  if (!time) return std::nullopt;
  return midnight + *time;
}

}  // namespace tinyml::data
