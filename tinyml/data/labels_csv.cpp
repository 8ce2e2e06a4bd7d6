// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/labels_csv.h"

#include <fmt/core.h>

#include <algorithm>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

[[noreturn]] void bad(std::string_view name, size_t line, std::string_view what) {
  throw Error(ErrorKind::bad_file, fmt::format("{} line {}: {}", name, line, what));
}

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

}  // namespace

std::string one_line(std::string_view text) {
  constexpr size_t kMost = 1000;
  std::string line(text.substr(0, kMost));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text.size() > kMost ? line + "…" : line;
}

bool is_plain_text(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto byte = [&](size_t i) {
      return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0u;
    };
    const uint32_t first = byte(0);
    if (first < 0x20 || first == 0x7F) return false;
    const size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4) return false;
    for (size_t i = 1; i < length; ++i) {
      if ((byte(i) & 0xC0) != 0x80) return false;
    }
    const uint32_t second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second > 0x9F;
    if (overlong || surrogate || (first == 0xF4 && second > 0x8F)) return false;
    at += length;
  }
  return true;
}

std::vector<CsvRow> parse_csv(std::string_view text, std::string_view name) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::vector<CsvRow> rows;
  size_t line = 1;
  for (size_t at = 0; at < text.size();) {
    CsvRow row{line, {}};
    bool quoted_row = false;
    for (bool more = true; more;) {
      std::string field;
      if (at < text.size() && text[at] == '"') {
        quoted_row = true;
        const size_t opened = line;
        for (++at;; ++at) {
          if (at >= text.size()) bad(name, opened, "a quote is not closed");
          if (text[at] == '"') {
            if (at + 1 >= text.size() || text[at + 1] != '"') break;
            ++at;
          }
          line += text[at] == '\n';
          field += text[at];
        }
        ++at;
        if (at < text.size() && text[at] == '\r' && text.substr(at, 2) == "\r\n") ++at;
        if (at < text.size() && text[at] != ',' && text[at] != '\n') {
          bad(name, line, "text follows a closing quote");
        }
      } else {
        const size_t end = std::min(text.find_first_of(",\n", at), text.size());
        field = text.substr(at, end - at);
        at = end;
        if ((at == text.size() || text[at] == '\n') && !field.empty() && field.back() == '\r') {
          field.pop_back();
        }
      }
      if (field.find('\0') != std::string::npos) bad(name, line, "not text: it holds a NUL byte");
      row.fields.push_back(std::move(field));
      more = at < text.size() && text[at] == ',';
      if (at < text.size()) {
        line += text[at] == '\n';
        ++at;
      }
    }
    if (quoted_row || row.fields.size() > 1 || !row.fields[0].empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::optional<Split> parse_split(std::string_view name) {
  if (name == "train" || name == "training") return Split::train;
  if (name == "val" || name == "valid" || name == "validation" || name == "dev") return Split::validation;
  if (name == "test" || name == "testing") return Split::test;
  return std::nullopt;
}

std::vector<LabelRow> parse_labels_csv(std::string_view text, std::string_view name) {
  const std::vector<CsvRow> rows = parse_csv(text, name);
  if (rows.empty()) bad(name, 1, "empty; its first line must name the columns path and label");
  constexpr size_t kNone = static_cast<size_t>(-1);
  const auto column = [&](std::string_view title) {
    const std::vector<std::string>& titles = rows[0].fields;
    const auto found =
        std::find_if(titles.begin(), titles.end(), [&](const std::string& t) { return trimmed(t) == title; });
    return found == titles.end() ? kNone : static_cast<size_t>(found - titles.begin());
  };
  const size_t path = column("path") != kNone ? column("path") : column("file");
  const size_t label = column("label");
  const size_t word = column("word");
  size_t group = kNone;
  for (const std::string_view title : {"speaker", "group", "subject"}) {
    if (group == kNone) group = column(title);
  }
  const size_t split = column("split");
  if (path == kNone || label == kNone) {
    bad(name, rows[0].line, fmt::format("no column \"{}\"", path == kNone ? "path" : "label"));
  }

  std::vector<LabelRow> labels;
  for (size_t i = 1; i < rows.size(); ++i) {
    const CsvRow& row = rows[i];
    if (row.fields.size() != rows[0].fields.size()) {
      bad(name, row.line,
          fmt::format("{} fields, the first line has {}", row.fields.size(), rows[0].fields.size()));
    }
    const auto field = [&](size_t c) { return c == kNone ? std::string() : trimmed(row.fields[c]); };
    LabelRow entry{row.line, field(path), field(label), field(word), field(group), std::nullopt};
    if (entry.path.empty() || entry.label.empty()) {
      bad(name, row.line, fmt::format("no {}", entry.path.empty() ? "path" : "label"));
    }
    for (const std::string* text_field : {&entry.path, &entry.label, &entry.word, &entry.group}) {
      if (one_line(*text_field) == *text_field) continue;
      bad(name, row.line,
          fmt::format("\"{}\" is too long or holds control characters", one_line(*text_field)));
    }
    if (entry.group == "-") entry.group.clear();
    if (const std::string text_of_split = field(split); !text_of_split.empty()) {
      entry.split = parse_split(text_of_split);
      if (!entry.split) {
        bad(name, row.line,
            fmt::format("split \"{}\" is neither train, validation nor test", one_line(text_of_split)));
      }
    }
    labels.push_back(std::move(entry));
  }
  if (labels.empty()) bad(name, rows[0].line, "no rows after the first line");
  return labels;
}

}  // namespace tinyml::data
