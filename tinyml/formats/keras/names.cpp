// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/keras/names.h"

namespace tinyml::formats::keras {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

std::string snake_case(std::string_view given) {
  std::string name;
  for (const char c : given) {
    if (is_word(c)) name += c;
  }
  // A capital with small letters behind it begins a word, …
  std::string words;
  for (size_t i = 0; i < name.size();) {
    words += name[i++];
    if (i + 1 >= name.size() || !is_upper(name[i]) || !is_lower(name[i + 1])) continue;
    words += '_';
    for (words += name[i++]; i < name.size() && is_lower(name[i]);) words += name[i++];
  }
  // … and so does one behind a small letter.
  std::string snake;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && is_lower(words[i - 1]) && is_upper(words[i])) snake += '_';
    snake += is_upper(words[i]) ? static_cast<char>(words[i] - 'A' + 'a') : words[i];
  }
  return snake;
}

}  // namespace tinyml::formats::keras
