// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <bit>

#include "tinyml/data/image_formats.h"

namespace tinyml::data {
namespace {

constexpr uint32_t kPlain = 0, kBitFields = 3, kAlphaBitFields = 6;

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint32_t read(size_t offset, size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) reject_image("the BMP is truncated");
    uint32_t value = 0;
    for (size_t i = size; i-- > 0;) value = value << 8 | bytes_[offset + i];
    return value;
  }
  std::span<const uint8_t> part(size_t offset, size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) reject_image("the BMP is truncated");
    return bytes_.subspan(offset, size);
  }

 private:
  std::span<const uint8_t> bytes_;
};

/// The channel under a mask, spread to 8 bits.
uint8_t channel_of(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const uint64_t most = mask >> std::countr_zero(mask);
  return static_cast<uint8_t>((uint64_t{(pixel & mask) >> std::countr_zero(mask)} * 255 + most / 2) / most);
}

struct Header {
  size_t pixels = 0, palette = 0;
  int64_t width = 0, height = 0;
  bool from_above = false;
  uint32_t bits = 0, colours = 0;
  size_t palette_entry = 4;
  uint32_t masks[3] = {};  // red, green, blue
};

Header read_header(const Reader& file) {
  constexpr size_t kFileHeader = 14, kOldest = 12, kCommon = 40, kLargest = 124;
  Header h;
  h.pixels = file.read(10, 4);
  const uint32_t size = file.read(kFileHeader, 4);
  const bool old = size == kOldest;
  if (!old && (size < kCommon || size > kLargest)) {
    reject_image(fmt::format("the BMP has a header of {} bytes: 12 or 40 .. 124 are known", size));
  }
  h.width = old ? file.read(18, 2) : static_cast<int32_t>(file.read(18, 4));
  h.height = old ? file.read(20, 2) : static_cast<int32_t>(file.read(22, 4));
  h.from_above = h.height < 0;
  h.height = std::abs(h.height);
  check_image_size(h.width, h.height);
  h.bits = file.read(old ? 24 : 28, 2);
  const uint32_t compression = old ? kPlain : file.read(30, 4);
  h.colours = old ? 0 : file.read(46, 4);
  h.palette_entry = old ? 3 : 4;
  h.palette = kFileHeader + size;
  const bool fields =
      (compression == kBitFields || compression == kAlphaBitFields) && (h.bits == 16 || h.bits == 32);
  if (compression != kPlain && !fields) {
    reject_image(
        fmt::format("the BMP is compressed (method {}): store it uncompressed or as PNG", compression));
  }
  if (h.bits == 16 || h.bits == 32) {
    const uint32_t plain16[] = {0x7c00, 0x03e0, 0x001f}, plain32[] = {0xff0000, 0xff00, 0xff};
    for (size_t c = 0; c < 3; ++c) {
      h.masks[c] =
          fields ? file.read(kFileHeader + kCommon + 4 * c, 4) : (h.bits == 16 ? plain16 : plain32)[c];
      if (h.masks[c] != 0 && !std::has_single_bit(uint64_t{h.masks[c] >> std::countr_zero(h.masks[c])} + 1)) {
        reject_image(fmt::format("the BMP has a colour mask of {:#x} with gaps", h.masks[c]));
      }
    }
  } else if (h.bits == 1 || h.bits == 4 || h.bits == 8) {
    if (h.colours == 0 || h.colours > (1u << h.bits)) h.colours = 1u << h.bits;
  } else if (h.bits != 24) {
    reject_image(fmt::format("the BMP has {} bits a pixel: 1, 4, 8, 16, 24 or 32 are known", h.bits));
  }
  return h;
}

}  // namespace

Image decode_bmp(std::span<const uint8_t> bytes) {
  const Reader file(bytes);
  const Header h = read_header(file);
  std::vector<uint8_t> palette;  // red, green, blue
  bool grey = h.bits <= 8;
  for (uint32_t i = 0; h.bits <= 8 && i < h.colours; ++i) {
    const auto entry = file.part(h.palette + i * h.palette_entry, 3);
    palette.insert(palette.end(), {entry[2], entry[1], entry[0]});
    grey = grey && entry[0] == entry[1] && entry[1] == entry[2];
  }
  const auto width = static_cast<size_t>(h.width), height = static_cast<size_t>(h.height);
  const size_t row_bytes = (width * h.bits + 31) / 32 * 4, used = (width * h.bits + 7) / 8;
  // Writers may leave out the padding of the last row.
  file.part(h.pixels, row_bytes * (height - 1) + used);
  const size_t channels = grey ? 1 : 3;
  Image image{static_cast<int32_t>(height), static_cast<int32_t>(width), grey ? 1 : 3, {}};
  image.pixels.reserve(width * height * channels);
  for (size_t y = 0; y < height; ++y) {
    const size_t stored = h.from_above ? y : height - 1 - y;
    const auto row = file.part(h.pixels + stored * row_bytes, used);
    for (size_t x = 0; x < width; ++x) {
      if (h.bits <= 8) {
        const size_t each = 8 / h.bits;
        const uint32_t shift = static_cast<uint32_t>((each - 1 - x % each) * h.bits);
        const uint32_t index = row[x / each] >> shift & ((1u << h.bits) - 1);
        if (index >= h.colours) reject_image(fmt::format("the BMP's pixel {}, {} has no colour", x, y));
        const auto first = palette.begin() + static_cast<std::ptrdiff_t>(3 * index);
        image.pixels.insert(image.pixels.end(), first, first + static_cast<std::ptrdiff_t>(channels));
      } else if (h.bits == 24) {
        image.pixels.insert(image.pixels.end(), {row[3 * x + 2], row[3 * x + 1], row[3 * x]});
      } else {
        uint32_t pixel = 0;
        for (size_t i = h.bits / 8; i-- > 0;) pixel = pixel << 8 | row[x * h.bits / 8 + i];
        for (const uint32_t mask : h.masks) image.pixels.push_back(channel_of(pixel, mask));
      }
    }
  }
  return image;
}

}  // namespace tinyml::data
