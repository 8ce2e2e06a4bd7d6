// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tinyml-unpack says of a Keras file, little endian: kMagic, then records, the last one of kind kEnd.
// A record: u8 kind, u32 bytes of the name, the name, then
//   kText: u32 count, each u32 bytes and the bytes: a member of the zip; or the strings of an attribute,
//   whose
//          name is "group@attribute";
//   kData: u8 dtype, u8 rank, u64 extents, and of kFloat the elements: a dataset of the HDF5 file;
//   kEnd:  u64 records before it; no name.
// Where it refuses the file it says why in one line on standard error and exits with kRefused.

#include <cstdint>
#include <string_view>

namespace tinyml::unpack {

constexpr std::string_view kMagic = "tinyml-unpack 1\n";
enum Kind : uint8_t { kText = 1, kData = 2, kEnd = 3 };
enum DataType : uint8_t { kFloat = 0, kOther = 1 };
constexpr int kRefused = 3;

/// The most bytes that members of a file, or the datasets in it, may have together.
constexpr int64_t content_limit(int64_t file_bytes) { return (int64_t{16} << 20) + 4 * file_bytes; }

}  // namespace tinyml::unpack
