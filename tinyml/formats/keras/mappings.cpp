// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/formats/keras/layer.h"

namespace tinyml::formats::keras {
namespace {

struct Entry {
  std::string_view class_name;
  Mapping mapping;
};

constexpr Entry kLayers[] = {
    {"Activation", map_activation},
    {"ActivityRegularization", map_identity},
    {"Add", map_merge},
    {"AlphaDropout", map_identity},
    {"Average", map_average},
    {"AveragePooling1D", map_pool},
    {"AveragePooling2D", map_pool},
    {"BatchNormalization", map_batch_norm},
    {"Bidirectional", map_bidirectional},
    {"Concatenate", map_concatenate},
    {"Conv1D", map_convolution},
    {"Conv1DTranspose", map_transpose_convolution},
    {"Conv2D", map_convolution},
    {"Conv2DTranspose", map_transpose_convolution},
    {"Cropping1D", map_cropping},
    {"Cropping2D", map_cropping},
    {"Dense", map_dense},
    {"DepthwiseConv1D", map_depthwise},
    {"DepthwiseConv2D", map_depthwise},
    {"Dropout", map_identity},
    {"ELU", map_elu},
    {"Flatten", map_flatten},
    {"GRU", map_recurrent},
    {"GaussianDropout", map_identity},
    {"GaussianNoise", map_identity},
    {"GlobalAveragePooling1D", map_global_pool},
    {"GlobalAveragePooling2D", map_global_pool},
    {"GlobalMaxPooling1D", map_global_pool},
    {"GlobalMaxPooling2D", map_global_pool},
    {"Identity", map_identity},
    {"LSTM", map_recurrent},
    {"LayerNormalization", map_layer_norm},
    {"LeakyReLU", map_leaky_relu},
    {"MaxPooling1D", map_pool},
    {"MaxPooling2D", map_pool},
    {"Maximum", map_merge},
    {"Minimum", map_merge},
    {"Multiply", map_merge},
    {"Normalization", map_normalization},
    {"PReLU", map_prelu},
    {"Permute", map_permute},
    {"RandomBrightness", map_identity},
    {"RandomContrast", map_identity},
    {"RandomFlip", map_identity},
    {"RandomRotation", map_identity},
    {"RandomTranslation", map_identity},
    {"RandomZoom", map_identity},
    {"ReLU", map_relu},
    {"RepeatVector", map_repeat_vector},
    {"Rescaling", map_rescaling},
    {"Reshape", map_reshape},
    {"Resizing", map_resizing},
    {"SeparableConv1D", map_separable},
    {"SeparableConv2D", map_separable},
    {"Softmax", map_softmax},
    {"SpatialDropout1D", map_identity},
    {"SpatialDropout2D", map_identity},
    {"Subtract", map_merge},
    {"TimeDistributed", map_time_distributed},
    {"UpSampling1D", map_up_sampling},
    {"UpSampling2D", map_up_sampling},
    {"ZeroPadding1D", map_zero_padding},
    {"ZeroPadding2D", map_zero_padding},
};

constexpr std::string_view kFunctions[] = {"Add",      "Divide",   "Maximum",   "Minimum",
                                           "Multiply", "Subtract", "TrueDivide"};

}  // namespace

Mapping find_mapping(const std::string& class_name, bool is_function) {
  if (is_function) {
    const bool known =
        std::find(std::begin(kFunctions), std::end(kFunctions), class_name) != std::end(kFunctions);
    return known ? map_merge : nullptr;
  }
  const auto* found = std::find_if(std::begin(kLayers), std::end(kLayers),
                                   [&](const Entry& entry) { return entry.class_name == class_name; });
  return found == std::end(kLayers) ? nullptr : found->mapping;
}

}  // namespace tinyml::formats::keras
