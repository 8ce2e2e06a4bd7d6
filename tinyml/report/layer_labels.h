// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tinyml::report {

/// The names of tensors, short enough for a column: of names joined by ";" the first, without the folder that
/// most names begin with, at most `width` bytes, cut in front. Their order and number stay.
std::vector<std::string> short_labels(const std::vector<std::string>& names, size_t width = 28);

}  // namespace tinyml::report
