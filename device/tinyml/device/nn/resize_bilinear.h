// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

struct ResizeBilinearParams {
  int32_t batches, input_size;  // input_size: the elements of one image
  int32_t height, width, channels;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("batches", batches), visit("input_size", input_size), visit("height", height);
    visit("width", width), visit("channels", channels);
  }
};

/// input NHWC -> [batches, height, width, channels]. `rows` holds for each of the output's rows where the two
/// rows of the input begin that it lies between, counted in elements, and how much of the second it takes, in
/// 1024ths; `columns` the same. Rounds halves away from zero.
template <class P>
void resize_bilinear(const P& p, const int8_t* input, const int32_t* rows, const int32_t* columns,
                     int8_t* output) {
  constexpr int32_t kOne = 1 << 10, kHalf = 1 << 19, kSquare = 1 << 20;
  for (int32_t batch = 0; batch < p.batches; ++batch, input += p.input_size) {
    const int32_t* row = rows;
    for (int32_t y = 0; y < p.height; ++y, row += 3) {
      const int32_t* column = columns;
      for (int32_t x = 0; x < p.width; ++x, column += 3) {
        const int8_t* const a = input + row[0] + column[0];
        const int8_t* const b = input + row[0] + column[1];
        const int8_t* const c = input + row[1] + column[0];
        const int8_t* const d = input + row[1] + column[1];
        const int32_t of_a = (kOne - row[2]) * (kOne - column[2]), of_b = (kOne - row[2]) * column[2];
        const int32_t of_c = row[2] * (kOne - column[2]), of_d = row[2] * column[2];
        for (int32_t i = 0; i < p.channels; ++i) {
          const int32_t sum = a[i] * of_a + b[i] * of_b + c[i] * of_c + d[i] * of_d;
          *output++ = static_cast<int8_t>((sum > 0 ? sum + kHalf : sum - kHalf) / kSquare);
        }
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
