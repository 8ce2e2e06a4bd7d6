// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "tinyml/graph/graph.h"

namespace tinyml::formats {

/// An ONNX model (operator sets 9 to 21) as a verified graph with inferred shapes, its constants folded.
/// Layouts become NHWC inside; inputs and outputs keep the file's own layout. A symbolic batch is 1.
/// Where QuantizeLinear and DequantizeLinear surround the operators, the graph is int8 throughout: its float
/// inputs and outputs become int8 with the scale of the first QuantizeLinear after them and the last
/// DequantizeLinear before them, uint8 becomes int8 with a zero point smaller by 128, softmax and sigmoid
/// have the output scale that TensorFlow Lite demands. Otherwise it is float32, and weights that are
/// quantized alone are dequantized. Hostile input is safe. Errors, one line that names the node: bad_file;
/// unsupported, for operators, types and features that this version does not read.
Graph read_onnx(std::span<const uint8_t> bytes);

}  // namespace tinyml::formats
