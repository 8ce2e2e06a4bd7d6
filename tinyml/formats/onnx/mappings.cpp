// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx/mappings.h"

#include <unordered_map>
#include <unordered_set>

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
      {"Ceil", map_function},
      {"Celu", map_composed},
      {"Clip", map_clip},
      {"Concat", map_concat},
      {"Conv", map_convolution},
      {"ConvTranspose", map_transposed_convolution},
      {"Cos", map_function},
      {"DepthToSpace", map_depth_to_space},
      {"DequantizeLinear", map_dequantize},
      {"Div", map_pair},
      {"Dropout", map_identity},
      {"Elu", map_composed},
      {"Equal", map_comparison},
      {"Exp", map_function},
      {"Expand", map_expand},
      {"Flatten", map_reshape},
      {"Floor", map_function},
      {"GRU", map_recurrent},
      {"Gather", map_gather},
      {"Gemm", map_dense},
      {"GlobalAveragePool", map_global_pool},
      {"GlobalMaxPool", map_global_pool},
      {"Greater", map_comparison},
      {"GreaterOrEqual", map_comparison},
      {"HardSigmoid", map_composed},
      {"HardSwish", map_function},
      {"Identity", map_identity},
      {"InstanceNormalization", map_normalization},
      {"LSTM", map_recurrent},
      {"LayerNormalization", map_normalization},
      {"LeakyRelu", map_function},
      {"Less", map_comparison},
      {"LessOrEqual", map_comparison},
      {"Log", map_function},
      {"LogSoftmax", map_softmax},
      {"MatMul", map_dense},
      {"Max", map_pair},
      {"MaxPool", map_pool},
      {"Mean", map_pair},
      {"Min", map_pair},
      {"Mish", map_composed},
      {"Mul", map_pair},
      {"Neg", map_function},
      {"Not", map_not},
      {"PRelu", map_pair},
      {"Pad", map_pad},
      {"Pow", map_power},
      {"QuantizeLinear", map_quantize},
      {"Reciprocal", map_composed},
      {"ReduceL1", map_reduction},
      {"ReduceL2", map_reduction},
      {"ReduceMax", map_reduction},
      {"ReduceMean", map_reduction},
      {"ReduceMin", map_reduction},
      {"ReduceSum", map_reduction},
      {"ReduceSumSquare", map_reduction},
      {"Relu", map_relu},
      {"Reshape", map_reshape},
      {"Resize", map_resize},
      {"Round", map_function},
      {"Selu", map_composed},
      {"Shape", map_shape},
      {"Sigmoid", map_function},
      {"Sin", map_function},
      {"Slice", map_slice},
      {"Softmax", map_softmax},
      {"Softplus", map_composed},
      {"Softsign", map_composed},
      {"SpaceToDepth", map_depth_to_space},
      {"Split", map_split},
      {"Sqrt", map_function},
      {"Squeeze", map_squeeze},
      {"Sub", map_pair},
      {"Sum", map_pair},
      {"Tanh", map_function},
      {"Tile", map_tile},
      {"Transpose", map_transpose},
      {"Unsqueeze", map_unsqueeze},
      {"Upsample", map_resize},
      {"Where", map_where},
  };
  const auto found = mappings.find(op_type);
  return found == mappings.end() ? nullptr : found->second;
}

bool takes_constants_first(const std::string& op_type) {
  static const std::unordered_set<std::string> operators{"Add",
                                                         "Concat",
                                                         "DequantizeLinear",
                                                         "Div",
                                                         "Dropout",
                                                         "Equal",
                                                         "Greater",
                                                         "Identity",
                                                         "Less",
                                                         "LessOrEqual",
                                                         "Max",
                                                         "Mean",
                                                         "Min",
                                                         "Mul",
                                                         "Shape",
                                                         "Sub",
                                                         "Sum",
                                                         "Where",
                                                         "GreaterOrEqual",
                                                         "QuantizeLinear"};
  return operators.count(op_type) > 0;
}

std::string advice_on(const std::string& op_type) {
  static const std::unordered_map<std::string, const char*> advice{
      {"ConvInteger", "quantize the model statically (QDQ), or give the float32 model"},
      {"DynamicQuantizeLinear", "quantize the model statically (QDQ), or give the float32 model"},
      {"Einsum", "write it as a matrix product with a constant (a linear layer)"},
      {"Erf", "train with ReLU or hard swish instead of GELU"},
      {"Gelu", "train with ReLU or hard swish instead"},
      {"GroupNormalization", "export the model with operator set 17, which spells it out"},
      {"If", "export the model without control flow"},
      {"Loop", "export the model without control flow"},
      {"LpPool", "use average or largest values"},
      {"MatMulInteger", "quantize the model statically (QDQ), or give the float32 model"},
      {"NonMaxSuppression", "end the model before it, and do it in your program"},
      {"RNN", "train an LSTM or a GRU instead"},
      {"Scan", "export the model without control flow"},
      {"TopK", "end the model before it, and do it in your program"},
  };
  const auto found = advice.find(op_type);
  return found == advice.end() ? "replace it in the model by others, or open an issue that names it"
                               : found->second;
}

}  // namespace tinyml::formats::onnx
