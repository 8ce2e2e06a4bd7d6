// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/formats/onnx/import.h"

namespace tinyml::formats::onnx {

/// Adds what stands for a node of the file to the graph, and sets the node's outputs.
/// Errors: bad_file, unsupported.
using Mapping = void (*)(Import&, Source&);

/// The mapping of an operator of ONNX; null where there is none.
Mapping find_mapping(const std::string& op_type);

/// Computes a node whose inputs are all constants; false where its operator is not one of those that
/// exporters make shapes and parameters of. Errors: bad_file, unsupported.
bool fold(Import& import, Source& source);

void map_convolution(Import&, Source&);             // Conv
void map_transposed_convolution(Import&, Source&);  // ConvTranspose
void map_dense(Import&, Source&);                   // Gemm, MatMul
void map_batch_norm(Import&, Source&);              // BatchNormalization
void map_pool(Import&, Source&);                    // AveragePool, MaxPool
void map_global_pool(Import&, Source&);             // GlobalAveragePool, GlobalMaxPool
void map_reduction(Import&, Source&);               // ReduceMean, -Sum, -Max, -Min, -L1, -L2, -SumSquare
void map_pair(Import&, Source&);                    // Add, Sub, Mul, Div, Min, Max, Sum, Mean, PRelu
void map_comparison(Import&, Source&);              // Equal, Less, LessOrEqual, Greater, GreaterOrEqual
void map_not(Import&, Source&);                     // Not
void map_where(Import&, Source&);                   // Where
void map_relu(Import&, Source&);                    // Relu
// Elu, Celu, Selu, Softplus, Softsign, Mish, Reciprocal, HardSigmoid
void map_composed(Import&, Source&);
void map_normalization(Import&, Source&);  // LayerNormalization, InstanceNormalization
void map_power(Import&, Source&);          // Pow
void map_arg_extremum(Import&, Source&);   // ArgMax, ArgMin
void map_cast(Import&, Source&);           // Cast
void map_clip(Import&, Source&);           // Clip
// Sigmoid, Tanh, HardSwish, LeakyRelu, Sqrt, Log, Exp, Abs, Neg
void map_function(Import&, Source&);
void map_softmax(Import&, Source&);         // Softmax, LogSoftmax
void map_identity(Import&, Source&);        // Identity, Dropout
void map_reshape(Import&, Source&);         // Reshape, Flatten
void map_squeeze(Import&, Source&);         // Squeeze
void map_unsqueeze(Import&, Source&);       // Unsqueeze
void map_transpose(Import&, Source&);       // Transpose
void map_shape(Import&, Source&);           // Shape
void map_concat(Import&, Source&);          // Concat
void map_split(Import&, Source&);           // Split
void map_slice(Import&, Source&);           // Slice
void map_gather(Import&, Source&);          // Gather
void map_expand(Import&, Source&);          // Expand
void map_tile(Import&, Source&);            // Tile
void map_pad(Import&, Source&);             // Pad
void map_resize(Import&, Source&);          // Resize, Upsample
void map_depth_to_space(Import&, Source&);  // DepthToSpace, SpaceToDepth
void map_recurrent(Import&, Source&);       // LSTM, GRU
void map_quantize(Import&, Source&);        // QuantizeLinear
void map_dequantize(Import&, Source&);      // DequantizeLinear

/// The same value with extents of 1 in front.
Value of_rank(Import& import, Value value, size_t rank);

/// Whether the first input of an operator may be a constant where another is computed.
bool takes_constants_first(const std::string& op_type);

/// QLinearConv and QLinearMatMul as nodes with QuantizeLinear and DequantizeLinear; nothing of any other
/// node. Errors: bad_file.
std::vector<schema::onnx::NodeProto> spelled_out(const schema::onnx::NodeProto& node);

/// What to do about an operator that has no mapping.
std::string advice_on(const std::string& op_type);

/// Puts a transposition before a flattened dense layer into the layer's weights. Errors: unsupported.
void fold_transposes(Import& import);

/// Batch normalisations that nothing took in become multiplications and additions.
void spell_out_batch_norm(Graph& graph);

/// Drops what does nothing: reshapes of reshapes and to the same shape, nodes that nothing reads.
void tidy(Graph& graph);

}  // namespace tinyml::formats::onnx
