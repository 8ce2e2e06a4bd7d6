// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tinyml::project {

/// A table of tinyml.toml: reads the known keys and complains about the others. A key that is not there
/// leaves its value as it is. Errors: bad_file with line and key.
class Section {
 public:
  void read(std::string_view key, std::string& value);
  void read(std::string_view key, bool& value);
  void read(std::string_view key, int32_t& value);
  void read(std::string_view key, uint64_t& value);
  void read(std::string_view key, double& value);
  void read(std::string_view key, std::vector<std::string>& value);
  /// A list of tables, [{...}, {...}]; none where the key is not there.
  std::vector<Section> tables(std::string_view key);
  /// Complains about keys that nothing has read.
  void finish() const;

 private:
  friend class ConfigFile;
  struct Document;
  struct Node;
  Section(std::shared_ptr<const Document> document, std::string name, const Node* table);
  const Node* find(std::string_view key);
  template <class T>
  void read_number(std::string_view key, T& value);
  [[noreturn]] void wrong(const Node* node, std::string_view key, std::string_view wanted) const;

  std::shared_ptr<const Document> document_;
  std::string name_;
  const Node* table_;  // null: not in the file
  std::set<std::string> known_;
};

/// A parsed tinyml.toml.
class ConfigFile {
 public:
  /// Errors: bad_file with the line.
  explicit ConfigFile(const std::string& text);
  /// Complains about sections other than these. Errors: bad_file.
  void expect(const std::vector<std::string>& sections) const;
  Section section(const std::string& name) const;

 private:
  std::shared_ptr<const Section::Document> document_;
};

/// A project's name: a C identifier. Errors: invalid_argument.
void check_name(const std::string& name);

/// A TOML string.
std::string quoted(const std::string& text);
/// A TOML list of strings.
std::string quoted(const std::vector<std::string>& texts);

}  // namespace tinyml::project
