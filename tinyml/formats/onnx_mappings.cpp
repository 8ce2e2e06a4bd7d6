// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx_mappings.h"

#include <unordered_map>

namespace tinyml::formats::onnx {

Mapping find_mapping(const std::string& op_type) {
  static const std::unordered_map<std::string, Mapping> mappings{
      {"Add", map_pair},
      {"AveragePool", map_pool},
      {"BatchNormalization", map_batch_norm},
      {"Clip", map_clip},
      {"Concat", map_concat},
      {"Conv", map_convolution},
      {"DequantizeLinear", map_dequantize},
      {"Div", map_pair},
      {"Dropout", map_identity},
      {"Flatten", map_reshape},
      {"GRU", map_recurrent},
      {"Gemm", map_dense},
      {"GlobalAveragePool", map_global_pool},
      {"GlobalMaxPool", map_global_pool},
      {"Identity", map_identity},
      {"LSTM", map_recurrent},
      {"MatMul", map_dense},
      {"MaxPool", map_pool},
      {"Mul", map_pair},
      {"QuantizeLinear", map_quantize},
      {"ReduceMean", map_mean},
      {"Relu", map_relu},
      {"Reshape", map_reshape},
      {"Shape", map_shape},
      {"Softmax", map_softmax},
      {"Split", map_split},
      {"Squeeze", map_squeeze},
      {"Sub", map_pair},
      {"Transpose", map_transpose},
      {"Unsqueeze", map_unsqueeze},
  };
  const auto found = mappings.find(op_type);
  return found == mappings.end() ? nullptr : found->second;
}

}  // namespace tinyml::formats::onnx
