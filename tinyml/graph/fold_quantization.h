// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml {

/// A graph of float32 operators between Quantize and Dequantize, as ONNX files have them, as int8 operators:
/// each float tensor becomes int8 on the scale of the Quantize that reads it, weights become int8 on the
/// scale that their tensor has (symmetric and by channel where it has none) and biases int32 on the product
/// of scales. Inputs and outputs become int8 too. Tensors that no Quantize reads take the scale of their
/// neighbour where an operator only moves elements, and that which TensorFlow Lite demands after a softmax, a
/// sigmoid and a tanh. Where an operator needs one scale and has two, a Quantize goes between.
/// Any other graph is given back as it is. Errors: unsupported, naming the tensor that has no scale.
Graph fold_quantization(const Graph& graph);

}  // namespace tinyml
