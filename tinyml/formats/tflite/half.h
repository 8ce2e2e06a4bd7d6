// SPDX-License-Identifier: Apache-2.0
#pragma once

// Constants that a file keeps as float16 before a DEQUANTIZE and a graph as float32; for .cpp files only.

#include <optional>

#include "tinyml/base/file.h"
#include "tinyml/graph/tensor.h"

namespace tinyml::formats::tflite {

/// The bytes of a float32 constant as float16, if that is smaller and every element is one.
std::optional<Bytes> to_half(const Tensor& tensor);
/// The way back, of `count` elements. Errors: bad_file, for another number of bytes.
std::vector<float> from_half(const Bytes& bytes, int64_t count);

}  // namespace tinyml::formats::tflite
