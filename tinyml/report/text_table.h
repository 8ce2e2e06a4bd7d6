// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tinyml::report {

/// Rows in columns, indented by two; those of `right` to the right.
std::string text_table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);

/// A name from a file without control characters.
std::string one_line(std::string text);

/// As a word of a shell command.
std::string quoted(const std::string& word);

}  // namespace tinyml::report
