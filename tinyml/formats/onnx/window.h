// SPDX-License-Identifier: Apache-2.0
#pragma once

// What convolutions and pooling share.

#include <array>

#include "tinyml/formats/onnx/import.h"

namespace tinyml::formats::onnx {

/// A window that slides over height and width; one that slides over one axis has a height of 1.
struct Window {
  std::array<int32_t, 2> filter{1, 1}, stride{1, 1}, dilation{1, 1};
  std::array<int32_t, 2> before{0, 0}, after{0, 0};  // elements of padding that windows reach
  Padding padding = Padding::valid;                  // where it says what before and after say
  bool explicit_padding = false;                     // where neither `same` nor `valid` does

  template <class Op>
  Op apply(Op op) const {
    op.stride_height = stride[0];
    op.stride_width = stride[1];
    if constexpr (requires { op.dilation_height; }) {
      op.dilation_height = dilation[0];
      op.dilation_width = dilation[1];
    }
    if constexpr (requires { op.filter_height; }) {
      op.filter_height = filter[0];
      op.filter_width = filter[1];
    }
    op.padding = explicit_padding ? Padding::valid : padding;
    return op;
  }
};

/// The attributes of a convolution or pooling operator over `image`, an NHWC shape. `kernel`: the filter's
/// extents, as many as there are axes of space. Errors: bad_file, unsupported.
Window read_window(const Source& source, const Shape& image, const std::vector<int64_t>& kernel);

/// Input 0 as an NHWC tensor of rank 4: of [N, C, L] comes [N, 1, L, C]. Errors: unsupported, for other
/// ranks.
TensorId image_of(Import& import, const Source& source);

/// The image with a Pad of `value` before it where the window slides over more than `same` or `valid` say.
TensorId padded(Import& import, TensorId image, const Window& window, double value);

/// Output 0 of a source whose input 0 went through image_of.
void set_image(Import& import, Source& source, TensorId image);

}  // namespace tinyml::formats::onnx
