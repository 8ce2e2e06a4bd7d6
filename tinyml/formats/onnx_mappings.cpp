// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx_mappings.h"

#include <unordered_map>

namespace tinyml::formats::onnx {

Mapping find_mapping(const std::string& op_type) {
  static const std::unordered_map<std::string, Mapping> mappings{
      {"Abs", map_function},
      {"Add", map_pair},
      {"ArgMax", map_arg_extremum},
      {"ArgMin", map_arg_extremum},
      {"AveragePool", map_pool},
      {"BatchNormalization", map_batch_norm},
      {"Cast", map_cast},
      {"Clip", map_clip},
      {"Concat", map_concat},
      {"Conv", map_convolution},
      {"ConvTranspose", map_transposed_convolution},
      {"DepthToSpace", map_depth_to_space},
      {"DequantizeLinear", map_dequantize},
      {"Div", map_pair},
      {"Dropout", map_identity},
      {"Exp", map_function},
      {"Flatten", map_reshape},
      {"GRU", map_recurrent},
      {"Gather", map_gather},
      {"Gemm", map_dense},
      {"GlobalAveragePool", map_global_pool},
      {"GlobalMaxPool", map_global_pool},
      {"HardSigmoid", map_hard_sigmoid},
      {"HardSwish", map_function},
      {"Identity", map_identity},
      {"LSTM", map_recurrent},
      {"LeakyRelu", map_function},
      {"Log", map_function},
      {"LogSoftmax", map_softmax},
      {"MatMul", map_dense},
      {"Max", map_pair},
      {"MaxPool", map_pool},
      {"Min", map_pair},
      {"Mul", map_pair},
      {"Neg", map_function},
      {"PRelu", map_pair},
      {"Pad", map_pad},
      {"Pow", map_power},
      {"QuantizeLinear", map_quantize},
      {"ReduceMean", map_reduction},
      {"ReduceSum", map_reduction},
      {"Relu", map_relu},
      {"Reshape", map_reshape},
      {"Resize", map_resize},
      {"Shape", map_shape},
      {"Slice", map_slice},
      {"Sigmoid", map_function},
      {"Softmax", map_softmax},
      {"SpaceToDepth", map_depth_to_space},
      {"Split", map_split},
      {"Sqrt", map_function},
      {"Squeeze", map_squeeze},
      {"Sub", map_pair},
      {"Tanh", map_function},
      {"Transpose", map_transpose},
      {"Unsqueeze", map_unsqueeze},
      {"Upsample", map_resize},
  };
  const auto found = mappings.find(op_type);
  return found == mappings.end() ? nullptr : found->second;
}

}  // namespace tinyml::formats::onnx
