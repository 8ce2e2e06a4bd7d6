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
      {"ConvTranspose", map_transposed_convolution},
      {"DepthToSpace", map_depth_to_space},
      {"DequantizeLinear", map_dequantize},
      {"Div", map_pair},
      {"Dropout", map_identity},
      {"Flatten", map_reshape},
      {"GRU", map_recurrent},
      {"Gather", map_gather},
      {"Gemm", map_dense},
      {"GlobalAveragePool", map_global_pool},
      {"GlobalMaxPool", map_global_pool},
      {"Identity", map_identity},
      {"LSTM", map_recurrent},
      {"MatMul", map_dense},
      {"MaxPool", map_pool},
      {"Mul", map_pair},
      {"Pad", map_pad},
      {"QuantizeLinear", map_quantize},
      {"ReduceMean", map_mean},
      {"Relu", map_relu},
      {"Reshape", map_reshape},
      {"Resize", map_resize},
      {"Shape", map_shape},
      {"Slice", map_slice},
      {"Softmax", map_softmax},
      {"SpaceToDepth", map_depth_to_space},
      {"Split", map_split},
      {"Squeeze", map_squeeze},
      {"Sub", map_pair},
      {"Transpose", map_transpose},
      {"Unsqueeze", map_unsqueeze},
      {"Upsample", map_resize},
  };
  const auto found = mappings.find(op_type);
  return found == mappings.end() ? nullptr : found->second;
}

}  // namespace tinyml::formats::onnx
