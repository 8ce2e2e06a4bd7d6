// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/image.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "tinyml/data/image_formats.h"

namespace tinyml::data {
namespace {

template <size_t n>
bool begins_with(std::span<const uint8_t> bytes, const std::array<uint8_t, n>& magic) {
  return bytes.size() >= n && std::equal(magic.begin(), magic.end(), bytes.begin());
}

Image decode(std::span<const uint8_t> bytes) {
  if (begins_with<3>(bytes, {0xff, 0xd8, 0xff})) return decode_jpeg(bytes);
  if (begins_with<4>(bytes, {0x89, 'P', 'N', 'G'})) return decode_png(bytes);
  if (begins_with<2>(bytes, {'B', 'M'})) return decode_bmp(bytes);
  reject_image(bytes.empty() ? "the file is empty" : "neither JPEG, PNG nor BMP");
}

}  // namespace

void reject_image(const std::string& why) { throw Error(ErrorKind::bad_file, why); }

void check_image_size(int64_t width, int64_t height) {
  if (width < 1 || height < 1)
    reject_image(fmt::format("a picture of {} x {} pixels is empty", width, height));
  if (width > kLargestImageSide || height > kLargestImageSide || width * height > kMostImagePixels) {
    reject_image(fmt::format("a picture of {} x {} pixels is too large: at most {} a side and {} in all",
                             width, height, kLargestImageSide, kMostImagePixels));
  }
}

Image decode_image(std::span<const uint8_t> bytes, std::string_view name) {
  return with_context(std::string(name), [&] { return decode(bytes); });
}

Image read_image(const std::filesystem::path& path) {
  const Bytes bytes = read_bytes(path);
  return decode_image(bytes, path.string());
}

bool is_image_file(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".bmp";
}

Image upright(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool turned = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image result{turned ? image.width : image.height, turned ? image.height : image.width, image.channels, {}};
  result.pixels.reserve(image.pixels.size());
  for (int32_t y = 0; y < result.height; ++y) {
    for (int32_t x = 0; x < result.width; ++x) {
      const int32_t row = turned ? x : y, column = turned ? y : x;
      const auto pixel =
          image.at(from_below ? image.height - 1 - row : row, from_right ? image.width - 1 - column : column);
      result.pixels.insert(result.pixels.end(), pixel.begin(), pixel.end());
    }
  }
  return result;
}

}  // namespace tinyml::data
