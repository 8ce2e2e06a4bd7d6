// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>
#include <string.h>

namespace tinyml {
namespace device {

/// A pixel's bytes: red, green, blue; 5, 6 and 5 bits of them, high byte first, as cameras send them; or
/// grey.
enum CameraPixels { kCameraRgb888 = 0, kCameraRgb565 = 1, kCameraGrey8 = 2 };

struct CameraFrameParams {
  int32_t pixels;                                        // CameraPixels
  int32_t frame_width;                                   // pixels from one row to the next
  int32_t left, columns;                                 // of the frame's columns, those that are looked at
  int32_t channels;                                      // of the output: 3 or 1
  int32_t height, width;                                 // of the output
  int32_t fill_top, fill_left, fill_height, fill_width;  // where in the output the picture goes

  template <class Visit>
  void for_each(Visit visit) const {
    visit("pixels", pixels);
    visit("frame_width", frame_width);
    visit("left", left);
    visit("columns", columns);
    visit("channels", channels);
    visit("height", height);
    visit("width", width);
    visit("fill_top", fill_top);
    visit("fill_left", fill_left);
    visit("fill_height", fill_height);
    visit("fill_width", fill_width);
  }
};

namespace camera {

/// The luma of ITU-R BT.601 in 16-bit fixed point.
inline int32_t luma(int32_t red, int32_t green, int32_t blue) {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
}

struct Rgb {
  int32_t red, green, blue;
};

template <class P>
int32_t bytes_a_pixel(const P& p) {
  return p.pixels == kCameraRgb888 ? 3 : p.pixels == kCameraRgb565 ? 2 : 1;
}

template <class P>
Rgb read_pixel(const P& p, const uint8_t* pixel) {
  if (p.pixels == kCameraRgb888) return {pixel[0], pixel[1], pixel[2]};
  if (p.pixels == kCameraGrey8) return {pixel[0], pixel[0], pixel[0]};
  const int32_t bits = (int32_t(pixel[0]) << 8) | pixel[1];
  const int32_t red = bits >> 11, green = (bits >> 5) & 63, blue = bits & 31;
  return {(red << 3) | (red >> 2), (green << 2) | (green >> 4), (blue << 3) | (blue >> 2)};
}

/// Whether a pixel's bytes are the values of the output.
template <class P>
bool passes_bytes(const P& p) {
  return bytes_a_pixel(p) == p.channels && p.pixels != kCameraRgb565;
}

/// Adds `weight` times row `row` of the frame to sums [columns, channels].
template <class P>
void add_row(const P& p, const uint8_t* frame, int32_t row, int32_t weight, int32_t* sums) {
  const uint8_t* source = frame + (row * p.frame_width + p.left) * bytes_a_pixel(p);
  if (passes_bytes(p)) {
    for (int32_t i = 0; i < p.columns * p.channels; ++i) sums[i] += weight * source[i];
    return;
  }
  for (int32_t i = 0; i < p.columns; ++i, source += bytes_a_pixel(p)) {
    const Rgb pixel = read_pixel(p, source);
    if (p.channels == 1) {
      *sums++ += weight * luma(pixel.red, pixel.green, pixel.blue);
    } else {
      *sums++ += weight * pixel.red;
      *sums++ += weight * pixel.green;
      *sums++ += weight * pixel.blue;
    }
  }
}

/// Writes `count` bytes less 128: whole words where the core loads them from any address.
inline void centre_bytes(int8_t* to, const uint8_t* from, int32_t count) {
  for (; count >= 4; count -= 4, to += 4, from += 4) {
#if defined(__ARM_FEATURE_UNALIGNED) || !defined(__arm__)
    uint32_t word;
    memcpy(&word, from, 4);
    word ^= 0x80808080u;
    memcpy(to, &word, 4);
#else
    for (int32_t i = 0; i < 4; ++i) to[i] = static_cast<int8_t>(from[i] - 128);
#endif
  }
  for (; count > 0; --count) *to++ = static_cast<int8_t>(*from++ - 128);
}

}  // namespace camera

/// frame [rows, frame_width] of pixels -> output [height, width, channels]: the weighted mean of the pixels
/// that lie under each output pixel, less 128, rounded to nearest; 0 (mid-grey) beside the picture. `rows`
/// and `taps` hold for each row and column of the picture the first index (of a row in the frame, of a column
/// in those looked at), a count, and as many weights, whose sum is 2^14. `scratch`: int32 [columns,
/// channels].
template <class P>
void camera_frame(const P& p, const uint8_t* frame, const int16_t* rows, const int16_t* taps, int8_t* output,
                  void* scratch) {
  int32_t* const sums = static_cast<int32_t*>(scratch);
  const int32_t row_values = p.width * p.channels;
  if (p.fill_height < p.height || p.fill_width < p.width) {
    memset(output, 0, static_cast<size_t>(p.height * row_values));
  }
  output += p.fill_top * row_values + p.fill_left * p.channels;
  for (int32_t y = 0; y < p.fill_height; ++y, output += row_values) {
    memset(sums, 0, static_cast<size_t>(p.columns * p.channels) * sizeof(int32_t));
    int32_t row = *rows++;
    for (int32_t count = *rows++; count > 0; --count) camera::add_row(p, frame, row++, *rows++, sums);
    // From 22 bits to 14, so that the products below fit.
    for (int32_t i = 0; i < p.columns * p.channels; ++i) sums[i] = (sums[i] + 128) >> 8;

    const int16_t* column = taps;
    int8_t* out = output;
    for (int32_t x = 0; x < p.fill_width; ++x) {
      const int32_t* source = sums + column[0] * p.channels;
      const int32_t count = column[1];
      const int16_t* const weights = column + 2;
      for (int32_t c = 0; c < p.channels; ++c, ++source) {
        int32_t sum = 1 << 19;
        for (int32_t k = 0; k < count; ++k) sum += weights[k] * source[k * p.channels];
        *out++ = static_cast<int8_t>((sum >> 20) - 128);
      }
      column += 2 + count;
    }
  }
}

struct CameraCropParams {
  int32_t pixels;                                        // CameraPixels
  int32_t frame_width;                                   // pixels from one row to the next
  int32_t top, left;                                     // of the frame's pixels, the first that is taken
  int32_t channels;                                      // of the output: 3 or 1
  int32_t height, width;                                 // of the output
  int32_t fill_top, fill_left, fill_height, fill_width;  // where in the output the picture goes

