// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parts of tinyml-unpack, which stands alone: it reads what may be hostile with libraries written in C,
// confined by who runs it.

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/formats/keras/unpack/format.h"

namespace tinyml::unpack {

/// Ends the program with the reason.
[[noreturn]] void refuse(const std::string& why);

/// Writes the records to standard output.
class Writer {
 public:
  /// `file_bytes`: what content_limit goes by.
  explicit Writer(int64_t file_bytes);
  void text(std::string_view name, const std::vector<std::string>& texts);
  void data(std::string_view name, DataType type, std::span<const uint64_t> extents,
            std::span<const float> elements);
  void end();
  /// Refuses the file where its content comes to more than the limit.
  void spend(uint64_t bytes);

 private:
  void begin(Kind kind, std::string_view name);
  void put(const void* bytes, size_t count);
  template <class T>
  void number(T value) {
    put(&value, sizeof value);
  }

  uint64_t records_ = 0, left_;
};

/// The texts of a .keras file, a zip whose bytes these are; returns the member `name`.
std::vector<uint8_t> unpack_zip(std::span<const uint8_t> bytes, const std::string& name, Writer& writer);

/// The datasets and string attributes of an HDF5 file.
void unpack_hdf5(std::span<const uint8_t> bytes, Writer& writer);

}  // namespace tinyml::unpack
