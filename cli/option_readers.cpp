// SPDX-License-Identifier: Apache-2.0
#include "cli/option_readers.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>

#include "tinyml/base/error.h"

namespace tinyml::cli {
namespace {

std::string name_of(ProjectKind kind) {
  return kind == ProjectKind::audio     ? "audio"
         : kind == ProjectKind::sensors ? "sensors"
         : kind == ProjectKind::images  ? "images"
                                        : "anomalies";
}

}  // namespace

void OptionReaders::add(const CLI::Option* option, std::vector<ProjectKind> readers) {
  options_.emplace_back(option, std::move(readers));
}

void OptionReaders::refuse_others(ProjectKind kind) const {
  for (const auto& [option, readers] : options_) {
    if (option->count() == 0 || std::find(readers.begin(), readers.end(), kind) != readers.end()) continue;
    std::string names;
    for (const ProjectKind reader : readers) names += (names.empty() ? "" : " and ") + name_of(reader);
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} is for projects of {}, this one is of {}: leave it out", option->get_name(),
                            names, name_of(kind)));
  }
}

}  // namespace tinyml::cli
