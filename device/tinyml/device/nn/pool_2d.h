// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct Pool2DParams {
  int32_t input_height, input_width, channels;
  int32_t output_height, output_width;
  int32_t filter_height, filter_width;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("input_height", input_height), visit("input_width", input_width), visit("channels", channels);
    visit("output_height", output_height), visit("output_width", output_width);
    visit("filter_height", filter_height), visit("filter_width", filter_width);
    visit("stride_height", stride_height), visit("stride_width", stride_width);
    visit("pad_top", pad_top), visit("pad_left", pad_left);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

namespace detail {

/// Calls body(first, rows, columns, output) for every output position, where `first` is the upper left
/// input vector of the part of the window inside the image.
template <class P, class T, class Body>
inline void for_each_window(const P& p, const T* input, T* output, Body&& body) {
  for (int32_t y = 0; y < p.output_height; ++y) {
    const int32_t top = y * p.stride_height - p.pad_top;
    const int32_t first_row = top < 0 ? 0 : top;
    const int32_t bottom = top + p.filter_height;
    const int32_t rows = (bottom > p.input_height ? p.input_height : bottom) - first_row;
    for (int32_t x = 0; x < p.output_width; ++x) {
      const int32_t left = x * p.stride_width - p.pad_left;
      const int32_t first_column = left < 0 ? 0 : left;
      const int32_t right = left + p.filter_width;
      const int32_t columns = (right > p.input_width ? p.input_width : right) - first_column;
      body(input + (first_row * p.input_width + first_column) * p.channels, rows, columns, output);
      output += p.channels;
    }
  }
}

}  // namespace detail

/// The mean of the window inside the image, halves away from zero. NHWC; T is int8_t or int16_t.
template <class P, class T>
void average_pool_2d(const P& p, const T* input, T* output) {
  detail::for_each_window(p, input, output, [&p](const T* first, int32_t rows, int32_t columns, T* to) {
    const int32_t count = rows * columns;
    const int32_t skip = (p.input_width - columns) * p.channels;
    for (int32_t channel = 0; channel < p.channels; ++channel) {
      const T* from = first + channel;
      int32_t sum = 0;
      for (int32_t row = 0; row < rows; ++row, from += skip) {
        for (int32_t column = 0; column < columns; ++column, from += p.channels) sum += *from;
      }
      const int32_t half = sum > 0 ? count / 2 : -(count / 2);
      to[channel] = static_cast<T>(clamp((sum + half) / count, p.activation_min, p.activation_max));
    }
  });
}

/// The largest of the window inside the image. As above.
template <class P, class T>
void max_pool_2d(const P& p, const T* input, T* output) {
  detail::for_each_window(p, input, output, [&p](const T* first, int32_t rows, int32_t columns, T* to) {
    const int32_t skip = (p.input_width - columns) * p.channels;
    for (int32_t channel = 0; channel < p.channels; ++channel) {
      const T* from = first + channel;
      int32_t largest = sizeof(T) == 1 ? -128 : -32768;
      for (int32_t row = 0; row < rows; ++row, from += skip) {
        for (int32_t column = 0; column < columns; ++column, from += p.channels) {
          if (*from > largest) largest = *from;
        }
      }
      to[channel] = static_cast<T>(clamp(largest, p.activation_min, p.activation_max));
    }
  });
}

}  // namespace device
}  // namespace tinyml
