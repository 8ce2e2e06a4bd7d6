// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>
#include <string.h>

#include "tinyml/device/nn/bytes.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

/// The geometry of a convolution over one NHWC image and its arithmetic; what every convolution kernel's
/// parameter type holds.
struct ConvParams {
  int32_t input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;
  int32_t filter_height, filter_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t pad_top, pad_left;
  int32_t input_zero_point, output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("input_height", input_height), visit("input_width", input_width);
    visit("input_channels", input_channels), visit("output_height", output_height);
    visit("output_width", output_width), visit("output_channels", output_channels);
    visit("filter_height", filter_height), visit("filter_width", filter_width);
    visit("stride_height", stride_height), visit("stride_width", stride_width);
    visit("dilation_height", dilation_height), visit("dilation_width", dilation_width);
    visit("pad_top", pad_top), visit("pad_left", pad_left);
    visit("input_zero_point", input_zero_point), visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

namespace detail {

inline int8_t* bytes_of(int8_t* elements) { return elements; }
inline int8_t* bytes_of(int16_t* elements) { return reinterpret_cast<int8_t*>(elements); }
inline const int8_t* bytes_of(const int8_t* elements) { return elements; }
inline const int8_t* bytes_of(const int16_t* elements) { return reinterpret_cast<const int8_t*>(elements); }

template <class P>
inline void gather_dilated_row(const P& p, const int8_t* row, int32_t first, int32_t channel_bytes,
                               int8_t* patch) {
  for (int32_t fx = 0; fx < p.filter_width; ++fx, patch += channel_bytes) {
    const int32_t ix = first + fx * p.dilation_width;
    if (ix < 0 || ix >= p.input_width) {
      fill_bytes(patch, p.input_zero_point, channel_bytes);
    } else {
      copy_bytes(patch, row + ix * channel_bytes, channel_bytes);
    }
  }
}

}  // namespace detail

/// Copies the window of output position (y, x), filter_height x filter_width x input_channels, to `patch`;
/// outside the image it holds the input's zero point, which is 0 for int16.
template <class P, class T>
inline void gather_patch(const P& p, const T* input, int32_t y, int32_t x, T* to) {
  int8_t* patch = detail::bytes_of(to);
  const int32_t channel_bytes = p.input_channels * static_cast<int32_t>(sizeof(T));
  const int32_t row_bytes = p.filter_width * channel_bytes;
  const int32_t line_bytes = p.input_width * channel_bytes;
  const int32_t first = x * p.stride_width - p.pad_left;
  const int32_t past = first + p.filter_width - p.input_width;
  const int32_t before = first < 0 ? -first : 0, after = past > 0 ? past : 0;
  const int32_t before_bytes = before * channel_bytes, after_bytes = after * channel_bytes;
  int32_t iy = y * p.stride_height - p.pad_top;
  const int8_t* row = detail::bytes_of(input) + iy * line_bytes;
  for (int32_t fy = 0; fy < p.filter_height; ++fy) {
    if (iy < 0 || iy >= p.input_height) {
      fill_bytes(patch, p.input_zero_point, row_bytes);
    } else if (p.dilation_width != 1) {
      detail::gather_dilated_row(p, row, first, channel_bytes, patch);
    } else if (before + after == 0) {
      copy_bytes(patch, row + first * channel_bytes, row_bytes);
    } else {
      fill_bytes(patch, p.input_zero_point, before_bytes);
      copy_bytes(patch + before_bytes, row + (first + before) * channel_bytes,
                 row_bytes - before_bytes - after_bytes);
      fill_bytes(patch + row_bytes - after_bytes, p.input_zero_point, after_bytes);
    }
    patch += row_bytes;
    iy += p.dilation_height;
    row += p.dilation_height * line_bytes;
  }
}

}  // namespace device
}  // namespace tinyml
