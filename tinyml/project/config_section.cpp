// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/config_section.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cctype>

#include "tinyml/base/error.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml::project {

struct Section::Document {
  toml::table root;
};

namespace {

const toml::node& node_of(const void* node) { return *static_cast<const toml::node*>(node); }

}  // namespace

Section::Section(std::shared_ptr<const Document> document, std::string name, const Node* table)
    : document_(std::move(document)), name_(std::move(name)), table_(table) {}

const Section::Node* Section::find(std::string_view key) {
  known_.emplace(key);
  if (!table_) return nullptr;
  const toml::node* node = node_of(table_).as_table()->get(key);
  return reinterpret_cast<const Node*>(node);
}

void Section::wrong(const Node* node, std::string_view key, std::string_view wanted) const {
  throw Error(ErrorKind::bad_file, fmt::format("line {}: {} in [{}] is not {}",
                                               node_of(node).source().begin.line, key, name_, wanted));
}

void Section::read(std::string_view key, std::string& value) {
  const Node* node = find(key);
  if (!node) return;
  if (!node_of(node).is_string()) wrong(node, key, "a string");
  value = *node_of(node).value<std::string>();
}

void Section::read(std::string_view key, bool& value) {
  const Node* node = find(key);
  if (!node) return;
  if (!node_of(node).is_boolean()) wrong(node, key, "true or false");
  value = *node_of(node).value<bool>();
}

template <class T>
void Section::read_number(std::string_view key, T& value) {
  const Node* node = find(key);
  if (!node) return;
  const auto number = node_of(node).value<T>();
  if (!node_of(node).is_number() || !number) wrong(node, key, "a number in range");
  value = *number;
}
void Section::read(std::string_view key, int32_t& value) { read_number(key, value); }
void Section::read(std::string_view key, uint64_t& value) { read_number(key, value); }
void Section::read(std::string_view key, double& value) { read_number(key, value); }

void Section::read(std::string_view key, std::vector<std::string>& value) {
  const Node* node = find(key);
  if (!node) return;
  const toml::array* array = node_of(node).as_array();
  if (!array) wrong(node, key, "a list of strings");
  value.clear();
  for (const toml::node& item : *array) {
    if (!item.is_string()) wrong(node, key, "a list of strings");
    value.push_back(*item.value<std::string>());
  }
}

std::vector<Section> Section::tables(std::string_view key) {
  const Node* node = find(key);
  if (!node) return {};
  const toml::array* array = node_of(node).as_array();
  if (!array) wrong(node, key, "a list of tables");
  std::vector<Section> sections;
  for (const toml::node& item : *array) {
    if (!item.is_table()) wrong(node, key, "a list of tables");
    sections.push_back(
        Section(document_, name_ + "." + std::string(key), reinterpret_cast<const Node*>(&item)));
  }
  return sections;
}

void Section::finish() const {
  if (!table_) return;
  for (const auto& [key, node] : *node_of(table_).as_table()) {
    if (known_.count(std::string(key.str()))) continue;
    throw Error(ErrorKind::bad_file,
                fmt::format("line {}: unknown key {} in [{}]; nearest: {}", node.source().begin.line,
                            key.str(), name_, nearest_names(key.str(), {known_.begin(), known_.end()})));
  }
}

ConfigFile::ConfigFile(const std::string& text) {
  try {
    document_ = std::make_shared<const Section::Document>(Section::Document{toml::parse(text)});
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::bad_file,
                fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

void ConfigFile::expect(const std::vector<std::string>& sections) const {
  for (const auto& [key, node] : document_->root) {
    if (std::find(sections.begin(), sections.end(), key.str()) != sections.end()) continue;
    throw Error(ErrorKind::bad_file,
                fmt::format("line {}: unknown section {}; nearest: {}", key.source().begin.line,
                            data::one_line(key.str()), nearest_names(key.str(), sections)));
  }
}

Section ConfigFile::section(const std::string& name) const {
  const toml::node* node = document_->root.get(name);
  if (node && !node->is_table()) throw Error(ErrorKind::bad_file, fmt::format("[{}] is not a table", name));
  return Section(document_, name, reinterpret_cast<const Section::Node*>(node));
}

void check_name(const std::string& name) {
  const bool identifier =
      !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) &&
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  if (!identifier) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("name \"{}\" is not a C identifier: letters, digits and _ only", name));
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04X}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> each;
  for (const std::string& text : texts) each.push_back(quoted(text));
  return fmt::format("[{}]", fmt::join(each, ", "));
}

}  // namespace tinyml::project
