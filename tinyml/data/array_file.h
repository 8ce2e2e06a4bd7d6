// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/base/file.h"

namespace tinyml::data {

/// Numbers of one type in a grid, little endian, the last axis moving fastest.
struct Array {
  std::string name;   // inside an archive; otherwise empty
  char kind = 'f';    // f: floating point, i: integer, u: unsigned integer, b: bool
  int32_t width = 4;  // bytes of an element: 1, 2, 4 or 8; of f 4 or 8
  std::vector<int64_t> shape;
  Bytes bytes;

  int64_t size() const { return static_cast<int64_t>(bytes.size()) / width; }
  double at(int64_t index) const;
};

/// A file of numpy.save. Errors: bad_file with `name`; unsupported, for objects, records and other byte
/// orders.
Array parse_npy(std::span<const uint8_t> bytes, std::string_view name);

/// A file of numpy.savez or savez_compressed, in its order. What it unpacks to is at most
/// 1 GB, and 16 MB and 64 times the file. Errors: as parse_npy.
std::vector<Array> parse_npz(std::span<const uint8_t> bytes, std::string_view name);

/// A table of numbers, one example a row, behind a header or not: float32 [rows, columns]. Errors: bad_file
/// with `name`, line and column.
Array parse_number_rows(std::string_view text, std::string_view name);

/// One of the three, by what it holds. Errors: as above.
std::vector<Array> parse_arrays(std::span<const uint8_t> bytes, std::string_view name);

/// The arrays of a .npy, .npz or .csv file, by what it holds; of a folder those of all such files, by name,
/// each named after its file where it has no name of its own.
/// Errors: as above; not_found; io.
std::vector<Array> read_arrays(const std::filesystem::path& path);

}  // namespace tinyml::data
