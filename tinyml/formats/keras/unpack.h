// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tinyml/graph/tensor.h"

namespace tinyml::formats::keras {

/// An array of a file's weights, in Unpacked::storage.
struct Dataset {
  Shape shape;
  bool is_float = true;  // otherwise its elements are not there
  std::span<const uint8_t> bytes;

  std::vector<float> values() const;
};

/// What a Keras file holds, by the names of unpack/format.h.
struct Unpacked {
  std::string storage;
  std::map<std::string, std::vector<std::string>, std::less<>> texts;
  std::map<std::string, Dataset, std::less<>> data;

  /// The only string of that name; null where there is none.
  const std::string* text(std::string_view name) const;
};

/// What tinyml-unpack says of the file. Errors: bad_file; not_found, where the program is not installed; io.
Unpacked unpack(std::span<const uint8_t> file);

/// What it says, checked. Errors: bad_file, also where it stops in the middle.
Unpacked parse_unpacked(std::string output);

}  // namespace tinyml::formats::keras
