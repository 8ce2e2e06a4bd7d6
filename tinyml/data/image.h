// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "tinyml/base/file.h"

namespace tinyml::data {

/// 8-bit pixels, row by row from the top, channels interleaved: 3 (red, green, blue) or 1 (grey).
struct Image {
  int32_t height = 0, width = 0, channels = 0;
  std::vector<uint8_t> pixels;

  std::span<const uint8_t> at(int32_t row, int32_t column) const {
    const auto n = static_cast<size_t>(channels);
    return std::span(pixels).subspan(
        (static_cast<size_t>(row) * static_cast<size_t>(width) + static_cast<size_t>(column)) * n, n);
  }
};

constexpr int32_t kLargestImageSide = 16384;
constexpr int64_t kMostImagePixels = int64_t{1} << 26;

/// JPEG (turned upright as its EXIF data say), PNG (transparent pixels over white, 16 bits to 8) or BMP
/// (not run-length encoded), by its first bytes. Pictures without colour have one channel. Errors: not_found;
/// bad_file, naming the file: no picture of these kinds, truncated or damaged, larger than the limits above.
Image read_image(const std::filesystem::path& path);

/// As read_image, for a file's content; `name` is what messages call it.
Image decode_image(std::span<const uint8_t> bytes, std::string_view name);

/// By its ending: JPEG, PNG or BMP.
bool is_image_file(const std::filesystem::path& path);

/// A 24-bit or, for one channel, 8-bit grey PNG file's content.
Bytes encode_png(const Image& image);

/// Turned and mirrored as EXIF's orientation 1 .. 8 says; other numbers leave it as it is.
Image upright(Image image, int orientation);

}  // namespace tinyml::data
