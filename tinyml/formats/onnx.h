// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "tinyml/graph/graph.h"

namespace tinyml::formats {

/// An ONNX model (operator sets 9 to 21) as a verified graph with inferred shapes, its constants folded.
/// Layouts become NHWC inside; inputs and outputs keep the file's own shapes and types, save that int64 is
/// int32. A symbolic batch is 1. QuantizeLinear and DequantizeLinear become Quantize and Dequantize, with
/// float32 operators between: fold_quantization makes int8 operators of them. Weights that the file quantizes
/// are float32 here, and their tensors have the scales. Hostile input is safe, and nothing outside of it is
/// opened. Errors, one line that names the node: bad_file; unsupported, for operators, types and features
/// that this version does not read.
Graph read_onnx(std::span<const uint8_t> bytes);

}  // namespace tinyml::formats
