// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tinyml::cli {

/// Rows in aligned columns, the first row a heading; numbers to the right.
std::string table(const std::vector<std::vector<std::string>>& rows);

/// Moves below a progress bar that was left unfinished.
void end_progress();

/// "12.3 KB"; a KB is 1,024 bytes.
std::string kilobytes(int64_t bytes);

/// "94.5 %"
std::string percent(double share);

/// "1,234,567"
std::string grouped(int64_t number);

}  // namespace tinyml::cli
