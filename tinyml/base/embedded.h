// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tinyml {

/// A text file of the sources carried inside the binary; cmake/embed.cmake writes the tables.
struct EmbeddedFile {
  std::string_view name;  // relative to its room
  std::string_view text;
};

}  // namespace tinyml
