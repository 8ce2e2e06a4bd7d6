// SPDX-License-Identifier: Apache-2.0
#include "tinyml/codegen/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <limits>
#include <type_traits>

#include "tinyml/base/error.h"
#include "tinyml/codegen/reserved_names.h"

namespace tinyml::codegen {
namespace {

constexpr size_t kColumns = 110;

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

template <class T>
std::string literal(T value) {
  if constexpr (std::is_same_v<T, float>) {
    return float_literal(value);
  } else if constexpr (std::is_same_v<T, int64_t>) {
    if (value == std::numeric_limits<int64_t>::min()) return "-9223372036854775807LL-1";
    return fmt::format("{}LL", value);
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    return fmt::format("{}ULL", value);
  } else if constexpr (std::is_same_v<T, uint32_t>) {
    return fmt::format("{}u", value);
  } else {
    return fmt::format("{}", value);
  }
}

template <class T>
std::string rows(const std::vector<uint8_t>& bytes) {
  std::string text, row = "   ";
  for (size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    const std::string item = literal(value) + ",";
    if (row.size() + item.size() > kColumns) {
      text += row + "\n";
      row = "   ";
    }
    row += (row.size() == 3 ? " " : "") + item;
  }
  return text + row + "\n";
}

/// Calls `use` with a value of the table's element type.
template <class Use>
auto with_element(const ops::Table& table, Use use) {
  const std::string& type = table.element;
  if (type == "int8_t") return use(int8_t{});
  if (type == "uint8_t") return use(uint8_t{});
  if (type == "int16_t") return use(int16_t{});
  if (type == "uint16_t") return use(uint16_t{});
  if (type == "int32_t") return use(int32_t{});
  if (type == "uint32_t") return use(uint32_t{});
  if (type == "bool") return use(bool{});
  if (type == "int64_t") return use(int64_t{});
  if (type == "uint64_t") return use(uint64_t{});
  TINYML_CHECK(type == "float");
  return use(float{});
}

}  // namespace

bool is_identifier(std::string_view name) {
  if (name.empty() || std::isalpha(static_cast<unsigned char>(name[0])) == 0) return false;
  if (name.find("__") != std::string_view::npos) return false;
  const bool legal = std::all_of(name.begin(), name.end(), [](char c) {
    return is_lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '_';
  });
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return legal && !is_reserved(lower);
}

std::string to_identifier(std::string_view name) {
  std::string identifier;
  for (char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (is_lower_alnum(lower)) {
      identifier += lower;
    } else if (!identifier.empty() && identifier.back() != '_') {
      identifier += '_';
    }
  }
  while (!identifier.empty() && identifier.back() == '_') identifier.pop_back();
  if (identifier.empty()) return "model";
  if (identifier[0] >= '0' && identifier[0] <= '9') identifier.insert(0, "model_");
  return is_reserved(identifier) ? identifier + "_model" : identifier;
}

std::string comment_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = ' ';
  }
  while (!line.empty() && (line.back() == '\\' || line.back() == ' ')) line.pop_back();
  return line;
}

std::string string_literal(std::string_view text) {
  std::string literal = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || c == '?') {
      literal += '\\';
      literal += c;
    } else if (byte < 32 || byte > 126) {
      literal += fmt::format("\\{:03o}", byte);
    } else {
      literal += c;
    }
  }
  return literal + "\"";
}

std::string float_literal(float value) {
  std::string digits = fmt::format("{}", value);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits + "f";
}

std::string with_separators(int64_t value) {
  std::string digits = fmt::format("{}", value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

std::string table_rows(const ops::Table& table) {
  return with_element(table, [&]<class T>(T) { return rows<T>(table.bytes); });
}

int64_t table_size(const ops::Table& table) {
  return with_element(table, [&]<class T>(T) {
    TINYML_CHECK(!table.bytes.empty() && table.bytes.size() % sizeof(T) == 0);
    return static_cast<int64_t>(table.bytes.size() / sizeof(T));
  });
}

}  // namespace tinyml::codegen
