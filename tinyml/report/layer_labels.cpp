// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/layer_labels.h"

#include <map>

namespace tinyml::report {
namespace {

/// "model/" of "model/conv/Relu"; empty where there is none.
std::string folder_of(const std::string& name) {
  const size_t slash = name.find('/');
  return slash == std::string::npos ? "" : name.substr(0, slash + 1);
}

/// The folder that more than half of the names begin with.
std::string common_folder(const std::vector<std::string>& names) {
  std::map<std::string, size_t> counts;
  for (const std::string& name : names) ++counts[folder_of(name)];
  for (const auto& [folder, count] : counts) {
    if (!folder.empty() && 2 * count > names.size()) return folder;
  }
  return "";
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

std::vector<std::string> short_labels(const std::vector<std::string>& names, size_t width) {
  std::vector<std::string> labels;
  for (const std::string& name : names) labels.push_back(name.substr(0, name.find(';')));
  const std::string folder = common_folder(labels);
  for (std::string& label : labels) {
    if (!folder.empty() && label.starts_with(folder)) label.erase(0, folder.size());
    if (label.size() <= width || width < 3) continue;
    size_t from = label.size() - (width - 2);
    while (from < label.size() && continues_character(label[from])) ++from;
    label = ".." + label.substr(from);
  }
  return labels;
}

}  // namespace tinyml::report
