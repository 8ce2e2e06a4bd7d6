// SPDX-License-Identifier: Apache-2.0
#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include "tinyml/data/image_formats.h"

namespace tinyml::data {
namespace {

/// Every block of 8 x 8 pixels takes a bit at least.
constexpr int64_t kMostPixelsAByte = 8 * 64;
/// A progressive file may hold scans without end; none that a camera writes has more.
constexpr int kMostScans = 100;

struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void escape(j_common_ptr info) {
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  info->err->format_message(info, manager->message);
  std::longjmp(manager->escape, 1);
}

void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  const int code = info->err->msg_code;
  if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE) escape(info);
}

void on_progress(j_common_ptr info) {
  const auto* decoder = reinterpret_cast<jpeg_decompress_struct*>(info);
  if (decoder->input_scan_number <= kMostScans) return;
  std::snprintf(reinterpret_cast<ErrorManager*>(info->err)->message, JMSG_LENGTH_MAX, "more than %d scans",
                kMostScans);
  std::longjmp(reinterpret_cast<ErrorManager*>(info->err)->escape, 1);
}

/// Everything that libjpeg's longjmp passes over lives here: no function below has objects with destructors.
struct Decoding {
  jpeg_decompress_struct info{};
  ErrorManager errors{};
  jpeg_progress_mgr progress{};
  std::span<const uint8_t> bytes;

  explicit Decoding(std::span<const uint8_t> given) : bytes(given) {
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = escape;
    errors.base.emit_message = on_message;
    progress.progress_monitor = on_progress;
  }
  ~Decoding() { jpeg_destroy_decompress(&info); }

  bool begin() {
    if (setjmp(errors.escape)) return false;
    jpeg_create_decompress(&info);
    info.progress = &progress;
    jpeg_mem_src(&info, bytes.data(), bytes.size());
    jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&info, TRUE);
    return true;
  }

  bool start() {
    if (setjmp(errors.escape)) return false;
    if (info.jpeg_color_space == JCS_GRAYSCALE) {
      info.out_color_space = JCS_GRAYSCALE;
    } else if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK) {
      info.out_color_space = JCS_CMYK;
    } else {
      info.out_color_space = JCS_RGB;
    }
    jpeg_start_decompress(&info);
    return true;
  }

  bool read_row(uint8_t* row) {
    if (setjmp(errors.escape)) return false;
    JSAMPROW rows[] = {row};
    jpeg_read_scanlines(&info, rows, 1);
    return true;
  }

  [[noreturn]] void fail() const {
    reject_image(std::string("the JPEG is truncated or damaged: ") + errors.message);
  }

  int orientation() const {
    for (const jpeg_marker_struct* marker = info.marker_list; marker; marker = marker->next) {
      const int found = exif_orientation({marker->data, marker->data_length});
      if (found > 1) return found;
    }
    return 1;
  }
};

/// CMYK as Adobe writes it, inverted, or plain.
void to_rgb(std::span<const uint8_t> cmyk, bool inverted, std::vector<uint8_t>& pixels) {
  for (size_t i = 0; i < cmyk.size(); i += 4) {
    for (size_t c = 0; c < 3; ++c) {
      const int ink = inverted ? cmyk[i + c] : 255 - cmyk[i + c];
      const int black = inverted ? cmyk[i + 3] : 255 - cmyk[i + 3];
      pixels.push_back(static_cast<uint8_t>((ink * black + 127) / 255));
    }
  }
}

}  // namespace

int exif_orientation(std::span<const uint8_t> segment) {
  constexpr uint8_t kHeader[] = {'E', 'x', 'i', 'f', 0, 0};
  constexpr uint32_t kOrientationTag = 0x0112;
  if (segment.size() < 14 || !std::equal(std::begin(kHeader), std::end(kHeader), segment.begin())) return 1;
  const auto tiff = segment.subspan(6);
  const bool little = tiff[0] == 'I';
  const auto read = [&](size_t offset, size_t size) -> uint32_t {
    if (offset > tiff.size() || size > tiff.size() - offset) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | tiff[offset + (little ? size - 1 - i : i)];
    return value;
  };
  const size_t directory = read(4, 4);
  const uint32_t entries = read(directory, 2);
  for (uint32_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + 12 * size_t{i};
    if (entry + 12 > tiff.size()) break;
    if (read(entry, 2) == kOrientationTag) return static_cast<int>(read(entry + 8, 2));
  }
  return 1;
}

Image decode_jpeg(std::span<const uint8_t> bytes) {
  Decoding decoding(bytes);
  jpeg_decompress_struct& info = decoding.info;
  if (!decoding.begin()) decoding.fail();
  check_image_size(info.image_width, info.image_height);
  if (int64_t{info.image_width} * info.image_height > kMostPixelsAByte * static_cast<int64_t>(bytes.size())) {
    reject_image("the JPEG is truncated: its pixels cannot be in so few bytes");
  }
  if (!decoding.start()) decoding.fail();
  const bool cmyk = info.out_color_space == JCS_CMYK;
  Image image{static_cast<int32_t>(info.output_height),
              static_cast<int32_t>(info.output_width),
              cmyk ? 3 : info.output_components,
              {}};
  // Pixels are not reserved: a header alone must not take memory.
  std::vector<uint8_t> row(size_t{info.output_width} * static_cast<size_t>(info.output_components));
  for (int32_t y = 0; y < image.height; ++y) {
    if (!decoding.read_row(row.data())) decoding.fail();
    if (cmyk) {
      to_rgb(row, info.saw_Adobe_marker, image.pixels);
    } else {
      image.pixels.insert(image.pixels.end(), row.begin(), row.end());
    }
  }
  return upright(std::move(image), decoding.orientation());
}

}  // namespace tinyml::data