  template <class Visit>
  void for_each(Visit visit) const {
    visit("pixels", pixels);
    visit("frame_width", frame_width);
    visit("top", top);
    visit("left", left);
    visit("channels", channels);
    visit("height", height);
    visit("width", width);
    visit("fill_top", fill_top);
    visit("fill_left", fill_left);
    visit("fill_height", fill_height);
    visit("fill_width", fill_width);
  }
};

/// What camera_frame gives where each output pixel is one of the frame's.
template <class P>
void camera_crop(const P& p, const uint8_t* frame, int8_t* output) {
  const int32_t row_values = p.width * p.channels;
  if (p.fill_height < p.height || p.fill_width < p.width) {
    memset(output, 0, static_cast<size_t>(p.height * row_values));
  }
  output += p.fill_top * row_values + p.fill_left * p.channels;
  const int32_t bytes = camera::bytes_a_pixel(p);
  frame += (p.top * p.frame_width + p.left) * bytes;
  for (int32_t y = 0; y < p.fill_height; ++y, output += row_values, frame += p.frame_width * bytes) {
    if (camera::passes_bytes(p)) {
      camera::centre_bytes(output, frame, p.fill_width * p.channels);
      continue;
    }
    for (int32_t x = 0; x < p.fill_width; ++x) {
      const camera::Rgb pixel = camera::read_pixel(p, frame + x * bytes);
      int8_t* const out = output + x * p.channels;
      if (p.channels == 1) {
        out[0] = static_cast<int8_t>(camera::luma(pixel.red, pixel.green, pixel.blue) - 128);
      } else {
        out[0] = static_cast<int8_t>(pixel.red - 128);
        out[1] = static_cast<int8_t>(pixel.green - 128);
        out[2] = static_cast<int8_t>(pixel.blue - 128);
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
