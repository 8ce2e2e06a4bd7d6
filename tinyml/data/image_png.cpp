// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include "tinyml/data/image_formats.h"

namespace tinyml::data {
namespace {

/// Deflate makes at most this many bytes of one.
constexpr int64_t kMostInflation = 1032;

struct PngImage {
  png_image png{};
  PngImage() { png.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&png); }
  [[noreturn]] void fail() const {
    reject_image(std::string("the PNG is truncated or damaged: ") + png.message);
  }
};

}  // namespace

Image decode_png(std::span<const uint8_t> bytes) {
  PngImage reader;
  png_image& png = reader.png;
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) reader.fail();
  check_image_size(png.width, png.height);
  // A pixel takes a bit at least.
  if (int64_t{png.width} * png.height / 8 > kMostInflation * static_cast<int64_t>(bytes.size())) {
    reject_image("the PNG is truncated: its pixels cannot be in so few bytes");
  }
  const bool colour = png.format & PNG_FORMAT_FLAG_COLOR;
  png.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  Image image{static_cast<int32_t>(png.height), static_cast<int32_t>(png.width), colour ? 3 : 1, {}};
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  const png_color white{255, 255, 255};
  if (!png_image_finish_read(&png, &white, image.pixels.data(), 0, nullptr)) reader.fail();
  return image;
}

Bytes encode_png(const Image& image) {
  PngImage writer;
  png_image& png = writer.png;
  png.width = static_cast<uint32_t>(image.width);
  png.height = static_cast<uint32_t>(image.height);
  png.format = image.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  const auto write = [&](void* memory) {
    return png_image_write_to_memory(&png, memory, &size, 0, image.pixels.data(), 0, nullptr);
  };
  if (!write(nullptr)) throw Error(ErrorKind::invalid_argument, png.message);
  Bytes bytes(size);
  if (!write(bytes.data())) throw Error(ErrorKind::invalid_argument, png.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace tinyml::data
